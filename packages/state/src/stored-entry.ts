import { crc32 } from "node:zlib";
import { StoredStateError } from "@alcove/plugin-api";
import { z } from "zod";
import type { RecordChange } from "./session-store.js";

/** What an entry says about itself in front of its body. */
export interface EntryHead {
  /** When the entry expires, in milliseconds since 1970-01-01T00:00:00Z; `undefined` for one that does not. */
  readonly expiresAtMs: number | undefined;
  /** The revision the entry has once it is stored; `undefined` for one that is written without a check. */
  readonly revision: number | undefined;
}

// Format 1 had every component in the session's own entry; in what else was written nothing has changed.
const headPattern =
  /^\{"format":[12],"expires_at":(\d{1,16}|null),"revision":(\d{1,16}|null),"checksum":"([0-9a-f]{8})","body":/;

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

/** @throws TypeError when one of them is not a safe, non-negative integer. */
export function assertWholeNumbers(values: readonly number[]): void {
  for (const value of values) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new TypeError(`A commit takes whole, non-negative numbers, and ${value} is none.`);
    }
  }
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

/**
 * The text of any entry: what it says in front of its body, the checksum, and the body, which is JSON as it stands.
 *
 * @param padding Blanks to put behind the body.
 */
export function encodeEntry(entryKey: string, expiresAt: string, revision: string, body: string, padding = ""): string {
  // Body and padding are not joined for it, because a long text would be copied once more.
  const bodySum = checksumOf(entryKey, expiresAt, revision, body);
  const checksum = inHexadecimal(padding === "" ? bodySum : crc32(padding, bodySum));
  return `{"format":2,"expires_at":${expiresAt},"revision":${revision},"checksum":"${checksum}","body":${body}${padding}}`;
}

/**
 * Reads any entry. Damage, and an entry that was written for another key, are found by the checksum.
 *
 * @throws StoredStateError STATE_UNREADABLE.
 */
export function decodeEntry(entryKey: string, stored: unknown): { head: EntryHead; body: unknown } {
  if (stored instanceof StoredStateError) {
    throw stored;
  }
  if (typeof stored !== "string") {
    throw unreadable(entryKey, "it is not a text");
  }
  const { fields, length } = matchHead(entryKey, stored);
  const [expiresAt, revision, checksum] = fields;
  const body = stored.slice(length, -1);
  if (inHexadecimal(checksumOf(entryKey, expiresAt, revision, body)) !== checksum || !stored.endsWith("}")) {
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
function checksumOf(entryKey: string, expiresAt: string, revision: string, body: string): number {
  return crc32(body, crc32(`${entryKey}\n${expiresAt}\n${revision}\n`));
}

function inHexadecimal(checksum: number): string {
  return checksum.toString(16).padStart(8, "0");
}

function matchHead(entryKey: string, text: string): { fields: [string, string, string]; length: number } {
  const match = headPattern.exec(text);
  const [head, expiresAt, revision, checksum] = match ?? [];
  if (head === undefined || expiresAt === undefined || revision === undefined || checksum === undefined) {
    throw unreadable(entryKey, "it does not begin as an entry of format 1 or 2 does");
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
