import {
  type HealthCheckDefinition,
  isHealthCheckDefinition,
  isLifecycleDefinition,
  type LifecycleDefinition,
  type Problem,
} from "@alcove/plugin-api";
import type { DiscoveredPlugin } from "./discovered-plugin.js";
import { describeExport } from "./import-definition.js";
import { exportProblem, importContributedExport } from "./import-module.js";

/** Hooks, or a health check, of a plugin. */
export interface ImportedProcessPart<Definition> {
  /** Who contributes it. */
  readonly plugin: DiscoveredPlugin;
  /** The name in the manifest. */
  readonly name: string;
  /** What the module exports. */
  readonly definition: Definition;
}

/** What {@link importProcessParts} found. */
export interface ProcessPartsImport {
  /** The hooks that can be used, in the manifest's order. */
  readonly lifecycle: readonly ImportedProcessPart<LifecycleDefinition>[];
  /** The health checks that can be used, in the manifest's order. */
  readonly healthChecks: readonly ImportedProcessPart<HealthCheckDefinition>[];
  /** What stands against the others. */
  readonly problems: readonly Problem[];
}

/**
 * Imports the hooks and health checks of a plugin. Called at start. Whatever goes wrong is a `plugin-module` problem.
 *
 * @param timeoutMs How long each import may take; a minute if left out.
 */
export async function importProcessParts(plugin: DiscoveredPlugin, timeoutMs?: number): Promise<ProcessPartsImport> {
  const lifecycle = await importSection(plugin, hooks, timeoutMs);
  const healthChecks = await importSection(plugin, checks, timeoutMs);
  return {
    lifecycle: lifecycle.parts,
    healthChecks: healthChecks.parts,
    problems: [...lifecycle.problems, ...healthChecks.problems],
  };
}

interface Section<Definition> {
  readonly name: "lifecycle" | "health_checks";
  readonly promise: string;
  readonly define: string;
  isDefinition(value: unknown): value is Definition;
}

const hooks: Section<LifecycleDefinition> = {
  name: "lifecycle",
  promise: "hooks",
  define: "defineLifecycle",
  isDefinition: isLifecycleDefinition,
};
const checks: Section<HealthCheckDefinition> = {
  name: "health_checks",
  promise: "health check",
  define: "defineHealthCheck",
  isDefinition: isHealthCheckDefinition,
};

async function importSection<Definition>(
  plugin: DiscoveredPlugin,
  section: Section<Definition>,
  timeoutMs: number | undefined,
): Promise<{ readonly parts: readonly ImportedProcessPart<Definition>[]; readonly problems: readonly Problem[] }> {
  const parts: ImportedProcessPart<Definition>[] = [];
  const problems: Problem[] = [];
  for (const [name, contribution] of Object.entries(plugin.manifest.contributes[section.name])) {
    const place = { plugin, section: section.name, name, contribution, promise: `${section.promise} ${name}` };
    const imported = await importContributedExport(place, timeoutMs);
    if (imported.problem !== undefined) {
      problems.push(imported.problem);
    } else if (section.isDefinition(imported.value)) {
      parts.push({ plugin, name, definition: imported.value });
    } else {
      const remedy = `Export what ${section.define}() returns, or correct the manifest.`;
      problems.push(await exportProblem(place, describeExport(imported.value), "export", remedy));
    }
  }
  return { parts, problems };
}
