import type { ContainerModule, ServiceIdentifier } from "inversify";
import { definitionMarker } from "./definition.js";

/** What {@link defineServices} returns. Opaque to plugins; the engine reads it. */
export interface ServicesDefinition {
  readonly [definitionMarker]: true;
  /** Tells it from component definitions. */
  readonly kind: "services";
  /** The identifiers other components may ask for. */
  readonly provides: readonly ServiceIdentifier[];
  /** The bindings. */
  readonly module: ContainerModule;
}

/** Options of {@link defineServices}. */
export interface ServicesOptions {
  /** The identifiers other components may ask for. Each must be bound by the module. Use `Symbol.for("<package>/<Name>")`. */
  readonly provides: readonly ServiceIdentifier[];
  /**
   * The bindings. They are loaded into a container of their own at start, every provided identifier is resolved once,
   * and only the results are handed on. They may inject `Logger`, `Clock` and other plugins' shared services, and can
   * never see anything of a user.
   */
  readonly module: ContainerModule;
}

/** Contributes shared services: one instance per process, resolved when it starts. */
export function defineServices({ provides, module }: ServicesOptions): ServicesDefinition {
  return Object.freeze({
    [definitionMarker]: true as const,
    kind: "services" as const,
    provides: [...provides],
    module,
  });
}

/** Whether a module's export came from {@link defineServices}. */
export function isServicesDefinition(value: unknown): value is ServicesDefinition {
  return typeof value === "object" && value !== null && definitionMarker in value && "provides" in value;
}
