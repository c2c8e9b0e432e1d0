import { AlcoveError, type LogFields, StoredStateError } from "@alcove/plugin-api";
import type { SessionDescription } from "@alcove/state";
import { identifyOwner } from "../identity/identify.js";
import { replyWithJson, replyWithJsonText } from "../json-reply.js";
import { requestFields } from "../middleware/request-fields.js";
import type { RequestContext } from "../request-state.js";
import type { StoredSessions } from "../stored-sessions.js";
import type { SessionReply } from "./session-wire.js";

/** What can be asked of the session of whoever asks; nobody can ask for another one. */
export interface SessionRoutes {
  /** Answers with what is kept, and how much of it. The session is neither begun nor prolonged. */
  describe(context: RequestContext): Promise<void>;
  /** Answers with all that is kept, as a file. */
  export(context: RequestContext): Promise<void>;
  /** Ends the session after the runs that came before, and removes all that is kept of it. */
  delete(context: RequestContext): Promise<void>;
}

/** The routes by which users look after their own session. */
export function sessionRoutes(sessions: StoredSessions): SessionRoutes {
  return {
    async describe(context) {
      const userId = await identifyOwner(context);
      const described = sessionReply(userId, await sessions.describe(userId));
      replyWithJson(context, 200, described);
    },
    async export(context) {
      const text = await sessions.export(await identifyOwner(context));
      context.set("content-disposition", 'attachment; filename="session.json"');
      replyWithJsonText(context, 200, text);
    },
    async delete(context) {
      const userId = await identifyOwner(context);
      await deleteIfThere(sessions, userId, requestFields(context));
      context.status = 204;
    },
  };
}

function sessionReply(userId: string, { figures, bytes, components, records }: SessionDescription): SessionReply {
  if (figures === undefined) {
    throw new StoredStateError("STATE_UNREADABLE", `The stored session of the user ${userId} is damaged.`);
  }
  if (figures.isExpired) {
    throw new AlcoveError("SESSION_NOT_FOUND", `The session of the user ${userId} has expired.`);
  }
  return {
    user_id: userId,
    created_at: iso(figures.createdAtMs),
    last_activity: iso(figures.lastActivityAtMs),
    expires_at: iso(figures.expiresAtMs),
    runs: figures.runsCompleted,
    bytes,
    components: components.map(({ name, version, bytes }) => ({ name, version, bytes })),
    records: records.map(({ kind, count, bytes }) => ({ kind, count, bytes })),
  };
}

// Whoever wants to be forgotten is not helped by an error that says they are.
async function deleteIfThere(sessions: StoredSessions, userId: string, logged: LogFields): Promise<void> {
  try {
    await sessions.delete(userId, logged);
  } catch (error) {
    if (!AlcoveError.is(error) || error.code !== "SESSION_NOT_FOUND") {
      throw error;
    }
  }
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
