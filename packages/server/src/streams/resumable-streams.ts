import { randomUUID } from "node:crypto";
import { AlcoveError } from "@alcove/plugin-api";
import type { FrameOutput, StreamReader } from "./frame-output.js";
import { ResumableStream } from "./resumable-stream.js";

/** Options of {@link ResumableStreams}. */
export interface ResumableStreamsOptions {
  /** How long a stream waits for its client, and is kept once it has ended. Above 0. */
  readonly graceMs: number;
  /** How many streams are kept. */
  readonly maxStreams: number;
  /** How many of them may be one user's. */
  readonly maxStreamsPerUser: number;
  /** How much of each. */
  readonly maxCharactersPerStream: number;
}

/** Who may come back to a stream, and where. */
export interface StreamPlace {
  readonly userId: string;
  /** Method and path of the request. */
  readonly route: string;
}

/** The run whose frames are kept. */
export interface StreamedRun extends StreamPlace {
  /** Whether it goes on to its end although its client stays away. */
  readonly finishesAlone: boolean;
  /** Gives it up. */
  abort(): void;
}

/** A stream that is kept, as the call sees it that began it. */
export interface KeptStream extends FrameOutput {
  /** Gives it its first reader. Returns what is to be called when that reader has gone. */
  open(reader: StreamReader): () => void;
  /** Its run has asked its person something: from now on it goes on to its end although its client stays away. */
  finishAlone(): void;
  /** Forgets it: its call got no further than an error reply. */
  discard(): void;
}

/** A stream that was found again. */
export interface FoundStream {
  /** Whether the client has all of it. */
  readonly isComplete: boolean;
  /** Sends a reader what came after the frame it had last, and then the rest. Returns what is to be called when that reader has gone. */
  resume(reader: StreamReader): () => void;
}

interface Kept {
  readonly id: string;
  readonly place: StreamPlace;
  readonly stream: ResumableStream;
  /** Whether its run has asked its person something: then it is an execution, which answers to others. */
  isExecution: boolean;
  /** Runs while the stream has no reader. */
  timer: NodeJS.Timeout | undefined;
  /** Whether its client has stayed away for longer than the grace. */
  isAbandoned: boolean;
  /** None once the run is over. */
  abort: (() => void) | undefined;
}

const lastEventIdPattern = /^([0-9a-f-]{36})\.(0|[1-9]\d{0,14})$/;

/**
 * The streams whose clients may come back. They outlive their requests and cannot leak between users: only `find` leads to one,
 * by an id that is made of 122 random bits, and it compares the user before it looks at anything else. Who asks for a stream of
 * somebody else gets, in the same words, what they get for one that never was.
 */
export class ResumableStreams {
  readonly #options: ResumableStreamsOptions;
  // The oldest first, here and there.
  readonly #kept = new Map<string, Kept>();
  // Who has none is not in it.
  readonly #byUser = new Map<string, Set<Kept>>();
  #isClosed = false;

  constructor(options: ResumableStreamsOptions) {
    this.#options = options;
  }

  /** How many are kept. */
  get count(): number {
    return this.#kept.size;
  }

  /**
   * Begins to keep a stream. Where all places are taken, or all a user may have, the oldest one that has ended makes room, or
   * whose client stays away. `undefined` where there is none, and once the server stops: then its client cannot come back.
   */
  begin({ userId, route, finishesAlone, abort }: StreamedRun): KeptStream | undefined {
    if (this.#isClosed || !this.#makeRoom(userId)) {
      return undefined;
    }
    const id = randomUUID();
    const stream = new ResumableStream({ id, maxCharacters: this.#options.maxCharactersPerStream, finishesAlone });
    const kept: Kept = {
      id,
      place: { userId, route },
      stream,
      isExecution: false,
      timer: undefined,
      isAbandoned: false,
      abort,
    };
    this.#add(kept);
    return {
      offerStep: (step) => stream.offerStep(step),
      send: (frame) => stream.send(frame),
      end: () => this.#end(kept),
      finishAlone: () => {
        kept.isExecution = true;
        stream.finishAlone();
      },
      discard: () => this.#forget(kept),
      open: (reader) => {
        stream.open(reader);
        return () => this.#leave(kept, reader);
      },
    };
  }

  /**
   * Finds the stream a client comes back to.
   *
   * @param lastEventId The `id` of the last frame the client has got.
   * @throws STREAM_NOT_FOUND
   */
  find(lastEventId: string, { userId, route }: StreamPlace): FoundStream {
    const [, id = "", sequenceText] = lastEventIdPattern.exec(lastEventId) ?? [];
    const sequence = Number(sequenceText);
    const kept = this.#kept.get(id);
    if (kept === undefined || kept.place.userId !== userId || kept.place.route !== route) {
      throw streamNotFound();
    }
    const { stream } = kept;
    if (!stream.canResumeAfter(sequence)) {
      throw new AlcoveError(
        "STREAM_NOT_FOUND",
        "What came after this Last-Event-ID is not kept any more. Send the call again without it.",
      );
    }
    return {
      isComplete: stream.isEndedAfter(sequence),
      resume: (reader) => {
        stopGrace(kept);
        stream.resume(reader, sequence);
        return () => this.#leave(kept, reader);
      },
    };
  }

  /** Gives up that user's runs whose clients are away, also those that would finish alone. */
  giveUpAway(userId: string): void {
    for (const kept of this.#byUser.get(userId) ?? []) {
      if ((kept.timer !== undefined || kept.isAbandoned) && !kept.isExecution) {
        kept.abort?.();
      }
    }
  }

  /** Keeps nothing of that user any more; what is being read is read to its end. */
  forgetUser(userId: string): void {
    this.#forgetAll(this.#byUser.get(userId) ?? []);
  }

  /** Keeps nothing any more, and gives up the runs whose clients are away and that do not finish alone. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#forgetAll(this.#kept.values());
  }

  #forgetAll(all: Iterable<Kept>): void {
    for (const kept of all) {
      const isAway = kept.timer !== undefined;
      this.#forget(kept);
      if (isAway) {
        giveUp(kept);
      }
    }
  }

  #makeRoom(userId: string): boolean {
    const { maxStreams, maxStreamsPerUser } = this.#options;
    const ofUser = this.#byUser.get(userId);
    if (ofUser !== undefined && ofUser.size >= maxStreamsPerUser) {
      return this.#forgetOldest(ofUser);
    }
    return this.#kept.size < maxStreams || this.#forgetOldest(this.#kept.values());
  }

  #forgetOldest(among: Iterable<Kept>): boolean {
    for (const kept of among) {
      if (kept.abort === undefined || kept.isAbandoned) {
        this.#forget(kept);
        return true;
      }
    }
    return false;
  }

  #add(kept: Kept): void {
    const { userId } = kept.place;
    const ofUser = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, ofUser.add(kept));
    this.#kept.set(kept.id, kept);
  }

  #end(kept: Kept): void {
    kept.abort = undefined;
    kept.stream.end();
    if (kept.isAbandoned && this.#isKept(kept)) {
      this.#startGrace(kept);
    }
  }

  #leave(kept: Kept, reader: StreamReader): void {
    if (!kept.stream.leave(reader)) {
      return;
    }
    if (this.#isKept(kept)) {
      this.#startGrace(kept);
    } else {
      giveUp(kept);
    }
  }

  #startGrace(kept: Kept): void {
    kept.timer = setTimeout(() => this.#endGrace(kept), this.#options.graceMs);
  }

  #endGrace(kept: Kept): void {
    kept.timer = undefined;
    if (kept.abort !== undefined && kept.stream.finishesAlone) {
      kept.isAbandoned = true;
      return;
    }
    this.#forget(kept);
    giveUp(kept);
  }

  #isKept({ id }: Kept): boolean {
    return this.#kept.has(id);
  }

  #forget(kept: Kept): void {
    stopGrace(kept);
    this.#kept.delete(kept.id);
    const { userId } = kept.place;
    const ofUser = this.#byUser.get(userId);
    if (ofUser?.delete(kept) === true && ofUser.size === 0) {
      this.#byUser.delete(userId);
    }
    kept.stream.forget();
  }
}

function stopGrace(kept: Kept): void {
  clearTimeout(kept.timer);
  kept.timer = undefined;
  kept.isAbandoned = false;
}

/** What becomes of a run whose client has gone for good. */
function giveUp({ stream, abort }: Kept): void {
  if (!stream.finishesAlone) {
    abort?.();
  }
}

/** Says, about any stream that is not the caller's, that there is none. */
export function streamNotFound(): AlcoveError {
  return new AlcoveError(
    "STREAM_NOT_FOUND",
    "You have no such stream here, or no more. Send the call again without Last-Event-ID.",
  );
}
