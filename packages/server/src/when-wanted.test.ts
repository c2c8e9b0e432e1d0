import { describe, expect, it } from "vitest";
import { whenWanted } from "./when-wanted.js";

describe("what is made when it is wanted", () => {
  it("is made once for all who want it at the same time and later", async () => {
    let count = 0;
    const made = whenWanted(async () => {
      count += 1;
      return {};
    });
    expect(count).toBe(0);
    const [first, second] = await Promise.all([made(), made()]);
    expect(second).toBe(first);
    expect(await made()).toBe(first);
    expect(count).toBe(1);
  });

  it("is tried again after it could not be made", async () => {
    let count = 0;
    const made = whenWanted(async () => {
      count += 1;
      if (count === 1) {
        throw new Error("too many open files");
      }
      return count;
    });
    await expect(made()).rejects.toThrow("too many open files");
    expect(await made()).toBe(2);
  });
});
