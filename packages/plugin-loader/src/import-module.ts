import { pathToFileURL } from "node:url";
import { type Manifest, nearNames, type Problem } from "@alcove/plugin-api";
import { z } from "zod";
import { watchBasicPrototypes } from "./basic-prototypes.js";
import { type DiscoveredPlugin, describePlugin } from "./discovered-plugin.js";
import { describeImportError } from "./import-error.js";
import { locateInFile } from "./locate-in-file.js";
import { findPluginModule, moduleFileProblem } from "./plugin-module.js";
import { DEFAULT_PLUGIN_TIMEOUT_MS, late, withinTime } from "./within-time.js";

/** One entry of a manifest's `contributes`. */
export interface ContributionPlace {
  readonly plugin: DiscoveredPlugin;
  readonly section: keyof Manifest["contributes"];
  readonly name: string;
  readonly contribution: { readonly module: string; readonly export: string };
  /** What the manifest promises, e.g. `per-user function per_user_notepad`. */
  readonly promise: string;
}

/** The value of the export a manifest names, not yet checked, or the problem that stands against it. */
export type ImportedExport =
  | {
      readonly problem: undefined;
      readonly value: unknown;
      /** The module's other exports, by name. */
      readonly others: Readonly<Record<string, unknown>>;
    }
  | { readonly problem: Problem };

const moduleNamespace = z.custom<object>((value) => typeof value === "object" && value !== null);

/**
 * Imports the module a contribution names, unless it lies outside the package, and takes the named export from it.
 *
 * @param timeoutMs How long the import may take.
 */
export async function importContributedExport(
  place: ContributionPlace,
  timeoutMs = DEFAULT_PLUGIN_TIMEOUT_MS,
): Promise<ImportedExport> {
  const { plugin, contribution } = place;
  const found = findPluginModule(plugin, contribution.module);
  if (found.outcome !== "found") {
    const path = fieldPath(place, "module");
    const source = await locateInFile(plugin.manifestFile, path);
    const problem = moduleFileProblem(plugin, { path, module: contribution.module }, found, source);
    return { problem: problem ?? (await importProblem(place, found)) };
  }
  let namespace: object;
  const additions = watchBasicPrototypes();
  try {
    const imported: unknown = await withinTime(import(pathToFileURL(found.path).href), timeoutMs);
    if (imported === late) return { problem: await lateProblem(place, timeoutMs) };
    namespace = moduleNamespace.parse(imported);
  } catch (error) {
    return { problem: await importProblem(place, error) };
  }
  const added = additions();
  if (added.length > 0) return { problem: await additionProblem(place, added) };
  if (Object.hasOwn(namespace, contribution.export)) {
    const { [contribution.export]: value, ...others }: Record<string, unknown> = { ...namespace };
    return { problem: undefined, value, others };
  }
  return { problem: await missingExportProblem(place, Object.keys(namespace)) };
}

/**
 * The problem with an export that is not what the manifest promises.
 *
 * @param actual What it is instead, with its article.
 * @param field The field of the contribution that does not match.
 */
export async function exportProblem(
  place: ContributionPlace,
  actual: string,
  field: "scope" | "export",
  remedy: string,
): Promise<Problem> {
  return moduleProblem(
    place,
    `but its export ${JSON.stringify(place.contribution.export)} is ${actual}`,
    field,
    remedy,
  );
}

/** The warning about definitions a module exports and the manifest does not name. Nobody can use those. */
export async function undeclaredProblem(place: ContributionPlace, exportNames: readonly string[]): Promise<Problem> {
  const { plugin, contribution } = place;
  return {
    rule: "plugin-module",
    severity: "warning",
    message: `${contribution.module} of the plugin ${describePlugin(plugin)} exports definitions that its manifest does not name: ${exportNames.join(", ")}.`,
    source: await locateInFile(plugin.manifestFile, fieldPath(place, "module")),
    remedy: "Name them under contributes, or do not export them.",
  };
}

function importProblem(place: ContributionPlace, error: unknown): Promise<Problem> {
  return moduleProblem(
    place,
    `but importing it failed: ${describeImportError(error)}`,
    "module",
    "Mend the module, or install what it imports.",
  );
}

function lateProblem(place: ContributionPlace, timeoutMs: number): Promise<Problem> {
  return moduleProblem(
    place,
    `but importing it had not ended after ${timeoutMs / 1_000} s`,
    "module",
    "Find what the module waits for at its top level, or raise general.plugin_start_timeout.",
  );
}

function additionProblem(place: ContributionPlace, added: readonly string[]): Promise<Problem> {
  return moduleProblem(
    place,
    `but importing it added ${added.join(", ")}, which every plugin and Alcove itself would see`,
    "module",
    "Have the module, or what it imports, leave the objects of the language as they are.",
  );
}

function missingExportProblem(place: ContributionPlace, exportNames: readonly string[]): Promise<Problem> {
  const [nearest] = nearNames(place.contribution.export, exportNames);
  const exports =
    exportNames.length === 0
      ? "Export it: the module exports nothing."
      : `Export it, or name one of its exports: ${exportNames.toSorted().join(", ")}.`;
  return moduleProblem(
    place,
    `but it has no export ${JSON.stringify(place.contribution.export)}`,
    "export",
    nearest === undefined ? exports : `Did you mean ${nearest}?`,
  );
}

/** The problem with what a module of a plugin is or does. `fault` completes "promises …, "; `field` is where it points. */
export async function moduleProblem(
  place: ContributionPlace,
  fault: string,
  field: "module" | "export" | "scope" | "binds" | "routes" | "provides",
  remedy: string,
): Promise<Problem> {
  const { plugin, contribution, promise } = place;
  return {
    rule: "plugin-module",
    severity: "error",
    message: `The manifest of the plugin ${describePlugin(plugin)} promises the ${promise} in ${contribution.module}, ${fault}.`,
    source: await locateInFile(plugin.manifestFile, fieldPath(place, field)),
    remedy,
  };
}

function fieldPath({ section, name }: ContributionPlace, field: string): string[] {
  return ["contributes", section, name, field];
}
