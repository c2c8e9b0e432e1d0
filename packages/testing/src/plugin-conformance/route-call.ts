import { z } from "@alcove/plugin-api";
import type { EntryFacts } from "@alcove/runtime";
import type { TestAlcove } from "../test-alcove/test-alcove.js";
import type { TestUser } from "../test-alcove/test-user.js";

/** A route of a plugin, as the application serves it. */
export type ServedRoute = NonNullable<EntryFacts["route"]>;

/** What answers the routes of a plugin, whose types are named. */
export function routesOf(
  { application }: TestAlcove,
  types: ReadonlySet<string>,
): (EntryFacts & { readonly route: ServedRoute })[] {
  return application.runtime.entries.flatMap((entry) => {
    const { route } = entry;
    return route !== undefined && types.has(route.place[1] ?? "") ? [{ ...entry, route }] : [];
  });
}

/** What came back from a route. */
export interface RouteReply {
  readonly status: number;
  /** What the body holds; `undefined` where there is none. */
  readonly body: unknown;
}

/** What a request to a route is made of, as examples give it. */
const requestSchema = z.object({
  params: z.record(z.string(), z.unknown()).default({}),
  query: z.record(z.string(), z.unknown()).default({}),
  body: z.record(z.string(), z.unknown()).default({}),
});

/** Sends a user's request to a route. @throws ZodError when the input is no request. */
export async function askRoute(user: TestUser, route: ServedRoute, input: unknown): Promise<RouteReply> {
  const { params, query, body } = requestSchema.parse(input);
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, String(each)]),
    ),
  );
  const reply = await user.fetch(`/plugins/${route.plugin.id}${path}?${search}`, {
    method: route.method,
    ...(route.body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  const parsed: unknown = text === "" ? undefined : JSON.parse(text);
  return { status: reply.status, body: parsed };
}
