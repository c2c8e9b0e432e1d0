import type { EntryFacts, RouteFacts } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { routeFaults } from "../errors/validation-detail.js";
import { identify, requireAdmin } from "../identity/identify.js";
import { replyWithJsonText } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedApplication } from "../served-application.js";
import { declaredQuery } from "./declared-query.js";
import { callEntry, withFaults } from "./entry-call.js";
import { idempotencyOf } from "./idempotency-request.js";
import { pathParameter } from "./path-parameter.js";

/** A function that answers a route of a plugin, and the application that runs it. */
export interface ServedRoute {
  readonly application: ServedApplication;
  readonly entry: EntryFacts;
  readonly route: RouteFacts;
}

/**
 * Answers a request for a plugin's route with what its function returns, once that is durable. The function is handed what the
 * schemas of the route declare, and nothing else of the request.
 */
export function pluginRoute(
  { application, entry, route }: ServedRoute,
  readBody: (context: RequestContext) => Promise<JsonObject>,
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = await admit(context, route);
    const input = await inputOf(context, route, readBody);
    // One address may have several methods, which are different requests.
    const idempotency = idempotencyOf(context, { method: route.method, ...input });
    try {
      const reply = await callEntry({ application, entry }, context, { userId, body: input }, (runner) =>
        runner.reply(idempotency),
      );
      if (reply.isReplayed) {
        context.set("idempotent-replayed", "true");
      }
      if (route.status === 204) {
        context.status = 204;
      } else {
        replyWithJsonText(context, route.status, reply.body);
      }
    } catch (error) {
      throw await withFaults(error, () => routeFaults(entry.inputSchema, input));
    }
  };
}

/** The user the route is for; nobody where it is not for users: then nothing of a credential reaches the run. */
async function admit(context: RequestContext, { access }: RouteFacts): Promise<string | undefined> {
  switch (access) {
    case "user":
      return identify(context, "per-user");
    case "operator":
      await requireAdmin(context);
      return undefined;
    case "public":
      return undefined;
  }
}

async function inputOf(
  context: RequestContext,
  { params, query, body }: RouteFacts,
  readBody: (context: RequestContext) => Promise<JsonObject>,
): Promise<JsonObject> {
  const parts = {
    params: Object.fromEntries(Object.keys(params.shape).map((name) => [name, pathParameter(context, name)])),
    query: declaredQuery(context, query),
  };
  return body === undefined ? parts : { ...parts, body: await readBody(context) };
}
