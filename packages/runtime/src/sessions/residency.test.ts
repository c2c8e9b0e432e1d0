import { silentLogger } from "@alcove/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Residency, type ResidencyOptions, type Resident } from "./residency.js";

class Guest implements Resident {
  readonly userId: string;
  isAwake = false;
  expiresAtMs = Number.POSITIVE_INFINITY;
  hasLeft = false;
  letGo: () => void = () => undefined;
  readonly #isSlow: boolean;

  constructor(userId: string, isSlow: boolean) {
    this.userId = userId;
    this.#isSlow = isSlow;
  }

  hasExpired(nowMs: number): boolean {
    return this.expiresAtMs <= nowMs;
  }

  async leave() {
    this.hasLeft = true;
    if (this.#isSlow) {
      await new Promise<void>((resolve) => {
        this.letGo = resolve;
      });
    }
    return { errors: [], unfinished: 0, owners: [] };
  }
}

/** A house with a clock and a heap the test moves. */
function house(options: Partial<ResidencyOptions<Guest>> & { isSlow?: boolean } = {}) {
  const surroundings = { nowMs: 0, heapUse: 0, heapLooks: 0 };
  const residency = new Residency<Guest>({
    create: (userId) => new Guest(userId, options.isSlow ?? false),
    maxResidents: 1_000,
    idleMs: undefined,
    mayLeaveEarly: true,
    heapUse: () => {
      surroundings.heapLooks += 1;
      return surroundings.heapUse;
    },
    releaseTimeoutMs: 1_000,
    clock: { nowMs: () => surroundings.nowMs, monotonicMs: () => surroundings.nowMs },
    logger: silentLogger,
    ...options,
  });
  /** A user comes, wakes up, and goes. */
  const visit = (userId: string): Guest => {
    const guest = residency.hold(userId);
    guest.isAwake = true;
    residency.release(guest);
    return guest;
  };
  const here = () => [...residency.tenants()].map(({ userId }) => userId);
  return { residency, surroundings, visit, here };
}

describe("who is in memory", () => {
  it("are as many as allowed, the least recently used having left", () => {
    const { visit, here } = house({ maxResidents: 2 });
    visit("a");
    visit("b");
    visit("a");
    const c = visit("c");
    expect(here()).toEqual(["a", "c"]);
    expect(visit("c")).toBe(c);
  });

  it("is never taken away from who holds it, and goes at once when let go beyond the limit", () => {
    const { residency, visit, here } = house({ maxResidents: 1 });
    const held = ["a", "b", "c"].map((userId) => residency.hold(userId));
    for (const guest of held) {
      guest.isAwake = true;
    }
    visit("d");
    expect(here()).toEqual(["a", "b", "c"]);
    held.forEach((guest) => void residency.release(guest));
    expect(here()).toEqual(["c"]);
  });

  it("stays until the last of several holds is released", () => {
    const { residency, visit, here } = house({ maxResidents: 1 });
    const twice = residency.hold("a");
    residency.hold("a");
    twice.isAwake = true;
    residency.release(twice);
    visit("b");
    expect(here()).toEqual(["a"]);
  });

  it("forgets at once who never woke up", () => {
    const { residency, here } = house();
    residency.release(residency.hold("a"));
    expect(here()).toEqual([]);
  });

  it("leaves after having been idle, counted from the last use", () => {
    const { residency, surroundings, visit, here } = house({ idleMs: 100 });
    visit("a");
    visit("b");
    surroundings.nowMs = 60;
    visit("a");
    surroundings.nowMs = 99;
    residency.relieve();
    expect(here()).toEqual(["a", "b"]);
    surroundings.nowMs = 100;
    residency.relieve();
    expect(here()).toEqual(["a"]);
  });

  it("leaves in parts while the heap is nearly full, and only who is idle", () => {
    const { residency, surroundings, visit, here } = house();
    residency.hold("held").isAwake = true;
    for (let index = 0; index < 80; index += 1) {
      visit(`user-${index}`);
    }
    residency.relieve();
    expect(here()).toHaveLength(81);
    surroundings.heapUse = 0.9;
    residency.relieve();
    expect(here()).toHaveLength(71);
    expect(here().slice(0, 2)).toEqual(["held", "user-10"]);
    for (let times = 0; times < 100; times += 1) {
      residency.relieve();
    }
    expect(here()).toEqual(["held"]);
  });

  it("looks at the heap every few wake-ups too, and not at every one", () => {
    const { surroundings, visit, here } = house();
    surroundings.heapUse = 0.9;
    for (let index = 0; index < 600; index += 1) {
      visit(`user-${index}`);
    }
    expect(surroundings.heapLooks).toBe(2);
    expect(here().length).toBeLessThan(600);
  });

  it("stays for the whole session where a component asks for it, whatever presses", async () => {
    const { residency, surroundings, visit, here } = house({ maxResidents: 1, idleMs: 1, mayLeaveEarly: false });
    const a = visit("a");
    visit("b");
    surroundings.heapUse = 1;
    surroundings.nowMs = 1_000;
    residency.relieve();
    expect(here()).toEqual(["a", "b"]);
    a.expiresAtMs = 1_000;
    expect(await residency.evictExpired(1_000)).toBe(1);
    expect(here()).toEqual(["b"]);
  });

  it("lets who returns wait for the own leaving, and nobody else", async () => {
    const { residency, visit } = house({ maxResidents: 1, isSlow: true });
    const first = visit("a");
    visit("b");
    expect(first.hasLeft).toBe(true);
    const again = residency.hold("a");
    expect(again).not.toBe(first);
    const leaving = residency.hasLeft("a");
    expect(leaving).toBeDefined();
    expect(residency.hasLeft("c")).toBeUndefined();
    first.letGo();
    await leaving;
    expect(residency.hasLeft("a")).toBeUndefined();
  });

  it("lets who returns wait for a slow leaving also when they came and went meanwhile without waking up", async () => {
    const { residency, visit } = house({ maxResidents: 1, isSlow: true });
    const first = visit("a");
    visit("b");
    const second = residency.hold("a");
    residency.release(second);
    second.letGo();
    await new Promise((resolve) => setImmediate(resolve));
    const leaving = residency.hasLeft("a");
    expect(leaving).toBeDefined();
    first.letGo();
    await leaving;
    expect(residency.hasLeft("a")).toBeUndefined();
  });

  it("leaves when the house closes, held or not, and late releases change nothing", async () => {
    const { residency, visit, here } = house();
    const held = residency.hold("a");
    visit("b");
    await residency.evictAll(1_000);
    residency.release(held);
    expect(here()).toEqual([]);
    expect(held.hasLeft).toBe(true);
  });

  it("exceeds the limit by those in use at most, and keeps who is in use, in any order of events", () => {
    const user = fc.integer({ min: 0, max: 12 });
    const steps = fc.array(fc.tuple(user, fc.constantFrom("hold", "release", "visit")), { maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (events, maxResidents) => {
        const { residency, visit } = house({ maxResidents });
        const holds = new Map<number, Guest[]>();
        for (const [who, what] of events) {
          const mine = holds.get(who) ?? [];
          holds.set(who, mine);
          if (what === "visit") {
            visit(`${who}`);
          } else if (what === "hold") {
            const guest = residency.hold(`${who}`);
            guest.isAwake = true;
            mine.push(guest);
          } else {
            const guest = mine.pop();
            if (guest !== undefined) {
              residency.release(guest);
            }
          }
          const inUse = [...holds.values()].flat();
          expect(residency.size).toBeLessThanOrEqual(Math.max(maxResidents, new Set(inUse).size));
          expect(inUse.filter((guest) => guest.hasLeft || ![...residency.tenants()].includes(guest))).toEqual([]);
        }
      }),
    );
  });
});
