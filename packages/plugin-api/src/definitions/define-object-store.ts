import type { z } from "zod";
import type { BuildContext } from "../contexts.js";
import type { ObjectStoreDriver } from "../object-store-driver.js";
import { type EmptyConfig, keepsNothing, type MaybePromise, type NoServices } from "./define-options.js";
import {
  type ConfigSchema,
  definitionMarker,
  type EngineBuildContext,
  type ObjectStoreDefinition,
  type ResolvedServices,
  type ServiceRequests,
} from "./definition.js";
import { checkedConfig } from "./engine-fields.js";

/** Options of {@link defineObjectStore}. */
export interface ObjectStoreOptions<Config extends ConfigSchema, Services extends ServiceRequests> {
  /**
   * The fields the store takes beside `_type`, `max_object_bytes` and `operation_timeout`; none if left out. Unknown fields
   * are refused.
   */
  readonly config?: Config;
  /** Shared services to hand to `build`, by name. */
  readonly services?: Services;
  /** Called once when the process starts, for each name the store has in the configuration. */
  build(context: BuildContext<z.output<Config>, ResolvedServices<Services>>): MaybePromise<ObjectStoreDriver>;
}

/**
 * Defines a type of object stores. It is shared by nature: the engine gives each user's components, and the shared ones, a view
 * of their own of what it stores.
 *
 * @throws TypeError when `config` has a field of {@link engineFields}.
 */
export function defineObjectStore<
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
>(options: ObjectStoreOptions<Config, Services>): ObjectStoreDefinition {
  return Object.freeze({
    [definitionMarker]: true as const,
    kind: "object_store" as const,
    scope: "shared" as const,
    config: checkedConfig("object_store", options.config),
    services: options.services ?? {},
    ...keepsNothing,
    build: async (context: EngineBuildContext) => builtDriver(context.name, await options.build(context as never)),
  });
}

const methods = ["put", "get", "stat", "delete", "list"] as const satisfies (keyof ObjectStoreDriver)[];

function builtDriver(name: string, built: ObjectStoreDriver): ObjectStoreDriver {
  const given: Partial<Record<keyof ObjectStoreDriver, unknown>> = built ?? {};
  const missing = methods.filter((method) => typeof given[method] !== "function");
  if (missing.length > 0) {
    throw new TypeError(`build of the object store ${name} has to return a driver; it lacks ${missing.join(", ")}.`);
  }
  return built;
}
