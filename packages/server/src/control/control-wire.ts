import type { JsonValue } from "@alcove/plugin-api";
import type { ListedSession, SessionDescription, VerifiedEntry } from "@alcove/state";
import { z } from "zod";

/** The header that says which application's sessions are meant, percent-encoded. */
export const APPLICATION_HEADER = "alcove-application";

const listedShape = {
  entry: z.string(),
  key: z.object({ application: z.string(), userId: z.string() }).optional(),
  bytes: z.number(),
  figures: z
    .object({
      revision: z.number(),
      createdAtMs: z.number(),
      lastActivityAtMs: z.number(),
      expiresAtMs: z.number(),
      isExpired: z.boolean(),
      runsCompleted: z.number(),
    })
    .optional(),
  damaged: z.string().optional(),
};

/** One of a list of sessions. */
export const listedSessionSchema = z
  .object(listedShape)
  .transform((listed): ListedSession => ({ ...absentInListed, ...listed }));

/** A session with what is in it. */
export const sessionDescriptionSchema = z
  .object({
    ...listedShape,
    components: z.array(
      z.object({ name: z.string(), version: z.number(), bytes: z.number(), value: z.custom<JsonValue>() }),
    ),
    records: z.array(z.object({ kind: z.string(), count: z.number(), bytes: z.number(), damaged: z.number() })),
  })
  .transform((described): SessionDescription => ({ ...absentInListed, ...described }));

/** An entry that was found damaged. */
export const verifiedEntrySchema = z
  .object({
    entry: z.string(),
    kind: z.enum(["session", "record", "pages"]),
    bytes: z.number(),
    damaged: z.string().optional(),
  })
  .transform((verified): VerifiedEntry => ({ damaged: undefined, ...verified }));

/** How a verification ended. */
export const verificationSchema = z.object({ entries: z.number(), damaged: z.number() });

/** Whose session was imported. */
export const sessionKeySchema = z.object({ application: z.string(), userId: z.string() });

/** The body of a request for a backup. */
export const backupRequestSchema = z.object({ file: z.string(), overwrite: z.boolean() });

/** The body of a request for a run. */
export const runRequestSchema = z.object({ user_id: z.string().min(1), input: z.string() });

/** The body of every reply that is an error. */
export const errorBodySchema = z.object({ code: z.string(), message: z.string(), details: z.custom<JsonValue>() });

/** One line of a reply that comes in lines. The last one says how it ended; without it the reply is not complete. */
export const lineSchema = z.union([
  z.object({ item: z.unknown() }).strict(),
  z.object({ end: z.unknown() }).strict(),
  z.object({ error: errorBodySchema }).strict(),
]);

// JSON leaves out what is undefined.
const absentInListed = { key: undefined, figures: undefined, damaged: undefined };
