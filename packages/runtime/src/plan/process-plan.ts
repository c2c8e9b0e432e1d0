import type { ConfigDocument } from "@alcove/config";
import { Clock, Logger, type Problem, type ServiceIdentifier, type ServiceRequests } from "@alcove/plugin-api";
import {
  type DiscoveredPlugin,
  describePlugin,
  describeService,
  importProcessParts,
  importServices,
  locateInFile,
} from "@alcove/plugin-loader";
import type { ProcessPartPlan, ProcessPlan, ServicesPlan } from "./application-plan.js";
import type { ConfiguredComponent } from "./configured-component.js";
import { perUserClash } from "./per-user-services.js";

/** The services Alcove itself offers to every component and to plugins' services. */
const coreServices: readonly ServiceIdentifier[] = [Logger, Clock];

/** What {@link planProcess} needs beside plugins and components. */
export interface ProcessPlanOptions {
  readonly document: ConfigDocument;
  /** How long an import may take. */
  readonly timeoutMs: number | undefined;
  /** The services that components provide to their users. */
  readonly perUser: ReadonlyMap<ServiceIdentifier, ConfiguredComponent>;
}

/**
 * Imports what the plugins in use contribute to the whole process: shared services, hooks and health checks. Checks that
 * every service asked for has exactly one provider.
 */
export async function planProcess(
  plugins: readonly DiscoveredPlugin[],
  components: readonly ConfiguredComponent[],
  { document, timeoutMs, perUser }: ProcessPlanOptions,
): Promise<{ parts: Omit<ProcessPlan, "missingPlugins">; problems: Problem[] }> {
  const services: ServicesPlan[] = [];
  const lifecycle: ProcessPlan["lifecycle"][number][] = [];
  const healthChecks: ProcessPlan["healthChecks"][number][] = [];
  const problems: Problem[] = [];
  const owners = new Map<ServiceIdentifier, string>(coreServices.map((service) => [service, "Alcove itself"]));
  for (const plugin of plugins) {
    const imported = await importServices(plugin, timeoutMs);
    const parts = await importProcessParts(plugin, timeoutMs);
    lifecycle.push(...parts.lifecycle);
    healthChecks.push(...parts.healthChecks);
    problems.push(...imported.problems, ...parts.problems);
    for (const { name, definition } of imported.services) {
      services.push({ plugin, name, definition, binds: plugin.manifest.contributes.services[name]?.binds ?? [] });
      for (const provided of definition.provides) {
        const owner = owners.get(provided);
        if (owner !== undefined) {
          problems.push(await clashProblem(provided, { plugin, name }, owner));
        }
        owners.set(provided, `the plugin ${plugin.id}`);
      }
    }
  }
  const clashes = [...perUser].flatMap(([service, component]) => {
    const owner = owners.get(service);
    return owner === undefined ? [] : [perUserClash(component, service, owner, document)];
  });
  problems.push(
    ...clashes,
    ...missingServices(components, new Set([...owners.keys(), ...perUser.keys()]), document),
    ...(await missingServicesOfParts("lifecycle", lifecycle, owners)),
    ...(await missingServicesOfParts("health_checks", healthChecks, owners)),
  );
  return { parts: { services, lifecycle, healthChecks }, problems };
}

async function clashProblem(
  service: ServiceIdentifier,
  { plugin, name }: Pick<ServicesPlan, "plugin" | "name">,
  owner: string,
): Promise<Problem> {
  return {
    rule: "service-clash",
    severity: "error",
    message: `The plugin ${plugin.id} provides the service ${describeService(service)}, which ${owner} provides already.`,
    source: await locateInFile(plugin.manifestFile, ["contributes", "services", name, "binds"]),
    remedy: "Remove one of the two, or give one another service identifier.",
  };
}

function missingServices(
  components: readonly ConfiguredComponent[],
  provided: ReadonlySet<ServiceIdentifier>,
  document: ConfigDocument,
): Problem[] {
  return components.flatMap((component) =>
    Object.values(component.definition.services)
      .filter((service) => !provided.has(service))
      .map((service) => ({
        rule: "reference-unknown",
        severity: "error",
        message: `${component.name} (${component.type.qualifiedName}) asks for the service ${describeService(service)}, which no plugin in use provides.`,
        source: document.locate(component.source.path),
        remedy:
          "Install the plugin that provides it, and list it under plugins, or configure it under per_user_services.",
      })),
  );
}

const partNames = { lifecycle: "hooks", health_checks: "health check" } as const;

function missingServicesOfParts(
  section: keyof typeof partNames,
  parts: readonly ProcessPartPlan<{ readonly services: ServiceRequests }>[],
  owners: ReadonlyMap<ServiceIdentifier, string>,
): Promise<Problem[]> {
  const missing = parts.flatMap((part) =>
    Object.values(part.definition.services)
      .filter((service) => !owners.has(service))
      .map((service) => ({ ...part, service })),
  );
  return Promise.all(
    missing.map(async ({ plugin, name, service }) => ({
      rule: "reference-unknown",
      severity: "error",
      message: `The service ${describeService(service)} is asked for by the ${partNames[section]} ${name} of the plugin ${describePlugin(plugin)}, and no plugin in use provides it.`,
      source: await locateInFile(plugin.manifestFile, ["contributes", section, name]),
      remedy: "Install the plugin that provides it, and list it under plugins.",
    })),
  );
}
