/** Which part of a store a view shows, and what has to be done before and after each thing it asks of the store. */
export interface ObjectAccess {
  /**
   * Enters the part of the store the view shows. Resolves to `undefined` where there is nothing in it and nothing is to be put.
   *
   * @param store The name of the store.
   * @param mayPut Whether something is going to be put.
   */
  enter(store: string, mayPut: boolean): Promise<EnteredObjects | undefined>;
}

/** A part of a store that somebody is at work in. */
export interface EnteredObjects {
  /** What the keys of all its objects begin with, and those of no other part. */
  readonly prefix: string;
  /** Called when the store has done what it was asked for, or has failed to. */
  leave(): void;
}
