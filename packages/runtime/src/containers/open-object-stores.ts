import type { ObjectStoreDriver } from "@alcove/plugin-api";
import type { OpenObjectStore } from "../objects/object-view.js";
import type { ApplicationPlan } from "../plan/application-plan.js";
import { componentIdentifier } from "./identifiers.js";
import type { Root } from "./root.js";

/** The object stores that have been built, by name. */
export function openObjectStores(
  { sharedComponents }: ApplicationPlan,
  { container }: Root,
): ReadonlyMap<string, OpenObjectStore> {
  const stores = new Map<string, OpenObjectStore>();
  for (const component of sharedComponents) {
    const { name, objectLimits: limits } = component;
    if (limits !== undefined) {
      stores.set(name, { name, limits, driver: container.get<ObjectStoreDriver>(componentIdentifier(component)) });
    }
  }
  return stores;
}
