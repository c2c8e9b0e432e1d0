import type { ConfigDocument } from "@alcove/config";
import type { Problem, ServiceIdentifier } from "@alcove/plugin-api";
import { describeService } from "@alcove/plugin-loader";
import type { ConfiguredComponent, Dependency } from "./configured-component.js";

/** Which component gives each user which service. */
export interface PerUserProviders {
  readonly byService: ReadonlyMap<ServiceIdentifier, ConfiguredComponent>;
  /** Services that two components provide. */
  readonly problems: readonly Problem[];
}

/** Finds the services that components provide to their users' rooms. */
export function perUserProviders(
  components: readonly ConfiguredComponent[],
  document: ConfigDocument,
): PerUserProviders {
  const byService = new Map<ServiceIdentifier, ConfiguredComponent>();
  const problems: Problem[] = [];
  for (const component of components) {
    if (component.definition.kind === "per_user_service") {
      const { service } = component.definition;
      const other = byService.get(service);
      if (other === undefined) {
        byService.set(service, component);
      } else {
        problems.push(perUserClash(component, service, other.name, document));
      }
    }
  }
  return { byService, problems };
}

/** The problem with a service of users that somebody else provides already. */
export function perUserClash(
  { name, type, source }: ConfiguredComponent,
  service: ServiceIdentifier,
  owner: string,
  document: ConfigDocument,
): Problem {
  return {
    rule: "service-clash",
    severity: "error",
    message: `${name} (${type.qualifiedName}) provides the service ${describeService(service)}, which ${owner} provides already.`,
    source: document.locateKey(source.path),
    remedy: "Remove one of the two.",
  };
}

/** Who asks for a service of the user depends on the component that provides it: it is built later, and has to be per-user too. */
export function serviceDependencies(
  components: readonly ConfiguredComponent[],
  providers: ReadonlyMap<ServiceIdentifier, ConfiguredComponent>,
): Dependency[] {
  return components.flatMap((from) =>
    Object.values(from.definition.services).flatMap((service): Dependency[] => {
      const to = providers.get(service);
      return to === undefined
        ? []
        : [{ from, to, member: undefined, reference: undefined, path: [...from.source.path, "_type"] }];
    }),
  );
}
