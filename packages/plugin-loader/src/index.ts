export {
  type ComponentType,
  ComponentTypeRegistry,
  sectionOfKind,
  type TypeLookup,
} from "./component-type-registry.js";
export { type Discovery, type DiscoveryOptions, discoverPlugins } from "./discover-plugins.js";
export type { DiscoveredPlugin, ListedPlugin } from "./discovered-plugin.js";
export { findHostDirectory } from "./host-directory.js";
export {
  type ImportedDefinition,
  type ImportedServices,
  importComponentDefinition,
  importServices,
  type ServicesImport,
} from "./import-definition.js";
