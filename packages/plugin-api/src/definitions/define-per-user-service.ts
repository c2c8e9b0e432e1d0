import type { ServiceIdentifier } from "inversify";
import type { z } from "zod";
import type { PerUserBuildContext } from "../contexts.js";
import { type EmptyConfig, keepsNothing, type MaybePromise, type NoServices } from "./define-options.js";
import {
  type ConfigSchema,
  definitionMarker,
  type EngineBuildContext,
  type PerUserServiceDefinition,
  type Residency,
  type ResolvedServices,
  type ServiceRequests,
} from "./definition.js";
import { checkedConfig } from "./engine-fields.js";

/** Options of {@link definePerUserService}. */
export interface PerUserServiceOptions<Service, Config extends ConfigSchema, Services extends ServiceRequests> {
  /** What the user's other components ask for it by. Use `Symbol.for("<package>/<Name>") as ServiceIdentifier<Name>`. */
  readonly provides: ServiceIdentifier<Service>;
  /** The fields the service takes beside `_type`; none if left out. Unknown fields are refused. */
  readonly config?: Config;
  /** Services to hand to `build`, by name: shared ones, and other services of the user. */
  readonly services?: Services;
  /** `session` when what `build` acquires has to live as long as the session; see {@link Residency}. */
  readonly residency?: Residency;
  /**
   * Called when a user's session wakes up, before the components that ask for the service. Returns the service: one for
   * each user, gone when the session leaves memory. What it acquires it gives back through `onDispose`.
   */
  build(context: PerUserBuildContext<z.output<Config>, ResolvedServices<Services>>): MaybePromise<Service>;
}

/**
 * Defines a service of each user: a client with the user's credentials, a cache, an index. Per-user components ask for it by its
 * identifier, as they ask for shared services; shared ones cannot. It keeps nothing durably: that is what state is for.
 *
 * @throws TypeError when `config` has a field `_type`.
 */
export function definePerUserService<
  Service,
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
>(options: PerUserServiceOptions<Service, Config, Services>): PerUserServiceDefinition {
  return Object.freeze({
    [definitionMarker]: true as const,
    kind: "per_user_service" as const,
    scope: "per-user" as const,
    service: options.provides,
    config: checkedConfig("per_user_service", options.config),
    services: options.services ?? {},
    ...keepsNothing,
    residency: options.residency ?? keepsNothing.residency,
    build: async (context: EngineBuildContext) => builtService(context.name, await options.build(context as never)),
  });
}

function builtService(name: string, service: unknown): unknown {
  if (service === undefined || service === null) {
    throw new TypeError(`build of the service ${name} has to return it, and returned ${String(service)}.`);
  }
  return service;
}
