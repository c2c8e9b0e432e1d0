import { z } from "zod";

const count = z.int().nonnegative();
const moment = z.iso.datetime();

/** One session as operators see it: times and sizes, and nothing of its content. */
const operatedSessionSchema = z.object({
  user_id: z.string().nullable().describe("Whose it is; `null` for a damaged one of which that cannot be read."),
  created_at: moment.nullable().describe("When it began; `null`, as the times below, for a damaged one."),
  last_activity: moment.nullable().describe("When its last run was committed."),
  expires_at: moment.nullable().describe("When it is gone, unless there is another run before."),
  runs: count.nullable().describe("How many runs were committed in its whole life."),
  bytes: count.describe("How large it is as it is stored, its records not counted."),
  is_resident: z.boolean().describe("Whether it is in memory."),
  damaged: z.string().nullable().describe("What is wrong with it, if something is; then it is kept and not served."),
});

/** The reply of `GET /v1/admin/sessions`. */
export const operatedSessionsSchema = z.object({
  sessions: z.array(operatedSessionSchema),
  next: z.string().nullable().describe("What to send as `after` for the next page; `null` after the last one."),
});

/** A reply that {@link operatedSessionsSchema} describes. */
export type OperatedSessions = z.output<typeof operatedSessionsSchema>;

/** One session in {@link OperatedSessions}. */
export type OperatedSession = z.output<typeof operatedSessionSchema>;

/** The reply of `POST /v1/admin/sessions/{user_id}/evict`. */
export const evictedSessionSchema = z.object({
  was_resident: z.boolean().describe("Whether the session was in memory. It no longer is."),
});
