import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DisposalStack } from "./disposal-stack.js";

const timeoutMs = 1_000;

describe("DisposalStack", () => {
  it("releases last-added first, each to its end before the next", async () => {
    const stack = new DisposalStack();
    const steps: string[] = [];
    for (const name of ["first", "second", "third"]) {
      stack.add(async () => {
        steps.push(`${name} begins`);
        await Promise.resolve();
        steps.push(`${name} ends`);
      });
    }
    expect(stack.size).toBe(3);
    await expect(stack.dispose(timeoutMs)).resolves.toEqual({ errors: [], unfinished: 0, owners: [] });
    expect(steps).toEqual(["third", "second", "first"].flatMap((name) => [`${name} begins`, `${name} ends`]));
    expect(stack.size).toBe(0);
  });

  it("releases everything once, in reverse, whichever releases throw or reject", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("returns", "throws", "rejects")), async (behaviours) => {
        const stack = new DisposalStack();
        const released: number[] = [];
        for (const [index, behaviour] of behaviours.entries()) {
          stack.add(() => {
            released.push(index);
            if (behaviour === "throws") {
              throw new TypeError(String(index));
            }
            return behaviour === "rejects" ? Promise.reject(new TypeError(String(index))) : undefined;
          });
        }
        const { errors, unfinished } = await stack.dispose(timeoutMs);
        const reversed = [...behaviours.keys()].reverse();
        expect(released).toEqual(reversed);
        expect(unfinished).toBe(0);
        expect(errors).toEqual(
          reversed.filter((index) => behaviours[index] !== "returns").map((index) => new TypeError(String(index))),
        );
      }),
    );
  });

  it("names the owners of what failed or had not ended, each once, and nobody else", async () => {
    const stack = new DisposalStack();
    const failing = () => Promise.reject(new TypeError("no"));
    stack.add(() => new Promise<void>(() => {}), "hangs");
    stack.add(() => {}, "fine");
    stack.add(failing, "fails");
    stack.add(failing, "fails");
    stack.add(failing);
    expect((await stack.dispose(10)).owners).toEqual(["fails", "hangs"]);
  });

  it("releases once, however often it is disposed, and gives everyone the same report", async () => {
    const stack = new DisposalStack();
    const release = vi.fn();
    stack.add(release);
    const reports = await Promise.all([stack.dispose(timeoutMs), stack.dispose(timeoutMs)]);
    expect(await stack.dispose(timeoutMs)).toBe(reports[0]);
    expect(reports[1]).toBe(reports[0]);
    expect(release).toHaveBeenCalledTimes(1);
  });

  it("releases at once what is added after it was disposed, and swallows its failure", async () => {
    const stack = new DisposalStack();
    await stack.dispose(timeoutMs);
    const released = new Promise<void>((resolve) => {
      stack.add(() => {
        resolve();
        throw new TypeError("nobody listens any more");
      });
    });
    await expect(released).resolves.toBeUndefined();
    expect(stack.size).toBe(0);
  });

  describe("when time runs out", () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it("leaves a release that hangs behind, and gives the others their share", async () => {
      const stack = new DisposalStack();
      const last = vi.fn();
      stack.add(last);
      stack.add(() => new Promise<void>(() => {}));
      stack.add(() => {});
      const disposal = stack.dispose(timeoutMs);
      await vi.advanceTimersByTimeAsync(timeoutMs / 2 - 1);
      expect(last).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      await expect(disposal).resolves.toEqual({ errors: [], unfinished: 1, owners: [] });
      expect(last).toHaveBeenCalledTimes(1);
    });

    it("is over in time though every release hangs", async () => {
      const stack = new DisposalStack();
      for (let index = 0; index < 10; index += 1) {
        stack.add(() => new Promise<void>(() => {}));
      }
      const disposal = stack.dispose(timeoutMs);
      await vi.advanceTimersByTimeAsync(timeoutMs);
      await expect(disposal).resolves.toEqual({ errors: [], unfinished: 10, owners: [] });
    });

    it("leaves no timer behind when everything was quick", async () => {
      const stack = new DisposalStack();
      stack.add(() => {});
      await stack.dispose(timeoutMs);
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
