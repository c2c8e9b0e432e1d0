import type { LifecycleDefinition, SourceLocation } from "@alcove/plugin-api";
import { describePlugin, locateInFile } from "@alcove/plugin-loader";
import type { ApplicationPlan, ComponentPlan, ProcessPartPlan, ServicesPlan } from "../plan/application-plan.js";

/** Names a component as the owner of what it releases. */
export function describeComponent({ name, type }: Pick<ComponentPlan, "name" | "type">): string {
  return `${name} (${type.qualifiedName})`;
}

/** Names shared services as the owner of what they release. */
export function describeServices({ name, plugin }: Pick<ServicesPlan, "name" | "plugin">): string {
  return `the services ${name} of the plugin ${describePlugin(plugin)}`;
}

/** Names hooks of the process as the owner of what they release. */
export function describeHooks({ name, plugin }: Pick<ProcessPartPlan<LifecycleDefinition>, "name" | "plugin">): string {
  return `the hooks ${name} of the plugin ${describePlugin(plugin)}`;
}

/**
 * Where the owners that a disposal's report names stand: components in the configuration, services and hooks in the
 * manifests of their plugins. Called when something was not released; reads the manifests again.
 */
export async function placesOfOwners(plan: ApplicationPlan): Promise<ReadonlyMap<string, SourceLocation>> {
  const { services, lifecycle } = plan.processParts;
  const components = [...plan.sharedComponents, ...plan.perUserComponents];
  const inManifest = async (
    owner: string,
    { name, plugin }: Pick<ServicesPlan, "name" | "plugin">,
    section: string,
  ): Promise<[string, SourceLocation]> => [
    owner,
    await locateInFile(plugin.manifestFile, ["contributes", section, name]),
  ];
  return new Map([
    ...components.map((component): [string, SourceLocation] => [describeComponent(component), component.source]),
    ...(await Promise.all(services.map((part) => inManifest(describeServices(part), part, "services")))),
    ...(await Promise.all(lifecycle.map((part) => inManifest(describeHooks(part), part, "lifecycle")))),
  ]);
}
