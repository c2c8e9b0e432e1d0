import { type JsonValue, StoreError } from "@alcove/plugin-api";
import { z } from "zod";
import {
  type RecordChange,
  type SessionCommit,
  type SessionKey,
  type StoredSession,
  signpostPrefix,
} from "./session-store.js";

/** A record with everything that is stored of it. */
export interface ExportedRecord {
  readonly name: string;
  readonly value: unknown;
  readonly expiresAtMs: number | undefined;
}

const mostFaultsNamed = 5;
/** The last moment a date can be of. */
const latestTimeMs = 8.64e15;
const timeSchema = z.int().nonnegative().max(latestTimeMs);

/** The JSON of an exported session. All times are milliseconds since 1970-01-01T00:00:00Z. */
export const exportedSessionSchema = z.object({
  alcove_session: z.literal(1),
  application: z.string(),
  user_id: z.string().min(1),
  created_at: timeSchema,
  last_activity_at: timeSchema,
  expires_at: timeSchema,
  runs_completed: z.int().nonnegative(),
  components: z.array(z.object({ name: z.string(), version: z.int(), state: z.custom<JsonValue>() })),
  collections: z
    .array(
      z
        .object({ name: z.string(), first: z.int().nonnegative(), next: z.int().nonnegative() })
        .refine(({ first, next }) => first <= next),
    )
    .default([]),
  records: z.array(z.object({ name: z.string(), expires_at: timeSchema.optional(), value: z.custom<JsonValue>() })),
});

/** A session and its records as JSON text, in a form that depends on no store. */
export function exportedText(key: SessionKey, session: StoredSession, records: readonly ExportedRecord[]): string {
  return JSON.stringify({
    alcove_session: 1,
    application: key.application,
    user_id: key.userId,
    created_at: session.createdAtMs,
    last_activity_at: session.lastActivityAtMs,
    expires_at: session.expiresAtMs,
    runs_completed: session.runsCompleted,
    components: Array.from(session.components, ([name, { version, state }]) => ({ name, version, state })),
    collections: Array.from(session.collections, ([name, { first, next }]) => ({ name, first, next })),
    records: records.map(({ name, value, expiresAtMs }) => ({ name, expires_at: expiresAtMs, value })),
  });
}

/**
 * Whose session `exportSession` gave.
 *
 * @throws StoreError EXPORT_INVALID for any other text.
 */
export function userIdOfExport(text: string): string {
  return parseExport(text).user_id;
}

/**
 * The commit that stores what {@link exportedText} gave, as a new session of an application.
 *
 * @throws StoreError EXPORT_INVALID.
 */
export function importCommit(text: string, application: string): SessionCommit {
  const exported = parseExport(text);
  return {
    key: { application, userId: exported.user_id },
    expectedRevision: 0,
    createdAtMs: exported.created_at,
    lastActivityAtMs: exported.last_activity_at,
    expiresAtMs: exported.expires_at,
    runsCompleted: exported.runs_completed,
    components: new Map(
      exported.components.map(({ name, version, state }) => [name, { version, json: JSON.stringify(state) }]),
    ),
    collections: new Map(exported.collections.map(({ name, first, next }) => [name, { first, next }])),
    // What was unfinished where it comes from goes on there.
    records: exported.records.filter(({ name }) => !name.startsWith(signpostPrefix)).map(putOf),
  };
}

function putOf({ name, value, expires_at }: z.infer<typeof exportedSessionSchema>["records"][number]): RecordChange {
  const put: RecordChange = { kind: "put", name, json: JSON.stringify(value) };
  return expires_at === undefined ? put : { ...put, expiresAtMs: expires_at };
}

function parseExport(text: string): z.infer<typeof exportedSessionSchema> {
  const { success, data, error } = exportedSessionSchema.safeParse(parseJson(text));
  if (success) {
    return data;
  }
  const faults = error.issues
    .slice(0, mostFaultsNamed)
    .map(({ path, message }) => `${path.length === 0 ? "(the whole)" : path.join(".")}: ${message}`);
  const unnamed = error.issues.length - faults.length;
  throw invalidExport([...faults, ...(unnamed > 0 ? [`${unnamed} more`] : [])].join("; "), error);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidExport("it is not JSON", cause);
  }
}

function invalidExport(reason: string, cause: unknown): StoreError {
  return new StoreError("EXPORT_INVALID", `This is not an exported session of Alcove: ${reason}.`, { cause });
}
