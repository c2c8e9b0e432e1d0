import type { Clock, DisposalReport, Logger } from "@alcove/plugin-api";
import type { EvictionReason } from "../figures/runtime-figures.js";

// A heap this full is about to be: what is left to V8 is spent on collecting garbage.
const HEAP_PRESSURE = 0.85;
// Under pressure so large a part of those who may leave does, at each look.
const SHARE_LEAVING_UNDER_PRESSURE = 1 / 8;
const WAKE_UPS_BETWEEN_HEAP_CHECKS = 256;

/** What {@link Residency} has to know of a session in memory. */
export interface Resident {
  readonly userId: string;
  /** Whether anything of the session is in memory; one that never woke up need not be kept. */
  readonly isAwake: boolean;
  hasExpired(nowMs: number): boolean;
  leave(timeoutMs: number): Promise<DisposalReport>;
}

/** Options of {@link Residency}. */
export interface ResidencyOptions<Tenant extends Resident> {
  /** Makes the session of a user who is not in memory. */
  readonly create: (userId: string) => Tenant;
  /** How many users stay in memory at most, those in use excepted. */
  readonly maxResidents: number;
  /** How long somebody nobody uses stays in memory; `undefined` for as long as the session lasts. */
  readonly idleMs: number | undefined;
  /** Whether users may leave before their session is over; `false` when a component has to stay for the session. */
  readonly mayLeaveEarly: boolean;
  /** How full the heap is, from 0 to 1. */
  readonly heapUse: () => number;
  /** How long leaving may take, but when everybody has to. */
  readonly releaseTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Place<Tenant> {
  readonly tenant: Tenant;
  holds: number;
  /** Since when nobody holds it, on the monotonic clock. */
  idleSinceMs: number;
}

/**
 * Who is in memory. A user's session is held by callers, until their runs are over; what nobody holds may leave, least recently used first,
 * when there are too many, when the heap gets full, or after a while. What is held never leaves.
 */
export class Residency<Tenant extends Resident> {
  /** How many left memory, by reason; those who leave because everybody has to are not counted. */
  readonly evictions: Record<EvictionReason, number> = { expired: 0, limit: 0, idle: 0, heap: 0, operator: 0 };
  readonly #options: ResidencyOptions<Tenant>;
  // One entry for each user id; an entry holds that user's session and is reached by that id only.
  readonly #places = new Map<string, Place<Tenant>>();
  // Those of them nobody holds, least recently used first: a Map keeps the order in which its keys were set.
  readonly #idle = new Map<string, Place<Tenant>>();
  // Rooms being torn down, so that a user who returns meanwhile does not meet their own leaving.
  readonly #leaving = new Map<string, Promise<void>>();
  #wakeUps = 0;

  constructor(options: ResidencyOptions<Tenant>) {
    this.#options = options;
  }

  /** How many are in memory, those in use included. */
  get size(): number {
    return this.#places.size;
  }

  /** A user's session, if it is in memory; it is neither held nor used by that. */
  find(userId: string): Tenant | undefined {
    return this.#places.get(userId)?.tenant;
  }

  /** A user's session, in memory until it is released as often as it was held. */
  hold(userId: string): Tenant {
    let place = this.#places.get(userId);
    if (place === undefined) {
      place = { tenant: this.#options.create(userId), holds: 1, idleSinceMs: 0 };
      this.#places.set(userId, place);
      this.#keepLimit();
      this.#wakeUps += 1;
      if (this.#wakeUps % WAKE_UPS_BETWEEN_HEAP_CHECKS === 0) {
        this.#relieveHeap();
      }
      return place.tenant;
    }
    if (place.holds === 0) {
      this.#idle.delete(userId);
    }
    place.holds += 1;
    return place.tenant;
  }

  /** Takes back one {@link hold}. */
  release(tenant: Tenant): void {
    const { userId } = tenant;
    const place = this.#places.get(userId);
    // Closing lets go even of what is held.
    if (place?.tenant !== tenant) {
      return;
    }
    place.holds -= 1;
    if (place.holds > 0) {
      return;
    }
    if (!tenant.isAwake) {
      void this.#evict(place);
      return;
    }
    place.idleSinceMs = this.#options.clock.monotonicMs();
    this.#idle.set(userId, place);
    this.#keepLimit();
  }

  /** Everybody in memory, in the order in which they came. */
  *tenants(): Generator<Tenant> {
    for (const { tenant } of this.#places.values()) {
      yield tenant;
    }
  }

  /** Those somebody holds. */
  *held(): Generator<Tenant> {
    for (const { tenant, holds } of this.#places.values()) {
      if (holds > 0) {
        yield tenant;
      }
    }
  }

  /** Resolves when an earlier room of the user has been torn down, if one is being. */
  hasLeft(userId: string): Promise<void> | undefined {
    return this.#leaving.get(userId);
  }

  /** Takes everybody whose session is over, and whom nobody holds, out of memory. Resolves to how many. */
  async evictExpired(nowMs: number): Promise<number> {
    const expired = [...this.#idle.values()].filter(({ tenant }) => tenant.hasExpired(nowMs));
    this.evictions.expired += expired.length;
    await Promise.all(expired.map((place) => this.#evict(place)));
    return expired.length;
  }

  /** Takes out of memory who has been idle for too long, and under heap pressure a part of the others. */
  relieve(): void {
    const { idleMs, mayLeaveEarly, clock } = this.#options;
    if (idleMs !== undefined && mayLeaveEarly) {
      const idleSinceMs = clock.monotonicMs() - idleMs;
      for (const place of this.#idle.values()) {
        if (place.idleSinceMs > idleSinceMs) {
          break;
        }
        this.evictions.idle += 1;
        void this.#evict(place);
      }
    }
    this.#relieveHeap();
  }

  /**
   * Takes one user out of memory, unless somebody holds the session or a component has to stay for it. Resolves, once the
   * room is torn down, to what became of the user, who may have been `absent` before.
   */
  async evict(userId: string): Promise<"absent" | "evicted" | "kept"> {
    const place = this.#places.get(userId);
    if (place === undefined) {
      await this.#leaving.get(userId);
      return "absent";
    }
    if (place.holds > 0 || !this.#options.mayLeaveEarly) {
      return "kept";
    }
    this.evictions.operator += 1;
    await this.#evict(place);
    return "evicted";
  }

  /** Takes everybody out of memory, held or not, and waits until whoever was leaving before has left, too. */
  async evictAll(timeoutMs: number): Promise<void> {
    await Promise.all([...this.#places.values()].map((place) => this.#evict(place, timeoutMs)));
    await Promise.all(this.#leaving.values());
  }

  #keepLimit(): void {
    const { maxResidents, mayLeaveEarly } = this.#options;
    if (mayLeaveEarly && this.#places.size > maxResidents) {
      this.#evictLeastRecentlyUsed(this.#places.size - maxResidents, "limit");
    }
  }

  #relieveHeap(): void {
    const { mayLeaveEarly, heapUse, logger } = this.#options;
    if (!mayLeaveEarly || this.#idle.size === 0) {
      return;
    }
    const use = heapUse();
    if (use > HEAP_PRESSURE) {
      const count = Math.ceil(this.#idle.size * SHARE_LEAVING_UNDER_PRESSURE);
      this.#evictLeastRecentlyUsed(count, "heap");
      logger.warn("The heap is nearly full: the least recently used sessions leave memory", {
        heapUse: use,
        leaving: count,
        residents: this.#places.size,
      });
    }
  }

  #evictLeastRecentlyUsed(count: number, reason: EvictionReason): void {
    let left = count;
    for (const place of this.#idle.values()) {
      if (left <= 0) {
        return;
      }
      left -= 1;
      this.evictions[reason] += 1;
      void this.#evict(place);
    }
  }

  async #evict({ tenant }: Place<Tenant>, timeoutMs = this.#options.releaseTimeoutMs): Promise<void> {
    const { userId } = tenant;
    this.#places.delete(userId);
    this.#idle.delete(userId);
    const earlier = this.#leaving.get(userId);
    const leaving = Promise.all([tenant.leave(timeoutMs), earlier]).then(([{ errors, unfinished, owners }]) => {
      if (errors.length > 0 || unfinished > 0) {
        this.#options.logger.warn("A session did not leave memory cleanly", { userId, errors, unfinished, owners });
      }
      if (this.#leaving.get(userId) === leaving) {
        this.#leaving.delete(userId);
      }
    });
    this.#leaving.set(userId, leaving);
    await leaving;
  }
}
