import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InFlight, type InFlightPlace } from "./in-flight.js";

describe("what is in flight", () => {
  test("is told in order of arrival, whoever has left in between", () => {
    const changes = fc.array(fc.oneof(fc.constant("enter" as const), fc.nat({ max: 30 })), { maxLength: 60 });
    fc.assert(
      fc.property(changes, (steps) => {
        const inFlight = new InFlight<number>();
        const entered: InFlightPlace<number>[] = [];
        const model = new Set<number>();
        for (const step of steps) {
          if (step === "enter") {
            model.add(entered.length);
            entered.push(inFlight.enter(entered.length));
          } else {
            const place = entered[step];
            if (place !== undefined) {
              model.delete(step);
              inFlight.leave(place);
            }
          }
          expect(inFlight.items()).toEqual([...model]);
          expect([inFlight.size, inFlight.first?.item]).toEqual([model.size, [...model][0]]);
        }
      }),
    );
  });

  test("may change while all of it is gone through", () => {
    const inFlight = new InFlight<string>();
    const places = ["first", "second", "third"].map((item) => inFlight.enter(item));
    const seen: string[] = [];
    for (const item of inFlight.items()) {
      seen.push(item);
      for (const place of places) {
        inFlight.leave(place);
      }
    }
    expect(seen).toEqual(["first", "second", "third"]);
    expect(inFlight.size).toBe(0);
  });

  test("is referred to by nobody who has left", () => {
    const inFlight = new InFlight<string>();
    const [before, left, after] = ["before", "left", "after"].map((item) => inFlight.enter(item));
    if (before === undefined || left === undefined || after === undefined) {
      throw new TypeError("Three have entered.");
    }
    inFlight.leave(left);
    expect([left.previous, left.next]).toEqual([undefined, undefined]);
    expect([before.next, after.previous]).toEqual([after, before]);
  });
});
