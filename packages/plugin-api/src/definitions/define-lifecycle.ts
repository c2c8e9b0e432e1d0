import type { MaybePromise, NoServices } from "./define-options.js";
import { definitionMarker, type ResolvedServices, type ServiceRequests } from "./definition.js";
import type { EngineProcessContext, ProcessContext } from "./process-context.js";

/** Options of {@link defineLifecycle}. At least one of the hooks is there. */
export interface LifecycleOptions<Services extends ServiceRequests> {
  /** Shared services to hand to the hooks, by name. */
  readonly services?: Services;
  /**
   * Called once when everything shared is built, before the process serves anybody. Where it throws, or takes longer than
   * `general.plugin_start_timeout`, the start is refused.
   */
  onStart?(context: ProcessContext<ResolvedServices<Services>>): MaybePromise<void>;
  /**
   * Called once when the process stops and no run is left, while everything shared is still there: the hooks that have
   * started last come first. Not called where `onStart` has failed. What it throws is logged; it has its share of
   * `general.shutdown_timeout`.
   */
  onStop?(context: ProcessContext<ResolvedServices<Services>>): MaybePromise<void>;
}

/** What {@link defineLifecycle} returns. Opaque to plugins; the engine reads it. */
export interface LifecycleDefinition {
  readonly [definitionMarker]: true;
  /** Tells it from other definitions. */
  readonly kind: "lifecycle";
  /** The shared services the hooks are handed, by name. */
  readonly services: ServiceRequests;
  /** `undefined` where there is nothing to do at start. */
  readonly onStart: ((context: EngineProcessContext) => Promise<void>) | undefined;
  /** `undefined` where there is nothing to do at the end. */
  readonly onStop: ((context: EngineProcessContext) => Promise<void>) | undefined;
}

/**
 * Contributes hooks of the process. For one user there are `build` of per-user components, which is called when the user
 * wakes up, and `onDispose` and `onSessionEnd` of its context.
 *
 * @throws TypeError when there is neither hook.
 */
export function defineLifecycle<Services extends ServiceRequests = NoServices>(
  options: LifecycleOptions<Services>,
): LifecycleDefinition {
  const { onStart, onStop } = options;
  if (onStart === undefined && onStop === undefined) {
    throw new TypeError("defineLifecycle() needs onStart, onStop or both.");
  }
  // The engine resolves what `services` names, so that what it hands over is what the hooks expect.
  const own = (context: EngineProcessContext) => context as ProcessContext<ResolvedServices<Services>>;
  return Object.freeze({
    [definitionMarker]: true as const,
    kind: "lifecycle" as const,
    services: options.services ?? {},
    onStart: onStart && (async (context: EngineProcessContext) => options.onStart?.(own(context))),
    onStop: onStop && (async (context: EngineProcessContext) => options.onStop?.(own(context))),
  });
}

/** Whether a module's export came from {@link defineLifecycle}. */
export function isLifecycleDefinition(value: unknown): value is LifecycleDefinition {
  return typeof value === "object" && value !== null && definitionMarker in value && "onStart" in value;
}
