import type { ConfigDocument } from "@alcove/config";
import { Clock, Logger, type Problem, type ServiceIdentifier } from "@alcove/plugin-api";
import { type DiscoveredPlugin, describeService, importServices } from "@alcove/plugin-loader";
import type { ServicesPlan } from "./application-plan.js";
import type { ConfiguredComponent } from "./configured-component.js";

/** The services Alcove itself offers to every component and to plugins' services. */
const coreServices: readonly ServiceIdentifier[] = [Logger, Clock];

/** Imports the shared services of the plugins in use, and checks that every service asked for has exactly one provider. */
export async function planServices(
  plugins: readonly DiscoveredPlugin[],
  components: readonly ConfiguredComponent[],
  { document, timeoutMs }: { readonly document: ConfigDocument; readonly timeoutMs: number | undefined },
): Promise<{ services: ServicesPlan[]; problems: Problem[] }> {
  const services: ServicesPlan[] = [];
  const problems: Problem[] = [];
  const owners = new Map<ServiceIdentifier, string>(coreServices.map((service) => [service, "Alcove itself"]));
  for (const plugin of plugins) {
    const imported = await importServices(plugin, timeoutMs);
    problems.push(...imported.problems);
    for (const { name, definition } of imported.services) {
      services.push({ plugin, name, definition, binds: plugin.manifest.contributes.services[name]?.binds ?? [] });
      for (const provided of definition.provides) {
        const owner = owners.get(provided);
        if (owner !== undefined) {
          problems.push(clashProblem(provided, plugin, owner));
        }
        owners.set(provided, `the plugin ${plugin.id}`);
      }
    }
  }
  return { services, problems: [...problems, ...missingServices(components, owners, document)] };
}

function clashProblem(service: ServiceIdentifier, plugin: DiscoveredPlugin, owner: string): Problem {
  return {
    rule: "service-clash",
    severity: "error",
    message: `The plugin ${plugin.id} provides the service ${describeService(service)}, which ${owner} provides already.`,
    source: { file: plugin.manifestFile },
    remedy: "Remove one of the two, or give one another service identifier.",
  };
}

function missingServices(
  components: readonly ConfiguredComponent[],
  owners: ReadonlyMap<ServiceIdentifier, string>,
  document: ConfigDocument,
): Problem[] {
  return components.flatMap((component) =>
    Object.values(component.definition.services)
      .filter((service) => !owners.has(service))
      .map((service) => ({
        rule: "reference-unknown",
        severity: "error",
        message: `${component.name} (${component.type.qualifiedName}) asks for the service ${describeService(service)}, which no plugin in use provides.`,
        source: document.locate(component.source.path),
        remedy: "Install the plugin that provides it, and list it under plugins.",
      })),
  );
}
