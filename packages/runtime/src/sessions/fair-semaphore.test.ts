import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunAbort } from "../runs/run-abort.js";
import { FairSemaphore } from "./fair-semaphore.js";

describe("a fair semaphore", () => {
  it("gives a free permit without a promise", () => {
    expect(new FairSemaphore(1, 0).acquire(new RunAbort())).toBeUndefined();
  });

  it("serves those who wait in the order in which they came", async () => {
    const semaphore = new FairSemaphore(1, 10);
    const order: number[] = [];
    const runs = Array.from({ length: 5 }, async (_, index) => {
      await semaphore.acquire(new RunAbort());
      order.push(index);
      await Promise.resolve();
      semaphore.release();
    });
    await Promise.all(runs);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it("refuses at once whoever would wait as one too many", () => {
    const semaphore = new FairSemaphore(1, 1);
    void semaphore.acquire(new RunAbort());
    void semaphore.acquire(new RunAbort());
    expect(() => semaphore.acquire(new RunAbort())).toThrow(expect.objectContaining({ code: "SESSION_QUEUE_FULL" }));
  });

  it("lets a waiter leave, and its place goes to the next", async () => {
    const semaphore = new FairSemaphore(1, 2);
    void semaphore.acquire(new RunAbort());
    const leaver = new RunAbort();
    const left = semaphore.acquire(leaver);
    const next = semaphore.acquire(new RunAbort());
    leaver.abort("gone");
    await expect(left).rejects.toMatchObject({ code: "RUN_ABORTED", cause: "gone" });
    semaphore.release();
    await expect(next).resolves.toBeUndefined();
    // Nobody is left waiting, so the next release frees the permit.
    semaphore.release();
    expect(semaphore.acquire(new RunAbort())).toBeUndefined();
  });

  it("never has more permits out than it was made with, whoever leaves", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 30 }),
        async (permits, leaves) => {
          const semaphore = new FairSemaphore(permits, 100);
          let out = 0;
          let most = 0;
          const runs = leaves.map(async (isLeaving) => {
            const abort = new RunAbort();
            const turn = semaphore.acquire(abort);
            if (isLeaving) {
              abort.abort("gone");
            }
            await turn;
            out += 1;
            most = Math.max(most, out);
            await Promise.resolve();
            out -= 1;
            semaphore.release();
          });
          await Promise.allSettled(runs);
          expect(most).toBeLessThanOrEqual(permits);
          expect(Array.from({ length: permits }, () => semaphore.acquire(new RunAbort()))).toEqual(
            Array(permits).fill(undefined),
          );
        },
      ),
    );
  });
});
