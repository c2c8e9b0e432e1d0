import { crc32 } from "node:zlib";
import { type JsonValue, StoredStateError } from "@alcove/plugin-api";
import { z } from "zod";
import { isHashedEntryKey } from "./entry-keys.js";
import type { RecordChange, SessionCommit, SessionKey, StoredSession } from "./session-store.js";

/** What an entry says about itself in front of its body. */
export interface EntryHead {
  /** When the entry expires, in milliseconds since 1970-01-01T00:00:00Z; `undefined` for one that does not. */
  readonly expiresAtMs: number | undefined;
  /** The revision the entry has once it is stored; `undefined` for one that is written without a check. */
  readonly revision: number | undefined;
}

const headPattern =
  /^\{"format":1,"expires_at":(\d{1,16}|null),"revision":(\d{1,16}|null),"checksum":"([0-9a-f]{8})","body":/;

const sessionBodySchema = z.object({
  // Only where the entry's key holds but a hash of it.
  key: z.object({ application: z.string(), user_id: z.string() }).optional(),
  created_at: z.int(),
  last_activity_at: z.int(),
  runs_completed: z.int().nonnegative(),
  // The state itself is passed on as JSON.parse made it: copying it key by key would lose a key `__proto__`.
  components: z.array(z.object({ name: z.string(), version: z.int(), state: z.custom<JsonValue>() })),
  collections: z.array(z.object({ name: z.string(), first: z.int(), next: z.int() })).optional(),
});

const recordedTimeBodySchema = z.object({ recorded_time: z.int(), last_room: z.int().optional() });

/** How many characters of an entry's text are enough to hold its head. */
export const longestHead = 120;

/** What the store remembers about itself. */
export interface StoreFacts {
  /** The latest time the store knows of, in milliseconds. */
  readonly timeMs: number;
  /** The highest number of a room that was given to a session; `undefined` in stores of before there were rooms. */
  readonly lastRoom: number | undefined;
}

/**
 * The text of a session's entry. The components' JSON is taken over as it stands, not serialised again.
 *
 * @throws TypeError when a number of the commit is not a safe, non-negative integer.
 */
export function encodeSession(entryKey: string, commit: SessionCommit): string {
  const { createdAtMs, lastActivityAtMs, expiresAtMs, runsCompleted, expectedRevision } = commit;
  assertWholeNumbers([createdAtMs, lastActivityAtMs, expiresAtMs, runsCompleted, expectedRevision]);
  let components = "";
  for (const [name, { version, json }] of commit.components) {
    components += `${components === "" ? "" : ","}{"name":${JSON.stringify(name)},"version":${version},"state":${json}}`;
  }
  const body = `{${isHashedEntryKey(entryKey) ? keyOfHashed(commit.key) : ""}"created_at":${createdAtMs},"last_activity_at":${lastActivityAtMs},"runs_completed":${runsCompleted},"components":[${components}]${encodeCollections(commit)}}`;
  return encodeEntry(entryKey, `${expiresAtMs}`, `${expectedRevision + 1}`, body);
}

function encodeCollections({ collections }: SessionCommit): string {
  if (collections === undefined || collections.size === 0) {
    return "";
  }
  const items = Array.from(collections, ([name, { first, next }]) => {
    assertWholeNumbers([first, next]);
    return `{"name":${JSON.stringify(name)},"first":${first},"next":${next}}`;
  });
  return `,"collections":[${items.join(",")}]`;
}

/**
 * The text of a record's entry.
 *
 * @throws TypeError when its expiry is not a safe, non-negative integer.
 */
export function encodeRecord(recordKey: string, { json, expiresAtMs }: RecordChange & { kind: "put" }): string {
  if (expiresAtMs !== undefined) {
    assertWholeNumbers([expiresAtMs]);
  }
  return encodeEntry(recordKey, `${expiresAtMs ?? "null"}`, "null", json);
}

/** The text of the entry in which the store remembers {@link StoreFacts}. */
export function encodeStoreFacts(entryKey: string, { timeMs, lastRoom = 0 }: StoreFacts): string {
  return encodeEntry(entryKey, "null", "null", `{"recorded_time":${timeMs},"last_room":${lastRoom}}`);
}

function assertWholeNumbers(values: readonly number[]): void {
  for (const value of values) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new TypeError(`A commit takes whole, non-negative numbers, and ${value} is none.`);
    }
  }
}

function keyOfHashed({ application, userId }: SessionKey): string {
  return `"key":${JSON.stringify({ application, user_id: userId })},`;
}

/**
 * Reads an entry's head without looking at its body.
 *
 * @throws StoredStateError STATE_UNREADABLE when the text is not an entry.
 */
export function readEntryHead(entryKey: string, text: string): EntryHead {
  const [expiresAt, revision] = matchHead(entryKey, text).fields;
  return { expiresAtMs: parseHeadNumber(expiresAt), revision: parseHeadNumber(revision) };
}

/**
 * Reads a session's entry. Damage, and an entry that was written for another key, are found by the checksum.
 *
 * @throws StoredStateError STATE_UNREADABLE.
 */
export function decodeSession(entryKey: string, stored: unknown): StoredSession {
  return decodeSessionAndKey(entryKey, stored).session;
}

/**
 * Reads a session's entry, and whose it is where only the entry itself knows that.
 *
 * @throws StoredStateError STATE_UNREADABLE.
 */
export function decodeSessionAndKey(
  entryKey: string,
  stored: unknown,
): { session: StoredSession; key: SessionKey | undefined } {
  const { head, body } = decodeEntry(entryKey, stored);
  const parsed = sessionBodySchema.safeParse(body);
  if (!parsed.success || head.revision === undefined || head.expiresAtMs === undefined) {
    throw unreadable(entryKey, "it is not a session", parsed.error);
  }
  const { key, created_at, last_activity_at, runs_completed, components, collections = [] } = parsed.data;
  const session = {
    revision: head.revision,
    createdAtMs: created_at,
    lastActivityAtMs: last_activity_at,
    expiresAtMs: head.expiresAtMs,
    runsCompleted: runs_completed,
    components: new Map(components.map(({ name, version, state }) => [name, { version, state }])),
    collections: new Map(collections.map(({ name, first, next }) => [name, { first, next }])),
  };
  return { session, key: key && { application: key.application, userId: key.user_id } };
}

/**
 * Reads a record's entry.
 *
 * @throws StoredStateError STATE_UNREADABLE.
 */
export function decodeRecord(recordKey: string, stored: unknown): { value: unknown; expiresAtMs: number | undefined } {
  const { head, body } = decodeEntry(recordKey, stored);
  return { value: body, expiresAtMs: head.expiresAtMs };
}

/**
 * Reads what {@link encodeStoreFacts} wrote.
 *
 * @throws StoredStateError STATE_UNREADABLE.
 */
export function decodeStoreFacts(entryKey: string, stored: unknown): StoreFacts {
  const parsed = recordedTimeBodySchema.safeParse(decodeEntry(entryKey, stored).body);
  if (!parsed.success) {
    throw unreadable(entryKey, "it holds no time", parsed.error);
  }
  return { timeMs: parsed.data.recorded_time, lastRoom: parsed.data.last_room };
}

function encodeEntry(entryKey: string, expiresAt: string, revision: string, body: string): string {
  const checksum = checksumOf(entryKey, expiresAt, revision, body);
  return `{"format":1,"expires_at":${expiresAt},"revision":${revision},"checksum":"${checksum}","body":${body}}`;
}

function decodeEntry(entryKey: string, stored: unknown): { head: EntryHead; body: unknown } {
  if (stored instanceof StoredStateError) {
    throw stored;
  }
  if (typeof stored !== "string") {
    throw unreadable(entryKey, "it is not a text");
  }
  const { fields, length } = matchHead(entryKey, stored);
  const [expiresAt, revision, checksum] = fields;
  const body = stored.slice(length, -1);
  if (checksumOf(entryKey, expiresAt, revision, body) !== checksum || !stored.endsWith("}")) {
    throw unreadable(entryKey, "its checksum does not fit");
  }
  const head = { expiresAtMs: parseHeadNumber(expiresAt), revision: parseHeadNumber(revision) };
  try {
    return { head, body: JSON.parse(body) };
  } catch (error) {
    throw unreadable(entryKey, "its body is not JSON", error);
  }
}

/** Covers the key too, so that an entry that was moved to another user's key is not taken for that user's. */
function checksumOf(entryKey: string, expiresAt: string, revision: string, body: string): string {
  return crc32(body, crc32(`${entryKey}\n${expiresAt}\n${revision}\n`))
    .toString(16)
    .padStart(8, "0");
}

function matchHead(entryKey: string, text: string): { fields: [string, string, string]; length: number } {
  const match = headPattern.exec(text);
  const [head, expiresAt, revision, checksum] = match ?? [];
  if (head === undefined || expiresAt === undefined || revision === undefined || checksum === undefined) {
    throw unreadable(entryKey, "it does not begin as an entry of format 1 does");
  }
  return { fields: [expiresAt, revision, checksum], length: head.length };
}

function parseHeadNumber(field: string): number | undefined {
  return field === "null" ? undefined : Number(field);
}

/** The error for an entry that is there, and is damaged. */
export function unreadable(entryKey: string, reason: string, cause?: unknown): StoredStateError {
  return new StoredStateError(
    "STATE_UNREADABLE",
    `The stored entry ${entryKey} cannot be read: ${reason}. It is kept as it is.`,
    {
      cause,
    },
  );
}

/** Passes what is damaged on as a value, for whoever lists it; throws every other error. */
export function damageItself(error: unknown): StoredStateError {
  if (error instanceof StoredStateError) {
    return error;
  }
  throw error;
}
