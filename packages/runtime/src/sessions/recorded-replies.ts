import { createHash } from "node:crypto";
import { AlcoveError, StoredStateError, z } from "@alcove/plugin-api";
import type { RecordChange, SessionKey, SessionStore } from "@alcove/state";

/** A caller's wish that a request is carried out once, however often it is sent. */
export interface IdempotencyRequest {
  /** Chosen by the caller, e.g. the header `Idempotency-Key`. */
  readonly key: string;
  /** What makes two requests the same: the route and the parsed body. */
  readonly fingerprint: string;
}

/** How many replies are kept for a user, how large, and for how long. */
export interface IdempotencyLimits {
  /** How many are kept for each user; the oldest go first. */
  readonly maxRecordsPerUser: number;
  /** The largest reply that is kept; a run with a larger one fails with IDEMPOTENCY_REPLY_TOO_LARGE. */
  readonly maxReplyBytes: number;
  /** How long each is kept; never longer than the session. */
  readonly maxAgeMs: number;
}

/** Changes that record a reply, and what is true once they are durable. */
export interface ReplyRecording {
  readonly records: readonly RecordChange[];
  confirm(): void;
}

const pageSize = 256;
const orderPrefix = "idempotency/order/";
const orderSchema = z.object({ hash: z.string(), recorded_at: z.int() });
const replySchema = z.object({ fingerprint: z.string(), body: z.string() });

const unknownKeys = "Which idempotency keys were used cannot be read. Send the request without a key.";

interface IndexEntry {
  readonly orderName: string;
  readonly recordedAtMs: number;
}

/**
 * The replies recorded for one user. Each is a record beside the session, written in the same commit as the run it
 * answered; in memory there is only which keys are taken, and that only once a key was sent.
 */
export class RecordedReplies {
  readonly #store: SessionStore;
  readonly #key: SessionKey;
  readonly #limits: IdempotencyLimits;
  // By the hash of the idempotency key, oldest first.
  #index: Map<string, IndexEntry> | undefined;

  constructor(store: SessionStore, key: SessionKey, limits: IdempotencyLimits) {
    this.#store = store;
    this.#key = key;
    this.#limits = limits;
  }

  /**
   * The reply that was recorded for this request; `undefined` when the key is new.
   *
   * @throws IDEMPOTENCY_KEY_REUSED when the key came with another request before.
   */
  async find({ key, fingerprint }: IdempotencyRequest): Promise<string | undefined> {
    const hash = hashOf(key);
    const entry = (await this.#loadIndex()).get(hash);
    if (entry === undefined || this.#isOver(entry)) {
      return undefined;
    }
    const recorded = await this.#store.readRecord(this.#key, replyName(hash));
    const reply = parsed(replySchema, recorded, "The reply recorded for this idempotency key cannot be read.");
    if (reply.fingerprint !== fingerprint) {
      throw new AlcoveError(
        "IDEMPOTENCY_KEY_REUSED",
        "This idempotency key was sent before, with another body or to another route.",
      );
    }
    return reply.body;
  }

  /** @throws IDEMPOTENCY_REPLY_TOO_LARGE when a reply of so many bytes cannot be recorded. */
  assertFits(bytes: number): void {
    const { maxReplyBytes } = this.#limits;
    if (bytes > maxReplyBytes) {
      throw new AlcoveError(
        "IDEMPOTENCY_REPLY_TOO_LARGE",
        `The reply has ${bytes} bytes or more; at most ${maxReplyBytes} can be recorded for an idempotency key.`,
      );
    }
  }

  /**
   * The changes that record a reply, and drop what is too old or one too many.
   *
   * @param sequence Larger than any before; the revision the commit leads to.
   * @throws IDEMPOTENCY_REPLY_TOO_LARGE
   */
  record({ key, fingerprint }: IdempotencyRequest, body: string, sequence: number): ReplyRecording {
    this.assertFits(Buffer.byteLength(body));
    const index = this.#index ?? new Map<string, IndexEntry>();
    const hash = hashOf(key);
    const entry = {
      orderName: `${orderPrefix}${String(sequence).padStart(16, "0")}`,
      recordedAtMs: this.#store.nowMs(),
    };
    const expiresAtMs = entry.recordedAtMs + this.#limits.maxAgeMs;
    const dropped = this.#dropped(index, hash);
    const records: RecordChange[] = dropped.flatMap(([oldHash, { orderName }]) => [
      { kind: "remove", name: orderName },
      ...(oldHash === hash ? [] : [{ kind: "remove" as const, name: replyName(oldHash) }]),
    ]);
    records.push(
      { kind: "put", name: replyName(hash), json: JSON.stringify({ fingerprint, body }), expiresAtMs },
      {
        kind: "put",
        name: entry.orderName,
        json: JSON.stringify({ hash, recorded_at: entry.recordedAtMs }),
        expiresAtMs,
      },
    );
    const confirm = (): void => {
      for (const [oldHash] of dropped) {
        index.delete(oldHash);
      }
      index.set(hash, entry);
    };
    return { records, confirm };
  }

  /** Forgets what is in memory; it is read again when it is needed. */
  forget(): void {
    this.#index = undefined;
  }

  /** What has to go when `hash` is recorded: an old reply to the same key, everything too old, and the oldest above the limit. */
  #dropped(index: ReadonlyMap<string, IndexEntry>, hash: string): [string, IndexEntry][] {
    const kept = [...index].filter(([each, entry]) => each !== hash && !this.#isOver(entry));
    const surplus = Math.max(0, kept.length - this.#limits.maxRecordsPerUser + 1);
    const staying = new Set(kept.slice(surplus).map(([each]) => each));
    return [...index].filter(([each]) => !staying.has(each));
  }

  #isOver({ recordedAtMs }: IndexEntry): boolean {
    return recordedAtMs + this.#limits.maxAgeMs <= this.#store.nowMs();
  }

  async #loadIndex(): Promise<Map<string, IndexEntry>> {
    if (this.#index !== undefined) {
      return this.#index;
    }
    const index = new Map<string, IndexEntry>();
    let from: string | undefined;
    for (;;) {
      const page = await this.#store.pageRecords(this.#key, {
        prefix: orderPrefix,
        ...(from === undefined ? {} : { from }),
        direction: "forward",
        limit: pageSize,
      });
      for (const { name, value } of page) {
        const { hash, recorded_at } = parsed(orderSchema, value, unknownKeys);
        index.set(hash, { orderName: name, recordedAtMs: recorded_at });
      }
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) {
        break;
      }
      // The smallest name after the last one of this page.
      from = `${last.name}0`;
    }
    this.#index = index;
    return index;
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, complaint: string): z.output<Schema> {
  const { data, error } = schema.safeParse(value);
  if (error !== undefined) {
    throw new StoredStateError("STATE_UNREADABLE", complaint, { cause: error });
  }
  return data;
}

function replyName(hash: string): string {
  return `idempotency/reply/${hash}`;
}

// A key may be of any length and hold anything; its hash is what names the record.
function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
