/** Something that waits for its place, and gives it back when the promise resolves. */
type Start = () => Promise<void>;

/**
 * Starts jobs, a limited number at a time. A user's jobs start one after the other, since they would wait for each other's turn
 * in any case; so nobody's jobs take up the places of everybody else's.
 */
export class JobQueue {
  readonly #places: number;
  // By user id; each list is reached by that id only, and holds nothing but how to start that user's own jobs.
  readonly #waiting = new Map<string, Start[]>();
  readonly #busyUsers = new Set<string>();
  #isStopped = false;

  constructor(places: number) {
    this.#places = places;
  }

  /** Queues a job of a user. */
  add(userId: string, start: Start): void {
    const ofUser = this.#waiting.get(userId);
    if (ofUser === undefined) {
      this.#waiting.set(userId, [start]);
    } else {
      ofUser.push(start);
    }
    this.#startNext();
  }

  /** Starts nothing any more. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
  }

  #startNext(): void {
    for (const [userId, starts] of this.#waiting) {
      if (this.#isStopped || this.#busyUsers.size >= this.#places) {
        return;
      }
      const start = this.#busyUsers.has(userId) ? undefined : starts.shift();
      if (start !== undefined) {
        // Whoever had a place goes to the end of the line.
        this.#waiting.delete(userId);
        if (starts.length > 0) {
          this.#waiting.set(userId, starts);
        }
        this.#run(userId, start);
      }
    }
  }

  #run(userId: string, start: Start): void {
    this.#busyUsers.add(userId);
    const done = (): void => {
      this.#busyUsers.delete(userId);
      this.#startNext();
    };
    start().then(done, done);
  }
}
