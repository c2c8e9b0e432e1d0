import { OutputInvalidError, StoredStateError, z } from "@alcove/plugin-api";
import type { FunctionPlan } from "../plan/application-plan.js";

/** A reply body, and where it came from. */
export interface Reply {
  /** JSON text. */
  readonly body: string;
  /** Whether the run happened before, under the same idempotency key. */
  readonly isReplayed: boolean;
}

/** The reply of a stream, once its run has begun. */
export interface ReplyStream {
  /** Whether the run happened before, under the same idempotency key. */
  readonly isReplayed: boolean;
  /**
   * The JSON texts of the chunks, each `{ "value": … }`. Read it to its end or leave it early; a run whose stream nobody
   * reads keeps the user's turn.
   */
  readonly chunks: AsyncGenerator<string, void, undefined>;
}

const recordedChunks = z.array(z.string());

/** Yields each item when the one after it is there, and the last one when the source has ended. */
export async function* lastHeldBack<Item>(source: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  let held: { readonly item: Item } | undefined;
  for await (const item of source) {
    if (held !== undefined) {
      yield held.item;
    }
    held = { item };
  }
  if (held !== undefined) {
    yield held.item;
  }
}

/** Collects the chunks of a stream for its idempotency key, as long as they can be recorded. */
export class ChunkRecording {
  readonly #texts: string[] = [];
  readonly #assertFits: (bytes: number) => void;
  #bytes = 0;

  /** @param assertFits Throws when so many bytes are too many. */
  constructor(assertFits: (bytes: number) => void) {
    this.#assertFits = assertFits;
  }

  /** Adds a chunk. @throws IDEMPOTENCY_REPLY_TOO_LARGE */
  add(text: string): void {
    this.#bytes += Buffer.byteLength(text);
    this.#assertFits(this.#bytes);
    this.#texts.push(text);
  }

  /** What is recorded: {@link replayedChunks} makes chunks of it again. */
  recorded(): string {
    return JSON.stringify(this.#texts);
  }
}

/** The chunks of a recorded reply. @throws STATE_UNREADABLE */
export async function* replayedChunks(recordedReply: string): AsyncGenerator<string, void, undefined> {
  let texts: readonly string[];
  try {
    texts = recordedChunks.parse(JSON.parse(recordedReply));
  } catch (cause) {
    throw new StoredStateError("STATE_UNREADABLE", "The stream recorded for this idempotency key cannot be read.", {
      cause,
    });
  }
  yield* texts;
}

/** The text `make` makes of the workflow's output. @throws OUTPUT_INVALID when JSON cannot hold it. */
export function asText({ name }: FunctionPlan, make: () => string): string {
  try {
    return make();
  } catch (cause) {
    throw new OutputInvalidError(name, [
      { path: [], kind: "custom", message: `JSON cannot hold it (${(cause as Error).message})` },
    ]);
  }
}
