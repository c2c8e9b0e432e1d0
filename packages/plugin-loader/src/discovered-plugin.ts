import type { Manifest, SourceLocation } from "@alcove/plugin-api";

/** An entry of `plugins:` in the configuration. */
export interface ListedPlugin {
  /** A package name, or a folder: absolute, or beginning with `./` or `../`. */
  readonly specifier: string;
  /** The folder a relative specifier starts from: that of the file the entry stands in. */
  readonly directory: string;
  /** Where the entry stands; problems with it point there. */
  readonly source: SourceLocation;
  /** Whether the application starts without it where it fails; `false` if left out. */
  readonly isOptional?: boolean;
}

/** A plugin whose manifest was read and accepted. None of its code has run. */
export interface DiscoveredPlugin {
  /** The manifest's `id`, unique among the plugins of an application. */
  readonly id: string;
  /** `name` of the package's package.json. */
  readonly packageName: string;
  /** `version` of the package's package.json. */
  readonly version: string;
  /** The package's folder: absolute, with every symbolic link resolved. */
  readonly directory: string;
  /** The manifest's absolute path. Module paths are relative to its folder. */
  readonly manifestFile: string;
  /** The checked manifest. */
  readonly manifest: Manifest;
  /** Whether the configuration's `plugins:` names it, be it a dependency of the host as well or not. */
  readonly isListed: boolean;
  /** Whether the application starts without it where it fails. */
  readonly isOptional: boolean;
}

/** Names a plugin in messages: its package and its version. */
export function describePlugin(plugin: Pick<DiscoveredPlugin, "packageName" | "version">): string {
  return `${plugin.packageName} ${plugin.version}`;
}
