/** Who keeps something of users beside their sessions. */
export interface SessionEndingListener {
  /** Somebody wants to end a user's session, now or when the runs that came before are over: it may yet be refused. */
  readonly onWanted: (userId: string) => void;
  /** A user's session was ended or replaced, and nobody else has had the user's turn since. */
  readonly onOver: (userId: string) => void;
}

/** Tells of sessions that are ended by somebody, which is before their time is over. */
export class SessionEndings {
  readonly #listeners = new Set<SessionEndingListener>();

  /** Tells the listener of every end from now on. Returns the end of it. */
  listen(listener: SessionEndingListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Called before a user's runs are waited for. */
  wanted(userId: string): void {
    for (const { onWanted } of this.#listeners) {
      onWanted(userId);
    }
  }

  /** Called once the session is no more what it was. */
  over(userId: string): void {
    for (const { onOver } of this.#listeners) {
      onOver(userId);
    }
  }
}
