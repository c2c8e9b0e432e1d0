import type { ListedSession } from "@alcove/state";
import { RequestError } from "../errors/request-error.js";
import type { CookieRegister } from "../identity/cookie-register.js";
import { requireAdmin } from "../identity/identify.js";
import { isUuid } from "../identity/user-id.js";
import { replyWithJson } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedApplication } from "../served-application.js";
import type { StoredSessions } from "../stored-sessions.js";
import type { OperatedSession, OperatedSessions } from "./operator-wire.js";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** A request of a route with the parameter `user_id`. */
type UserRequest = RequestContext & { readonly params: Readonly<Record<string, string>> };

/** What the routes of operators work on. */
export interface OperatorRouteOptions {
  readonly runtime: ServedApplication;
  readonly storedSessions: StoredSessions;
  readonly cookieRegister: CookieRegister;
}

/** What operators can do with the sessions of users. Each refuses whoever is no operator. */
export interface OperatorRoutes {
  /** Answers with a page of the stored sessions, without content. */
  list(context: RequestContext): Promise<void>;
  /** Takes a session out of memory; nothing of it is lost. */
  evict(context: UserRequest): Promise<void>;
  /** Ends a session after the runs that came before, and removes all that is kept of it. */
  delete(context: UserRequest): Promise<void>;
  /** Makes the cookie that was issued to a user count no more. */
  revoke(context: UserRequest): Promise<void>;
}

/** The routes by which operators look after the sessions of users. */
export function operatorRoutes({ runtime, storedSessions, cookieRegister }: OperatorRouteOptions): OperatorRoutes {
  return {
    async list(context) {
      await requireAdmin(context);
      const limit = limitOf(context);
      const after = single(context, "after");
      const page = await storedSessions.page({ limit, ...(after === undefined ? {} : { after }) });
      const residents = new Set(runtime.sessions.residents().map(({ userId }) => userId));
      const isLast = page.length < limit;
      const reply: OperatedSessions = {
        sessions: page.map((session) => operatedSession(session, residents)),
        next: isLast ? null : (page.at(-1)?.entry ?? null),
      };
      replyWithJson(context, 200, reply);
    },
    async evict(context) {
      await requireAdmin(context);
      replyWithJson(context, 200, { was_resident: await runtime.sessions.evict(userIdOf(context)) });
    },
    async delete(context) {
      await requireAdmin(context);
      await storedSessions.delete(userIdOf(context));
      context.status = 204;
    },
    async revoke(context) {
      await requireAdmin(context);
      const userId = userIdOf(context);
      if (!isUuid(userId)) {
        throw new RequestError("REQUEST_INVALID", "Cookies are issued to users whose id is a UUID.");
      }
      await cookieRegister.revoke(userId.toLowerCase());
      context.status = 204;
    },
  };
}

function operatedSession(
  { key, figures, bytes, damaged }: ListedSession,
  residents: ReadonlySet<string>,
): OperatedSession {
  return {
    user_id: key?.userId ?? null,
    created_at: iso(figures?.createdAtMs),
    last_activity: iso(figures?.lastActivityAtMs),
    expires_at: iso(figures?.expiresAtMs),
    runs: figures?.runsCompleted ?? null,
    bytes,
    is_resident: key !== undefined && residents.has(key.userId),
    damaged: damaged ?? null,
  };
}

function userIdOf({ params }: UserRequest): string {
  return params["user_id"] ?? "";
}

function limitOf(context: RequestContext): number {
  const text = single(context, "limit") ?? String(DEFAULT_LIMIT);
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) {
    throw new RequestError("REQUEST_INVALID", `The parameter limit must be a whole number from 1 to ${MAX_LIMIT}.`);
  }
  return limit;
}

function single(context: RequestContext, name: string): string | undefined {
  const value = context.query[name];
  return Array.isArray(value) ? value.at(-1) : value;
}

function iso(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
