import type { IssuedCookieConfig } from "@alcove/config";
import { silentLogger } from "@alcove/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testServerOptions } from "../../test-support/served-echo.js";
import type { Identified } from "../identity-provider.js";
import { Refusals } from "../refusals.js";
import { IssuedCookieProvider } from "./issued-cookie-provider.js";

const minute = 60_000;
const day = 86_400_000;
const config: IssuedCookieConfig = {
  type: "issued_cookie",
  issuer: "issued-cookie",
  secrets: ["a-secret-of-more-than-32-bytes-0123456789"],
  isSecure: true,
  sameSite: "lax",
  maxAgeMs: 400 * day,
  rotateAfterMs: day,
  rotationOverlapMs: minute,
};

const cookieOf = ({ setCookie }: Identified): string | undefined => setCookie?.split(";")[0];
const generationOf = (cookie: string): number => Number(/-(\d+)\.[\w-]{43}$/.exec(cookie)?.[1] ?? 0);

/** A browser, whose replies come at once, late and in any order, or never; and everything it has ever sent or got. */
class Browser {
  readonly seen = new Set<string>();
  usedGeneration = 0;
  #nowMs = Date.UTC(2026, 10, 20);
  #onTheWay: { readonly cookie: string; readonly sentAtMs: number }[] = [];
  #cookie: string;
  readonly #userId: string;
  readonly #provider: IssuedCookieProvider;

  constructor() {
    const { cookieRegister } = testServerOptions();
    const clock = { nowMs: () => this.#nowMs, monotonicMs: () => 0 };
    const surroundings = { application: "test", logger: silentLogger, clock, cookieRegister };
    this.#provider = new IssuedCookieProvider(config, { ...surroundings, refusals: new Refusals([config]) });
    const first = this.#provider.issue();
    this.#userId = first.principal.userId;
    this.#cookie = this.#noted(cookieOf(first));
  }

  async ask(reply: "arrives" | "is late" | "is lost"): Promise<void> {
    const issuedAtMs = Number(this.#cookie.split(".")[2]?.split("-")[0]) * 1_000;
    const generation = generationOf(this.#cookie);
    const identified = await this.send(this.#cookie);
    expect(identified?.principal.userId).toBe(this.#userId);
    if (this.#nowMs - issuedAtMs >= minute) {
      this.usedGeneration = Math.max(this.usedGeneration, generation);
    }
    const cookie = identified && cookieOf(identified);
    if (cookie !== undefined && reply === "arrives") {
      this.#cookie = this.#noted(cookie);
    } else if (cookie !== undefined && reply === "is late") {
      this.#onTheWay.push({ cookie: this.#noted(cookie), sentAtMs: this.#nowMs });
    }
  }

  /** A reply that was late is there. */
  receive(index: number): void {
    const [{ cookie } = { cookie: this.#cookie }] = this.#onTheWay.splice(index % (this.#onTheWay.length || 1), 1);
    this.#cookie = cookie;
  }

  /** A reply that is late by more than a minute does not come any more. */
  wait(ms: number): void {
    this.#nowMs += ms;
    this.#onTheWay = this.#onTheWay.filter(({ sentAtMs }) => this.#nowMs - sentAtMs <= minute);
  }

  async send(cookie: string): Promise<Identified | undefined> {
    const socket = {} as never;
    try {
      return await this.#provider.identify({ headers: { cookie }, headersDistinct: {}, socket });
    } catch {
      return undefined;
    }
  }

  #noted(cookie = ""): string {
    this.seen.add(cookie);
    return cookie;
  }
}

describe("the rotation of issued cookies", () => {
  it("keeps no client out, whatever becomes of its replies, and ends all cookies before the one that was used", async () => {
    const action = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant("ask" as const),
          reply: fc.constantFrom("arrives", "arrives", "is late", "is lost"),
        }),
      },
      fc.record({ do: fc.constant("receive" as const), index: fc.nat(5) }),
      fc.record({
        do: fc.constant("wait" as const),
        ms: fc.oneof(fc.nat(2_000), fc.nat(2 * minute), fc.nat(2 * day)),
      }),
    );
    let mostGenerations = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 60, size: "max" }), async (actions) => {
        const browser = new Browser();
        for (const one of actions) {
          if (one.do === "ask") {
            await browser.ask(one.reply);
          } else if (one.do === "receive") {
            browser.receive(one.index);
          } else {
            browser.wait(one.ms);
          }
          for (const cookie of browser.seen) {
            const isEnded = generationOf(cookie) < browser.usedGeneration;
            if (isEnded) {
              expect(await browser.send(cookie)).toBeUndefined();
            }
          }
        }
        mostGenerations = Math.max(mostGenerations, browser.usedGeneration);
      }),
      { numRuns: 300 },
    );
    expect(mostGenerations).toBeGreaterThan(2);
  });
});
