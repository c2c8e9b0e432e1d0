import {
  BUILT_IN_PLUGIN_ID,
  type ComponentDefinition,
  type ComponentKind,
  MANIFEST_FORMAT,
  type Manifest,
  manifestSchema,
} from "@alcove/plugin-api";
import { type ComponentType, type DiscoveredPlugin, sectionOfKind } from "@alcove/plugin-loader";
import { builtInMiddleware } from "../middleware/built-in/built-in-middleware.js";
import { builtInObjectStores } from "../objects/built-in/built-in-object-stores.js";
import type { BuiltInTypes } from "./built-in-type.js";

const builtInTypes: Readonly<Partial<Record<ComponentKind, BuiltInTypes>>> = {
  middleware: builtInMiddleware,
  object_store: builtInObjectStores,
};

const manifest: Manifest = {
  manifest: MANIFEST_FORMAT,
  id: BUILT_IN_PLUGIN_ID,
  displayName: "Alcove",
  description: "What comes with Alcove.",
  requires: { alcove: "*" },
  contributes: manifestSchema.shape.contributes.parse({
    [sectionOfKind.middleware]: contributions(builtInMiddleware),
    [sectionOfKind.object_store]: contributions(builtInObjectStores),
  }),
};

/** The types every application has without installing anything, in the form of a plugin. */
export const builtInPlugin: DiscoveredPlugin = Object.freeze({
  id: BUILT_IN_PLUGIN_ID,
  packageName: "alcove",
  version: "built in",
  directory: "",
  manifestFile: "",
  isListed: false,
  isOptional: false,
  manifest,
});

function contributions(types: BuiltInTypes): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(types).map(([name, { description }]) => [
      name,
      // Nothing is imported from there: each type knows where its definition is.
      { scope: "shared", module: "./built-in.js", description },
    ]),
  );
}

/** Loads the definition of a type that comes with Alcove; `undefined` for every other one. */
export function builtInDefinition({ plugin, kind, name }: ComponentType): Promise<ComponentDefinition> | undefined {
  return plugin === builtInPlugin ? builtInTypes[kind]?.[name]?.load() : undefined;
}
