import { z } from "zod";
import type { ComponentKind, ConfigSchema } from "./definition.js";

/** The fields of a configured component that Alcove reads itself, by the component's kind. No config schema can have them. */
export const engineFields: Readonly<Record<ComponentKind, readonly string[]>> = Object.freeze({
  function: Object.freeze(["_type", "middleware"]),
  function_group: Object.freeze(["_type", "include", "exclude", "tool_overrides", "middleware"]),
  middleware: Object.freeze(["_type"]),
  object_store: Object.freeze(["_type", "max_object_bytes", "operation_timeout"]),
  http_routes: Object.freeze(["_type", "middleware"]),
  per_user_service: Object.freeze(["_type"]),
});

/** The schema of a definition's configuration; one without fields where there is none. @throws TypeError for a field of Alcove's own */
export function checkedConfig(kind: ComponentKind, config: ConfigSchema = z.object({})): ConfigSchema {
  const taken = engineFields[kind].filter((field) => Object.hasOwn(config.shape, field));
  if (taken.length > 0) {
    const names = taken.map((field) => JSON.stringify(field)).join(", ");
    throw new TypeError(
      `The config schema has the field${taken.length === 1 ? "" : "s"} ${names}, which Alcove reads itself and never hands on. Choose another name.`,
    );
  }
  return config;
}
