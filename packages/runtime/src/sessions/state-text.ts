import type { CommittedComponentState } from "@alcove/state";

/** What a {@link StateText} is made of. */
export interface StateTextParts {
  readonly version: number;
  readonly changedInRevision: number;
  /** The committed value, which does not change any more. */
  readonly value: object;
  /** The value as JSON text. */
  readonly json: string;
}

/**
 * A committed state as JSON text. Once it is stored the text is let go of, and made again should it be asked for: most
 * often the state changes before that, and texts kept for so long are what the garbage collector would mostly have to carry.
 */
export class StateText implements CommittedComponentState {
  readonly version: number;
  readonly changedInRevision: number;
  readonly jsonLength: number;
  readonly #value: object;
  #json: string | undefined;

  constructor({ version, changedInRevision, value, json }: StateTextParts) {
    this.version = version;
    this.changedInRevision = changedInRevision;
    this.jsonLength = json.length;
    this.#value = value;
    this.#json = json;
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.#value);
    return this.#json;
  }

  /** Lets go of the text, because it has been stored. */
  release(): void {
    this.#json = undefined;
  }
}
