import { z } from "zod";

const count = z.int().nonnegative();

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
    avg_latency_ms: z.number().nonnegative().describe("The mean time of the user's runs in this process."),
    error_count: count.describe("The user's runs that failed in this process."),
  }),
  memory: z.object({
    per_user_functions_count: count.describe("How many functions the user's room offers."),
    per_user_function_groups_count: count.describe("How many function groups the room has."),
    exit_stack_size: count.describe("How many components were built for the user."),
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
