import { AlcoveError, ContainerModule, type ServiceIdentifier } from "@alcove/plugin-api";
import { describePlugin, describeService } from "@alcove/plugin-loader";
import type { ServicesPlan } from "../plan/application-plan.js";

/**
 * A plugin's module of services that can reach nothing but what is the plugin's own: what its manifest says it binds, and
 * what no module before it has bound. Whatever else it tries is refused as it tries it.
 *
 * @param owners Who has bound what so far, Alcove's own services included; the module's identifiers are added.
 */
export function guardedModule(plan: ServicesPlan, owners: Map<ServiceIdentifier, string>): ContainerModule {
  const own = `the services ${plan.name} of the plugin ${describePlugin(plan.plugin)}`;
  const claim = (service: ServiceIdentifier): void => {
    const owner = owners.get(service);
    if (owner !== undefined && owner !== own) {
      throw refusal(own, `touch ${describeService(service)}, which belongs to ${owner}`);
    }
    if (!plan.binds.includes(describeService(service))) {
      throw refusal(own, `bind ${describeService(service)}, which is not under binds in the manifest`);
    }
    owners.set(service, own);
  };
  return new ContainerModule((options) =>
    plan.definition.module.load({
      ...options,
      bind: (service) => {
        claim(service);
        return options.bind(service);
      },
      rebind: (service) => {
        claim(service);
        return options.rebind(service);
      },
      rebindAsync: (service) => {
        claim(service);
        return options.rebindAsync(service);
      },
      unbind: (target) => {
        claim(identifierOf(own, target));
        options.unbind(target);
      },
      unbindAsync: (target) => {
        claim(identifierOf(own, target));
        return options.unbindAsync(target);
      },
      onActivation: (service, activation) => {
        claim(service);
        options.onActivation(service, activation);
      },
      onDeactivation: (service, deactivation) => {
        claim(service);
        options.onDeactivation(service, deactivation);
      },
    }),
  );
}

/** A binding can be unbound by an id of its own, too, which does not say whose it is. */
function identifierOf(own: string, target: ServiceIdentifier | object): ServiceIdentifier {
  if (typeof target === "object") {
    throw refusal(own, "unbind a single binding; unbind its identifier");
  }
  return target;
}

function refusal(own: string, attempt: string): AlcoveError {
  return new AlcoveError("SERVICE_FAILED", `${own[0]?.toUpperCase()}${own.slice(1)} must not ${attempt}.`);
}
