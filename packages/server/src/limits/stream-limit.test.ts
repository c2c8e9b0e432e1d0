import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamLimit } from "./stream-limit.js";

describe("the limit of streams", () => {
  it("refuses one user what is left to others, and everybody when nothing is left", () => {
    const limit = new StreamLimit({ most: 3, mostPerUser: 2 });
    const leave = limit.enter("alice");
    limit.enter("alice");
    expect(() => limit.enter("alice")).toThrow(
      expect.objectContaining({ code: "TOO_MANY_STREAMS_OF_USER", retryAfterSeconds: 1 }),
    );
    limit.enter("bob");
    expect(() => limit.enter("carol")).toThrow(
      expect.objectContaining({ code: "TOO_MANY_STREAMS", retryAfterSeconds: 1 }),
    );
    leave();
    leave();
    limit.enter("carol");
    expect(limit.count).toBe(3);
  });

  it("counts whoever need not be named for all together only", () => {
    const limit = new StreamLimit({ most: 2, mostPerUser: 1 });
    limit.enter(undefined);
    limit.enter(undefined);
    expect(() => limit.enter(undefined)).toThrow(expect.objectContaining({ code: "TOO_MANY_STREAMS" }));
  });

  it("has room for as many as before once all have left, in whatever order they come and go", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ user: fc.constantFrom("a", "b", undefined), leaves: fc.nat() })), (visits) => {
        const limit = new StreamLimit({ most: 4, mostPerUser: 2 });
        const inside: (() => void)[] = [];
        for (const { user, leaves } of visits) {
          try {
            inside.push(limit.enter(user));
          } catch {
            inside.splice(leaves % inside.length, 1)[0]?.();
          }
          expect(limit.count).toBe(inside.length);
        }
        for (const leave of inside) {
          leave();
        }
        for (const user of ["a", "a", "b", "b"]) {
          limit.enter(user);
        }
        expect(limit.count).toBe(4);
      }),
    );
  });
});
