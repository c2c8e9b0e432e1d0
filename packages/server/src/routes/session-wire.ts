import { z } from "zod";

/** The reply of `GET /v1/session`: what is kept of the user who asks, without its content. */
export const sessionReplySchema = z.object({
  user_id: z.string().describe("The user id that the identity of the request leads to."),
  created_at: z.iso.datetime().describe("When the session began."),
  last_activity: z.iso.datetime().describe("When its last run was committed."),
  expires_at: z.iso.datetime().describe("When it is gone, unless there is another run before."),
  runs: z.int().nonnegative().describe("How many runs were committed in the whole life of the session."),
  bytes: z.int().nonnegative().describe("How large the session is as it is stored, its records not counted."),
  components: z
    .array(
      z.object({
        name: z.string().describe("The place of the component in the configuration, and its type."),
        version: z.int().describe("The version of the component's state."),
        bytes: z.int().nonnegative().describe("The length of the state as JSON."),
      }),
    )
    .describe("The states of the session, one for each component that keeps one."),
  records: z
    .array(
      z.object({
        kind: z.string().describe("What the records are, e.g. `idempotency/reply`."),
        count: z.int().nonnegative().describe("How many there are."),
        bytes: z.int().nonnegative().describe("How large they are as they are stored."),
      }),
    )
    .describe("What is kept beside the session, by kind: items of collections, recorded replies."),
});

/** A reply that {@link sessionReplySchema} describes. */
export type SessionReply = z.output<typeof sessionReplySchema>;
