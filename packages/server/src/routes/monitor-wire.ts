import { z } from "zod";

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative();

const monitoredUserSchema = z.object({
  user_id: z.string(),
  session: z.object({
    created_at: z.iso.datetime().describe("When the session began."),
    last_activity: z.iso.datetime().describe("When its last run was committed."),
    ref_count: count.describe("How many requests of the user are open."),
    is_active: z.boolean().describe("Whether any is."),
  }),
  requests: z.object({
    total_requests: count.describe("Runs committed in the whole life of the session."),
    active_requests: count.describe("How many requests of the user are open."),
    avg_latency_ms: milliseconds.describe(
      "The mean time of the user's runs; like all that follow, since the user came into memory.",
    ),
    error_count: count.describe("Runs that failed, on whatever route, streams included."),
    cancelled_count: count.describe("Runs that were given up, mostly because their client left."),
    stream_count: count.describe("Runs that were asked for as streams, whatever became of them."),
    p50_latency_ms: milliseconds.describe("What half of the latest 64 runs did not exceed."),
    p95_latency_ms: milliseconds.describe("What 95 % of them did not exceed."),
    p99_latency_ms: milliseconds.describe("What 99 % of them did not exceed."),
  }),
  memory: z.object({
    per_user_functions_count: count.describe("How many functions the user's room offers."),
    per_user_function_groups_count: count.describe("How many function groups the room has."),
    exit_stack_size: count.describe("How many components were built for the user."),
    state_characters: count.describe(
      "How long the user's states are as JSON text, in characters: as many bytes, unless there are others than ASCII's.",
    ),
  }),
});

/** The reply of `GET /monitor/users`. */
export const monitoredUsersSchema = z.object({
  timestamp: z.iso.datetime().describe("When the figures were read."),
  total_active_users: count.describe("How many users are listed."),
  users: z.array(monitoredUserSchema),
});

/** One user in a reply that {@link monitoredUsersSchema} describes. */
export type MonitoredUser = z.output<typeof monitoredUserSchema>;

/** A reply that {@link monitoredUsersSchema} describes. */
export type MonitoredUsers = z.output<typeof monitoredUsersSchema>;
