export type { AllowedPackage, AllowList } from "./allowed-plugins.js";
export {
  type ComponentType,
  ComponentTypeRegistry,
  sectionOfKind,
  type TypeLookup,
} from "./component-type-registry.js";
export { type Discovery, type DiscoveryOptions, discoverPlugins } from "./discover-plugins.js";
export { type DiscoveredPlugin, describePlugin, type ListedPlugin } from "./discovered-plugin.js";
export { displayPath } from "./display-path.js";
export type { UninstalledDependency } from "./host-dependencies.js";
export { findHostDirectory } from "./host-directory.js";
export {
  type ImportedDefinition,
  type ImportedServices,
  importComponentDefinition,
  importServices,
  type ServicesImport,
} from "./import-definition.js";
export { type ImportedProcessPart, importProcessParts, type ProcessPartsImport } from "./import-process-parts.js";
export { locateInFile } from "./locate-in-file.js";
export { asWarning, type UsablePlugins, withoutFailingOptional } from "./optional-plugins.js";
export type { ContributionName } from "./plugin-module.js";
export { describeService } from "./service-name.js";
export { DEFAULT_PLUGIN_TIMEOUT_MS, late, withinTime } from "./within-time.js";
