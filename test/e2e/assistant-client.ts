import { z } from "zod";
import type { HttpClient } from "./http-client.js";

const noteReply = z.object({
  success: z.boolean(),
  message: z.string(),
  data: z.object({ notes: z.array(z.string()), count: z.number(), commands_executed: z.number() }),
});

/** What the assistant answers to a `note` command. */
export type NoteReply = z.output<typeof noteReply>;

/** Sends a `note` command of the per-user assistant. Rejects unless the reply is 200 and has the shape of one. */
export async function note(client: HttpClient, user: string, action: string, content = ""): Promise<NoteReply> {
  const reply = await client.generate(user, { command: "note", action, param1: content });
  if (reply.status !== 200) {
    throw new TypeError(`note ${action} of ${user} answered ${reply.status}: ${reply.text}`);
  }
  return noteReply.parse(reply.json);
}

/** All notes of a user, in order. */
export async function notesOf(client: HttpClient, user: string): Promise<readonly string[]> {
  return (await note(client, user, "list")).data.notes;
}
