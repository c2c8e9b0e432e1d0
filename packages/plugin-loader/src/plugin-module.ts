import { dirname } from "node:path";
import { formatPath, type Manifest, manifestSchema, type Problem, type SourceLocation } from "@alcove/plugin-api";
import { z } from "zod";
import { type ContainedFile, findContainedFile } from "./contained-path.js";
import { type DiscoveredPlugin, describePlugin } from "./discovered-plugin.js";
import type { FieldPath } from "./manifest-document.js";

/** A contribution of a manifest, by its section and its name there. */
export interface ContributionName {
  /** The section of `contributes`. */
  readonly section: keyof Manifest["contributes"];
  /** The name in that section. */
  readonly name: string;
}

/** What is known of a plugin before its manifest has been accepted. */
export type PluginPlace = Pick<DiscoveredPlugin, "packageName" | "version" | "directory" | "manifestFile">;

/** A module a manifest names, and the contribution and field that name it. */
export interface NamedModule extends ContributionName {
  readonly path: FieldPath;
  readonly module: string;
}

const sections = manifestSchema.shape.contributes.keyof().options;
const entries = z.record(z.string(), z.unknown()).catch({});
const contributing = z.object({ contributes: z.record(z.string(), entries) });
const sectioned = z.object({ contributes: z.partialRecord(z.enum(sections), z.record(z.string(), z.unknown())) });
const withModule = z.object({ module: z.string() });

/**
 * Everything the plain value of a manifest contributes, be it right or wrong.
 *
 * @returns `undefined` where that cannot be told: without the field `contributes`, say, or with a section that is not
 *   known.
 */
export function namedContributions(manifestValue: unknown): ContributionName[] | undefined {
  const contributes = sectioned.safeParse(manifestValue).data?.contributes;
  if (contributes === undefined) return undefined;
  return sections.flatMap((section) => Object.keys(contributes[section] ?? {}).map((name) => ({ section, name })));
}

/**
 * Every module the plain value of a manifest names, whatever else is wrong with the manifest, in the manifest's
 * order.
 */
export function namedModules(manifestValue: unknown): NamedModule[] {
  const contributes = contributing.safeParse(manifestValue).data?.contributes;
  return sections.flatMap((section) =>
    Object.entries(contributes?.[section] ?? {}).flatMap(([name, contribution]) => {
      const module = withModule.safeParse(contribution).data?.module;
      return module === undefined ? [] : [namedModule(section, name, module)];
    }),
  );
}

/** The same for a manifest that was accepted. */
export function modulesOf({ contributes }: Manifest): NamedModule[] {
  return sections.flatMap((section) =>
    Object.entries(contributes[section]).map(([name, { module }]) => namedModule(section, name, module)),
  );
}

function namedModule(section: ContributionName["section"], name: string, module: string): NamedModule {
  return { section, name, module, path: ["contributes", section, name, "module"] };
}

/**
 * Finds the file of a module a manifest names. Nothing is imported.
 *
 * @param realFolders see {@link findContainedFile}
 */
export function findPluginModule(plugin: PluginPlace, module: string, realFolders?: Set<string>): ContainedFile {
  return findContainedFile(plugin.directory, dirname(plugin.manifestFile), module, realFolders);
}

/** The problem with a module's file; `undefined` when it was found. */
export function moduleFileProblem(
  plugin: PluginPlace,
  { module, path }: Pick<NamedModule, "module" | "path">,
  found: ContainedFile,
  source: SourceLocation,
): Problem | undefined {
  if (found.outcome === "found") return undefined;
  const field = formatPath(path);
  const problem = { rule: "plugin-module", severity: "error", source } as const;
  return found.outcome === "outside"
    ? {
        ...problem,
        message: `The plugin ${describePlugin(plugin)} names ${module} in ${field}, which lies outside its package.`,
        remedy: "Move the module into the package.",
      }
    : {
        ...problem,
        message: `The plugin ${describePlugin(plugin)} names ${module} in ${field}, and that file ${found.reason}.`,
        remedy: "Build the plugin, or correct the path; it is relative to the manifest.",
      };
}
