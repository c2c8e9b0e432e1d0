import { createHash, randomUUID } from "node:crypto";
import { type Scope, z } from "@alcove/plugin-api";
import type { EntryFacts } from "@alcove/runtime";
import type { TestAlcove } from "../test-alcove/test-alcove.js";
import type { TestUser } from "../test-alcove/test-user.js";

type RouteFacts = NonNullable<EntryFacts["route"]>;

/** A route of the plugin, as the application serves it. */
export interface TestedRoute {
  /** The public name of what answers it, e.g. `my_routes GET /items/{id}`. */
  readonly name: string;
  readonly scope: Scope;
  /** What a request has to hold: `params`, `query`, and `body` where it has one. */
  readonly inputSchema: z.ZodType;
  readonly facts: RouteFacts;
  /** Sends a request as the user or, to a route for operators, as one. @throws ZodError when the input is no request. */
  ask(user: TestUser, input: unknown): Promise<RouteReply>;
}

/** What came back from a route. */
interface RouteReply {
  readonly status: number;
  /** What the body holds; `undefined` where there is none. */
  readonly body: unknown;
}

const operatorKey = randomUUID();

/** Identities of an application in which there is an operator: users are known by their cookies, and that one by a key. */
export const identityWithOperator = {
  providers: [
    { _type: "session_cookie" },
    {
      _type: "api_key",
      keys: [{ subject: "ops", sha256: createHash("sha256").update(operatorKey).digest("hex"), roles: ["operator"] }],
    },
  ],
  admins: [{ role: "operator" }],
};

/** The routes of a plugin, whose types are named. */
export function routesOf(alcove: TestAlcove, types: ReadonlySet<string>): TestedRoute[] {
  return alcove.application.runtime.entries.flatMap(({ typeName: name, scope, inputSchema, route: facts }) =>
    facts !== undefined && types.has(facts.place[1] ?? "")
      ? [{ name, scope, inputSchema, facts, ask: (user, input) => ask(senderTo(alcove, facts, user), facts, input) }]
      : [],
  );
}

/** What a request to a route is made of, as examples give it. */
export const routeRequestSchema = z.object({
  params: z.record(z.string(), z.unknown()).default({}),
  query: z.record(z.string(), z.unknown()).default({}),
  body: z.record(z.string(), z.unknown()).default({}),
});

type Send = (path: string, init: RequestInit) => Promise<Response>;

/** Whoever a route is for. An operator sends no cookie: nobody may be two at once. */
function senderTo(alcove: TestAlcove, { access }: RouteFacts, user: TestUser): Send {
  if (access !== "operator") {
    return (path, init) => user.fetch(path, init);
  }
  return (path, init) => {
    const headers = new Headers(init.headers);
    headers.set("x-api-key", operatorKey);
    return fetch(new URL(path, alcove.url), { ...init, headers });
  };
}

async function ask(send: Send, { plugin, path, method, body: takesBody }: RouteFacts, input: unknown) {
  const { params, query, body } = routeRequestSchema.parse(input);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, String(each)]),
    ),
  );
  const content = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const reply = await send(`/plugins/${plugin.id}${filled}?${search}`, {
    method,
    ...(takesBody === undefined ? {} : content),
  });
  const text = await reply.text();
  const parsed: unknown = text === "" ? undefined : JSON.parse(text);
  return { status: reply.status, body: parsed };
}
