import { type JsonValue, StoredStateError } from "@alcove/plugin-api";
import { z } from "zod";
import { componentRowName, hasComponentRow } from "./component-rows.js";
import { isHashedEntryKey } from "./entry-keys.js";
import { recordEntryKey } from "./record-names.js";
import type {
  CommittedComponentState,
  SessionCommit,
  SessionKey,
  StoredComponentState,
  StoredSession,
} from "./session-store.js";
import { assertWholeNumbers, decodeEntry, type EntryHead, encodeEntry, unreadable } from "./stored-entry.js";

/** A session as it is written: its entry, and the rows of components that have changed. */
export interface EncodedSession {
  readonly head: EntryHead;
  /** The text of the session's entry. */
  readonly text: string;
  /** Every component that has a row, changed or not. */
  readonly inRows: readonly CommittedComponentState[];
  /** The rows to write: texts by name. */
  readonly rows: ReadonlyMap<string, string>;
  /** The names of all rows the session has from now on, where others may be stored; `undefined` where none can be. */
  readonly keptRows: readonly string[] | undefined;
}

/** A session as it was found. */
export interface FoundSession {
  /** The text of its entry, or whatever else is there, or the error that says what is wrong with it. */
  readonly value: unknown;
  /** What lies in its components' rows, by name. */
  readonly rows: ReadonlyMap<string, unknown>;
}

const placeSchema = z.object({ name: z.string(), version: z.int() });

const sessionBodySchema = z.object({
  // Only where the entry's key holds but a hash of it.
  key: z.object({ application: z.string(), user_id: z.string() }).optional(),
  created_at: z.int(),
  last_activity_at: z.int(),
  runs_completed: z.int().nonnegative(),
  components: z.array(
    z.union([
      // The revision in which the component's row was written.
      placeSchema.extend({ row: z.int().positive() }),
      // The state itself is passed on as JSON.parse made it: copying it key by key would lose a key `__proto__`.
      placeSchema.extend({ state: z.custom<JsonValue>((value) => value !== undefined) }),
    ]),
  ),
  collections: z.array(z.object({ name: z.string(), first: z.int(), next: z.int() })).optional(),
});

const blanks = " ".repeat(512);
const noRows: ReadonlyMap<string, string> = new Map();
const nothing: readonly CommittedComponentState[] = [];

/**
 * A session as it is to be written. The components' JSON is taken over as it stands; of a component that has a row and
 * has not changed it is not even looked at.
 *
 * @param usesRows Whether large components get rows of their own.
 * @throws TypeError when a number of the commit is not a safe, non-negative integer, or a component changed after it.
 */
export function encodeSession(entryKey: string, commit: SessionCommit, usesRows: boolean): EncodedSession {
  const { createdAtMs, lastActivityAtMs, expiresAtMs, runsCompleted, expectedRevision } = commit;
  assertWholeNumbers([createdAtMs, lastActivityAtMs, expiresAtMs, runsCompleted, expectedRevision]);
  const revision = expectedRevision + 1;
  let components = "";
  let inRows: CommittedComponentState[] | undefined;
  let rows: Map<string, string> | undefined;
  for (const [name, component] of commit.components) {
    let place: string;
    if (usesRows && hasComponentRow(name, component)) {
      const changedIn = changedInRevision(name, component.changedInRevision, revision);
      place = `"row":${changedIn}`;
      inRows ??= [];
      inRows.push(component);
      if (changedIn === revision) {
        const rowName = componentRowName(name);
        const { json } = component;
        rows ??= new Map();
        rows.set(rowName, encodeEntry(recordEntryKey(entryKey, rowName), "null", `${revision}`, json, paddingOf(json)));
      }
    } else {
      place = `"state":${component.json}`;
    }
    components += `${components === "" ? "" : ","}{"name":${JSON.stringify(name)},"version":${component.version},${place}}`;
  }
  const body = `{${isHashedEntryKey(entryKey) ? keyOfHashed(commit.key) : ""}"created_at":${createdAtMs},"last_activity_at":${lastActivityAtMs},"runs_completed":${runsCompleted},"components":[${components}]${encodeCollections(commit)}}`;
  return {
    head: { expiresAtMs, revision },
    text: encodeEntry(entryKey, `${expiresAtMs}`, `${revision}`, body),
    inRows: inRows ?? nothing,
    rows: rows ?? noRows,
    keptRows: usesRows && mayLeaveRows(commit) ? rowNamesOf(commit) : undefined,
  };
}

function encodeCollections({ collections }: SessionCommit): string {
  if (collections === undefined || collections.size === 0) {
    return "";
  }
  const ranges = Array.from(collections, ([name, { first, next }]) => {
    assertWholeNumbers([first, next]);
    return `{"name":${JSON.stringify(name)},"first":${first},"next":${next}}`;
  });
  return `,"collections":[${ranges.join(",")}]`;
}

/**
 * Blanks, which JSON ignores, so that after a small change the row most often is as long as before: then SQLite
 * overwrites it where it lies, and of its pages only those that have changed.
 */
function paddingOf(json: string): string {
  return blanks.slice(json.length % blanks.length);
}

function changedInRevision(name: string, changedIn: number | undefined, revision: number): number {
  const known = changedIn ?? revision;
  if (!Number.isSafeInteger(known) || known < 1 || known > revision) {
    throw new TypeError(`The component ${name} cannot have changed in revision ${known} of a session at ${revision}.`);
  }
  return known;
}

/** Whether a component may have a row in the store, and has none from now on. */
function mayLeaveRows({ expectedRevision, components, replaces }: SessionCommit): boolean {
  if (expectedRevision === 0 || replaces === components) {
    return false;
  }
  if (replaces === undefined) {
    return true;
  }
  for (const [name, before] of replaces) {
    if (hasComponentRow(name, before)) {
      const after = components.get(name);
      if (after === undefined || !hasComponentRow(name, after)) {
        return true;
      }
    }
  }
  return false;
}

function rowNamesOf({ components }: SessionCommit): string[] {
  return Array.from(components)
    .filter(([name, component]) => hasComponentRow(name, component))
    .map(([name]) => componentRowName(name));
}

function keyOfHashed({ application, userId }: SessionKey): string {
  return `"key":${JSON.stringify({ application, user_id: userId })},`;
}

/**
 * Reads a session. Damage is found by the checksums, and so is an entry or a row that was written for another key, or
 * a row of another revision than the entry names.
 *
 * @throws StoredStateError STATE_UNREADABLE.
 */
export function decodeSession(entryKey: string, found: FoundSession): StoredSession {
  return decodeSessionAndKey(entryKey, found).session;
}

/**
 * Reads a session, and whose it is where only the entry itself knows that.
 *
 * @throws StoredStateError STATE_UNREADABLE.
 */
export function decodeSessionAndKey(
  entryKey: string,
  { value, rows }: FoundSession,
): { session: StoredSession; key: SessionKey | undefined } {
  const { head, body } = decodeEntry(entryKey, value);
  const parsed = sessionBodySchema.safeParse(body);
  if (!parsed.success || head.revision === undefined || head.expiresAtMs === undefined) {
    throw unreadable(entryKey, "it is not a session", parsed.error);
  }
  const { key, created_at, last_activity_at, runs_completed, components, collections = [] } = parsed.data;
  const states = components.map((component): [string, StoredComponentState] => {
    const { name, version } = component;
    return "row" in component
      ? [name, { version, state: readRow(entryKey, name, component.row, rows), changedInRevision: component.row }]
      : [name, { version, state: component.state, changedInRevision: undefined }];
  });
  const session = {
    revision: head.revision,
    createdAtMs: created_at,
    lastActivityAtMs: last_activity_at,
    expiresAtMs: head.expiresAtMs,
    runsCompleted: runs_completed,
    components: new Map(states),
    collections: new Map(collections.map(({ name, first, next }) => [name, { first, next }])),
  };
  return { session, key: key && { application: key.application, userId: key.user_id } };
}

function readRow(entryKey: string, component: string, revision: number, rows: FoundSession["rows"]): JsonValue {
  const rowName = componentRowName(component);
  if (!rows.has(rowName)) {
    throw unreadable(entryKey, `the row of its component ${component} is missing`);
  }
  try {
    const { head, body } = decodeEntry(recordEntryKey(entryKey, rowName), rows.get(rowName));
    if (head.revision !== revision) {
      throw unreadable(entryKey, `its row is of revision ${head.revision}, and should be of ${revision}`);
    }
    return body as JsonValue;
  } catch (error) {
    if (error instanceof StoredStateError) {
      throw unreadable(entryKey, `the row of its component ${component} is damaged, or another one`, error);
    }
    throw error;
  }
}
