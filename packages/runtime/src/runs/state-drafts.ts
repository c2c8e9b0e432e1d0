import { isDeepStrictEqual } from "node:util";
import { current, type Draft, enableMapSet, Immer, original } from "immer";

// States with codecs may hold maps and sets.
enableMapSet();

// What comes out of a draft is copied and frozen before it is stored; freezing it here as well would be done twice.
const immer = new Immer({ autoFreeze: false });

/** A state that a run has changed. */
export interface ChangedState {
  readonly slot: number;
  readonly value: object;
}

/**
 * The states of one user as one run sees them. Each is drafted when it is first touched: functions change the draft,
 * the committed value stays as it is, and only what really changed comes out at the end.
 */
export class StateDrafts {
  readonly #committed: readonly object[];
  readonly #open: ((slot: number, committed: object) => object) | undefined;
  #drafts: (Draft<object> | undefined)[] = [];

  /**
   * @param committed The committed values by slot, deeply frozen.
   * @param open Makes what a run sees out of a committed value, where that is something else.
   */
  constructor(committed: readonly object[], open?: (slot: number, committed: object) => object) {
    this.#committed = committed;
    this.#open = open;
  }

  /** The draft of one state; the same one for the whole run. */
  draftOf(slot: number): object {
    const existing = this.#drafts[slot];
    if (existing !== undefined) {
      return existing;
    }
    const committed = this.#committed[slot];
    if (committed === undefined) {
      throw new TypeError(`There is no state in slot ${slot}.`);
    }
    const draft = immer.createDraft(this.#open === undefined ? committed : this.#open(slot, committed));
    this.#drafts[slot] = draft;
    return draft;
  }

  /** The states as they are now, by slot; a hole where nothing has been touched. For {@link hasChangedSince}. */
  snapshot(): readonly (object | undefined)[] {
    return this.#drafts.map((draft) => draft && current(draft));
  }

  /** Whether a state is another than in a snapshot. A value that was opened counts as changed, as in {@link finish}. */
  hasChangedSince(snapshot: readonly (object | undefined)[]): boolean {
    return this.#drafts.some((draft, slot) => {
      const committed = this.#committed[slot];
      return (
        draft !== undefined &&
        (original(draft) !== committed || !isDeepStrictEqual(current(draft), snapshot[slot] ?? committed))
      );
    });
  }

  /**
   * Ends the drafts and yields what changed. Whoever kept a draft finds it revoked. A value that was opened counts as
   * changed: dates and the like in it are no drafts, and may have been changed in place.
   */
  finish(): ChangedState[] {
    const changed: ChangedState[] = [];
    const drafts = this.#drafts;
    this.#drafts = [];
    drafts.forEach((draft, slot) => {
      if (draft !== undefined) {
        const value = immer.finishDraft(draft);
        if (value !== this.#committed[slot]) {
          changed.push({ slot, value });
        }
      }
    });
    return changed;
  }

  /** Ends the drafts and forgets what changed. */
  discard(): void {
    try {
      this.finish();
    } catch {
      // Immer could not make a value of what a function left in a draft; it is thrown away in any case.
    }
  }
}
