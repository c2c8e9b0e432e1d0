import type { LedgerEntry } from "./ledger.js";
import { UserHistory } from "./user-history.js";

/** What is known of every user, built from nothing but the entries of a ledger. */
export class History {
  readonly #users = new Map<string, UserHistory>();
  #moment = 0;
  #acknowledged = 0;

  /** How many entries there were: the moment it is now. */
  get moment(): number {
    return this.#moment;
  }

  /** How many operations were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Takes in the next entry of the ledger. */
  apply(entry: LedgerEntry): void {
    this.#moment += 1;
    const history = this.of(entry.user);
    if (entry.kind === "session-over") {
      history.noteOver();
      return;
    }
    this.#acknowledged += entry.kind === "acknowledged" ? 1 : 0;
    history.note(entry.operation, entry.kind, this.#moment, entry.kind === "refused" ? entry.code : "");
  }

  /** The history of one user, empty if nothing was heard of them. */
  of(user: string): UserHistory {
    const known = this.#users.get(user) ?? new UserHistory(user);
    this.#users.set(user, known);
    return known;
  }

  /** Everybody who was heard of. */
  users(): string[] {
    return [...this.#users.keys()];
  }
}
