import type { IncomingMessage } from "node:http";
import type { AlcoveConfig } from "@alcove/config";
import { AlcoveError, type Clock } from "@alcove/plugin-api";
import { ClientAddresses, subscriberOf } from "./client-addresses.js";

const MINUTE_MS = 60_000;
/** Of how many addresses is known how many sessions they have begun. */
const MAX_ADDRESSES = 50_000;

interface Minute {
  readonly endsAtMs: number;
  begun: number;
}

/**
 * Limits how many sessions begin for one address: within the minute that its first one begins. Whoever has a session is
 * not concerned, and nothing is asked before the store has said that there is none.
 */
export class NewSessionLimit {
  readonly #maxPerMinute: number;
  readonly #clock: Clock;
  readonly #addresses: ClientAddresses;
  // Counts by address, nothing of any user; in order of their ends, since a Map keeps the order in which its keys were set.
  readonly #minutes = new Map<string, Minute>();

  private constructor(maxPerMinute: number, addresses: ClientAddresses, clock: Clock) {
    this.#maxPerMinute = maxPerMinute;
    this.#addresses = addresses;
    this.#clock = clock;
  }

  /** The limit of a configuration; `undefined` where it has none. */
  static of(
    { limits, trustedProxies }: AlcoveConfig["general"]["frontEnd"],
    clock: Clock,
  ): NewSessionLimit | undefined {
    const { maxNewSessionsPerMinute } = limits;
    return maxNewSessionsPerMinute === 0
      ? undefined
      : new NewSessionLimit(maxNewSessionsPerMinute, new ClientAddresses(trustedProxies), clock);
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#minutes.size;
  }

  /** Counts a session that a request is about to begin. @throws NEW_SESSIONS_LIMITED, with the time to wait */
  admit(request: IncomingMessage): void {
    const nowMs = this.#clock.monotonicMs();
    this.#forgetWhatIsOver(nowMs);
    const minute = this.#minuteOf(subscriberOf(this.#addresses.of(request)), nowMs);
    if (minute.begun >= this.#maxPerMinute) {
      throw this.#refusal(minute.endsAtMs - nowMs);
    }
    minute.begun += 1;
  }

  #minuteOf(address: string, nowMs: number): Minute {
    const known = this.#minutes.get(address);
    if (known !== undefined) {
      return known;
    }
    const [oldest] = this.#minutes.values();
    if (this.#minutes.size >= MAX_ADDRESSES && oldest !== undefined) {
      // To forget somebody would let an attacker with many addresses count from zero again.
      throw this.#refusal(oldest.endsAtMs - nowMs);
    }
    const minute = { endsAtMs: nowMs + MINUTE_MS, begun: 0 };
    this.#minutes.set(address, minute);
    return minute;
  }

  #forgetWhatIsOver(nowMs: number): void {
    for (const [address, { endsAtMs }] of this.#minutes) {
      if (endsAtMs > nowMs) {
        return;
      }
      this.#minutes.delete(address);
    }
  }

  #refusal(waitMs: number): AlcoveError {
    return new AlcoveError(
      "NEW_SESSIONS_LIMITED",
      `More than ${this.#maxPerMinute} sessions would begin for this address within a minute. Wait, or keep using a session that has begun.`,
      { retryAfterSeconds: waitMs / 1_000 },
    );
  }
}
