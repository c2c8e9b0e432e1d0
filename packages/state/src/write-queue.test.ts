import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WriteFailure } from "./write-failure.js";
import { type QueuedEntry, WriteQueue, type WriteQueueOptions } from "./write-queue.js";

class FakeFailure extends Error {
  constructor(readonly kind: WriteFailure["kind"]) {
    super(kind);
  }
}

const failureOf = (error: unknown): WriteFailure => ({
  kind: error instanceof FakeFailure ? error.kind : "suspect",
  reason: "the test says so",
});

/** A queue over a medium that takes everything, and notes what came. */
function queueOver(options: Partial<WriteQueueOptions> = {}) {
  const batches: string[][] = [];
  const pausesMs: number[] = [];
  let inFlight = 0;
  const queue = new WriteQueue({
    writeBatch: async (entries) => {
      inFlight += 1;
      expect(inFlight).toBe(1);
      batches.push(entries.map(({ text }) => text));
      await new Promise(setImmediate);
      inFlight -= 1;
      return entries.map(() => true);
    },
    failureOf,
    maxEntriesPerBatch: 100,
    maxCharactersPerBatch: 1_000,
    pause: async (durationMs) => {
      pausesMs.push(durationMs);
    },
    ...options,
  });
  return { queue, batches, pausesMs };
}

const head = { expiresAtMs: undefined, revision: undefined };
const entry = (text: string, key: string = text): QueuedEntry => ({
  key,
  text,
  head,
  isNew: false,
  records: undefined,
});
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `e${index}`);

describe("WriteQueue", () => {
  it("writes what comes together as one batch, and fills the next while one is on its way", async () => {
    const { queue, batches } = queueOver();
    const first = ["a", "b"].map((text) => queue.write(entry(text)));
    await Promise.resolve();
    await Promise.resolve();
    const second = ["c", "d", "e"].map((text) => queue.write(entry(text)));
    await Promise.all([...first, ...second]);
    expect(batches).toEqual([
      ["a", "b"],
      ["c", "d", "e"],
    ]);
  });

  it("keeps batches within their limits, and writes an entry beyond them alone", async () => {
    const { queue, batches } = queueOver({ maxEntriesPerBatch: 3, maxCharactersPerBatch: 10 });
    const texts = ["a", "b", "c", "d", "x".repeat(9), "y".repeat(50), "z"];
    await Promise.all(texts.map((text) => queue.write(entry(text))));
    expect(batches.map((batch) => batch.length)).toEqual([3, 2, 1, 1]);
    expect(batches.flat()).toEqual(texts);
  });

  it("never puts two entries of one key into a batch, and keeps all in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("a", "b", "c")), async (keys) => {
        const { queue, batches } = queueOver();
        await Promise.all(keys.map((key, index) => queue.write(entry(`${key}${index}`, key))));
        expect(batches.flat()).toEqual(keys.map((key, index) => `${key}${index}`));
        for (const batch of batches) {
          expect(new Set(batch.map(([key]) => key)).size).toBe(batch.length);
        }
      }),
    );
  });

  it("runs a task in its turn and alone", async () => {
    const { queue, batches } = queueOver();
    const before = queue.write(entry("before"));
    const task = queue.run(async () => {
      batches.push(["task"]);
      return "result";
    });
    const after = queue.write(entry("after"));
    expect(await task).toBe("result");
    await Promise.all([before, after]);
    expect(batches).toEqual([["before"], ["task"], ["after"]]);
  });

  it("tells each writer whether its own entry was taken", async () => {
    const { queue } = queueOver({ writeBatch: async (entries) => entries.map(({ text }) => text !== "refused") });
    const outcomes = await Promise.all(["a", "refused", "b"].map((text) => queue.write(entry(text))));
    expect(outcomes).toEqual([true, false, true]);
  });

  it("fails only the entries that are to blame, and stores all the others", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(39)), async (count, guilty) => {
        const stored: string[] = [];
        const isGuilty = (text: string) => guilty.includes(Number(text.slice(1)));
        const { queue } = queueOver({
          writeBatch: async (entries) => {
            if (entries.some(({ text }) => isGuilty(text))) {
              throw new FakeFailure("suspect");
            }
            stored.push(...entries.map(({ text }) => text));
            return entries.map(() => true);
          },
        });
        const outcomes = await Promise.allSettled(names(count).map((text) => queue.write(entry(text))));
        expect(stored).toEqual(names(count).filter((text) => !isGuilty(text)));
        expect(outcomes.map(({ status }) => status === "rejected")).toEqual(names(count).map(isGuilty));
      }),
    );
  });

  it.each([
    ["unknown", "OUTCOME_UNKNOWN"],
    ["refused", "STORE_FAILED"],
  ] as const)("writes nothing twice when the failure is %s", async (kind, code) => {
    let writes = 0;
    const { queue } = queueOver({
      writeBatch: async () => {
        writes += 1;
        throw new FakeFailure(kind);
      },
    });
    const outcomes = await Promise.allSettled(names(8).map((text) => queue.write(entry(text))));
    expect(writes).toBe(1);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code } });
    }
  });

  it("tries a busy medium again, with growing pauses, and gives up in the end", async () => {
    let failures = 3;
    const { queue, pausesMs } = queueOver({
      writeBatch: async (entries) => {
        failures -= 1;
        if (failures >= 0) {
          throw new FakeFailure("busy");
        }
        return entries.map(() => true);
      },
    });
    expect(await queue.write(entry("a"))).toBe(true);
    expect(pausesMs).toEqual([5, 20, 80]);
    failures = 100;
    await expect(queue.write(entry("b"))).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(failures).toBe(95);
  });

  it("serves again after a failure", async () => {
    let isBroken = true;
    const { queue } = queueOver({
      writeBatch: async (entries) => {
        if (isBroken) {
          throw new FakeFailure("refused");
        }
        return entries.map(() => true);
      },
    });
    await expect(queue.write(entry("a"))).rejects.toMatchObject({ code: "STORE_FAILED" });
    await expect(queue.run(() => Promise.reject(new FakeFailure("unknown")))).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
    });
    isBroken = false;
    expect(await queue.write(entry("b"))).toBe(true);
  });

  it("finishes what waits when it is closed, and takes nothing more", async () => {
    const { queue, batches } = queueOver();
    const writes = ["a", "b"].map((text) => queue.write(entry(text)));
    const closed = queue.close();
    await expect(queue.write(entry("late"))).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await expect(queue.run(async () => undefined)).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await closed;
    expect(batches).toEqual([["a", "b"]]);
    expect(await Promise.all(writes)).toEqual([true, true]);
  });
});
