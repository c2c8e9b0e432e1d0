import type { z } from "zod";
import type { BuildContext, CallContext, PerUserBuildContext, PerUserCallContext } from "../contexts.js";
import type { HttpRouteAccess, HttpRouteAddress } from "../http-route-address.js";
import type { Scope } from "../references.js";
import { builtFunctions } from "./built-function.js";
import { type EmptyConfig, keepsNothing, type MaybePromise, type NoServices } from "./define-options.js";
import {
  type ConfigSchema,
  definitionMarker,
  type EngineBuildContext,
  type HttpRoute,
  type HttpRoutesDefinition,
  type ResolvedServices,
  type ServiceRequests,
} from "./definition.js";
import { checkedConfig } from "./engine-fields.js";
import { assertDistinct, type HttpRouteOptions, httpRoute } from "./http-route.js";

/** A route that is no user's own. */
export interface SharedHttpRouteOptions extends HttpRouteOptions {
  /** Whom it serves. There is no default, so that nothing is public because somebody forgot to say. */
  readonly access: Exclude<HttpRouteAccess, "user">;
}

type NamesIn<Path> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type PartOf<Route, Part extends string, Otherwise> =
  Route extends Record<Part, infer Schema extends z.ZodType> ? z.output<Schema> : Otherwise;
type NoFields = Record<never, never>;
type ReplyOf<Route> =
  Route extends Record<"output", infer Schema extends z.ZodType> ? MaybePromise<z.input<Schema>> : MaybePromise<void>;

/** What a request holds, checked by the schemas of its route. There is nothing of the front end in it. */
export interface HttpRouteInput<Address, Route> {
  /** What stands in the path. */
  readonly params: PartOf<Route, "params", Readonly<Record<NamesIn<Address>, string>>>;
  /** What stands in the query. */
  readonly query: PartOf<Route, "query", NoFields>;
  /** The body; `undefined` with GET and DELETE. */
  readonly body: PartOf<Route, "body", Address extends `${"GET" | "DELETE"} ${string}` ? undefined : NoFields>;
}

type Routes<Options> = Readonly<Record<HttpRouteAddress, Options>>;
type Handlers<Declared, Call> = {
  readonly [Address in keyof Declared]: (
    input: HttpRouteInput<Address, Declared[Address]>,
    call: Call,
  ) => ReplyOf<Declared[Address]>;
};
interface HttpRoutesOptions<Config, Declared, Services> {
  /** The fields the routes take beside `_type` and `middleware`; none if left out. What they call is referenced here. */
  readonly config?: Config;
  /** The routes by their addresses, e.g. `GET /items/{id}`, below `/plugins/<id of the plugin>`. The manifest names every one. */
  readonly routes: Declared;
  /** Shared services to hand to `build`, by name. */
  readonly services?: Services;
}

/** Options of {@link defineHttpRoutes}. */
export interface SharedHttpRoutesOptions<
  Config extends ConfigSchema,
  Declared extends Routes<SharedHttpRouteOptions>,
  Services extends ServiceRequests,
> extends HttpRoutesOptions<Config, Declared, Services> {
  /** Called once when the process starts. Returns what answers each route, by the same addresses. */
  build(
    context: BuildContext<z.output<Config>, ResolvedServices<Services>>,
  ): MaybePromise<Handlers<Declared, CallContext>>;
}

/** Options of {@link definePerUserHttpRoutes}. */
export interface PerUserHttpRoutesOptions<
  Config extends ConfigSchema,
  Declared extends Routes<HttpRouteOptions>,
  Services extends ServiceRequests,
> extends HttpRoutesOptions<Config, Declared, Services> {
  /** Called when a user's session wakes up. Returns what answers each route, by the same addresses. */
  build(
    context: PerUserBuildContext<z.output<Config>, ResolvedServices<Services>>,
  ): MaybePromise<Handlers<Declared, PerUserCallContext>>;
}

/**
 * Defines HTTP routes for the public and for operators: one instance for the whole process, which reaches nothing of any user.
 * Each request is a run of its own.
 *
 * @throws TypeError when an address is none, a request could be meant for two routes, a route and its schemas do not go together, or
 * `config` has a field of {@link engineFields}.
 */
export function defineHttpRoutes<
  const Declared extends Routes<SharedHttpRouteOptions>,
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
>(options: SharedHttpRoutesOptions<Config, Declared, Services>): HttpRoutesDefinition {
  const declared: Routes<SharedHttpRouteOptions> = options.routes;
  const routes = Object.entries(declared).map(
    ([address, route]) => [address, httpRoute(address, route.access, route)] as const,
  );
  return routesDefinition("shared", options, Object.fromEntries(routes));
}

/**
 * Defines HTTP routes of users: one instance in the room of each. A request needs an identity, waits for the user's turn, and what
 * it changes is stored before the reply leaves, or not at all.
 *
 * @throws TypeError as {@link defineHttpRoutes}.
 */
export function definePerUserHttpRoutes<
  const Declared extends Routes<HttpRouteOptions>,
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
>(options: PerUserHttpRoutesOptions<Config, Declared, Services>): HttpRoutesDefinition {
  const declared: Routes<HttpRouteOptions> = options.routes;
  const routes = Object.entries(declared).map(
    ([address, route]) => [address, httpRoute(address, "user", route)] as const,
  );
  return routesDefinition("per-user", options, Object.fromEntries(routes));
}

function routesDefinition(
  scope: Scope,
  options: Pick<HttpRoutesOptions<ConfigSchema, unknown, ServiceRequests>, "config" | "services"> & {
    build(context: never): unknown;
  },
  routes: Readonly<Record<string, HttpRoute>>,
): HttpRoutesDefinition {
  if (Object.keys(routes).length === 0) {
    throw new TypeError("A set of HTTP routes needs a route.");
  }
  assertDistinct(Object.values(routes));
  return Object.freeze({
    [definitionMarker]: true as const,
    kind: "http_routes" as const,
    scope,
    config: checkedConfig("http_routes", options.config),
    routes: Object.freeze(routes),
    services: options.services ?? {},
    ...keepsNothing,
    build: async (context: EngineBuildContext) =>
      builtFunctions(routes, await options.build(context as never), (address) => `${context.name} ${address}`),
  });
}
