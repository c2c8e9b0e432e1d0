import type { z } from "zod";
import type { BuildContext, PerUserBuildContext } from "../contexts.js";
import type { Middleware, MiddlewareTarget } from "../middleware.js";
import type { Scope } from "../references.js";
import { type EmptyConfig, keepsNothing, type MaybePromise, type NoServices } from "./define-options.js";
import {
  type ConfigSchema,
  definitionMarker,
  type EngineBuildContext,
  type MiddlewareDefinition,
  type ResolvedServices,
  type ServiceRequests,
} from "./definition.js";
import { checkedConfig } from "./engine-fields.js";

interface MiddlewareOptions<Config extends ConfigSchema, Services> {
  /** The fields the middleware takes beside `_type`; none if left out. Unknown fields are refused. */
  readonly config?: Config;
  /** Shared services to hand to `build`, by name. */
  readonly services?: Services;
  /**
   * Asked at start for every function the middleware is put around: why it must not be, as what follows a colon;
   * `undefined` where it may. References in the configuration are no handles yet.
   */
  unsuitable?(target: MiddlewareTarget, config: z.output<Config>): string | undefined;
}

/** Options of {@link defineMiddleware}. */
export interface SharedMiddlewareOptions<Config extends ConfigSchema, Services extends ServiceRequests>
  extends MiddlewareOptions<Config, Services> {
  /**
   * Called once when the process starts, for each name the middleware has in the configuration. What it returns is put
   * around the calls of all users: whatever it keeps between calls has to be kept for each user apart.
   */
  build(context: BuildContext<z.output<Config>, ResolvedServices<Services>>): MaybePromise<Middleware>;
}

/** Options of {@link definePerUserMiddleware}. */
export interface PerUserMiddlewareOptions<Config extends ConfigSchema, Services extends ServiceRequests>
  extends MiddlewareOptions<Config, Services> {
  /**
   * Called when a user's session wakes up. What it returns is put around the calls of that user only, and is gone when
   * the session leaves memory.
   */
  build(context: PerUserBuildContext<z.output<Config>, ResolvedServices<Services>>): MaybePromise<Middleware>;
}

/**
 * Defines a shared middleware: one instance for the whole process, around functions of either scope.
 *
 * @throws TypeError when `config` has a field `_type`.
 */
export function defineMiddleware<
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
>(options: SharedMiddlewareOptions<Config, Services>): MiddlewareDefinition {
  return middlewareDefinition("shared", options);
}

/**
 * Defines a per-user middleware: one instance per user session, around per-user functions only.
 *
 * @throws TypeError as {@link defineMiddleware}.
 */
export function definePerUserMiddleware<
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
>(options: PerUserMiddlewareOptions<Config, Services>): MiddlewareDefinition {
  return middlewareDefinition("per-user", options);
}

function middlewareDefinition(
  scope: Scope,
  options: Pick<MiddlewareOptions<ConfigSchema, ServiceRequests>, "config" | "services"> & {
    unsuitable?(target: MiddlewareTarget, config: never): string | undefined;
    build(context: never): unknown;
  },
): MiddlewareDefinition {
  return Object.freeze({
    [definitionMarker]: true as const,
    kind: "middleware" as const,
    scope,
    config: checkedConfig("middleware", options.config),
    services: options.services ?? {},
    ...keepsNothing,
    unsuitable: (target: MiddlewareTarget, config: unknown) => options.unsuitable?.(target, config as never),
    build: async (context: EngineBuildContext) => builtMiddleware(context.name, await options.build(context as never)),
  });
}

function builtMiddleware(name: string, built: unknown): Middleware {
  const { invoke, stream } = (built ?? {}) as { readonly invoke?: unknown; readonly stream?: unknown };
  // Both, always: one that was left out would let calls of its kind by without a word.
  if (typeof invoke !== "function" || typeof stream !== "function") {
    throw new TypeError(
      `build of the middleware ${name} has to return { invoke, stream }; what has nothing to do returns next().`,
    );
  }
  return built as Middleware;
}
