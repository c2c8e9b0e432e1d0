import {
  AlcoveError,
  Clock,
  type DisposalStack,
  Logger,
  type ServiceIdentifier,
  type SourceLocation,
} from "@alcove/plugin-api";
import { describePlugin, describeService, late, locateInFile, withinTime } from "@alcove/plugin-loader";
import { Container } from "inversify";
import { calledAs } from "../handles/handle-watch.js";
import type { ApplicationPlan, ServicesPlan } from "../plan/application-plan.js";
import { guardedModule } from "./guarded-module.js";
import { describeServices } from "./release-owners.js";
import type { RootSurroundings } from "./root-surroundings.js";

/**
 * Loads the plugins' service modules into a private container, resolves every provided service once, and hands on the
 * results.
 *
 * The private container is nobody's parent. That is what keeps users apart: a binding whose dependency existed only in
 * a user's room would otherwise be resolved through that room, and a singleton would keep the first user's instance for
 * everybody. Here it fails at start instead.
 *
 * @param missing Takes the ids of the optional plugins whose services fail, and are left out.
 * @throws SERVICE_FAILED
 */
export async function resolveSharedServices(
  plan: ApplicationPlan,
  surroundings: RootSurroundings,
  releases: DisposalStack,
  missing: Set<string>,
): Promise<Map<ServiceIdentifier, unknown>> {
  const { logger, clock } = surroundings;
  const container = new Container();
  container.bind(Logger).toConstantValue(logger);
  container.bind(Clock).toConstantValue(clock);
  const services = new Map<ServiceIdentifier, unknown>([
    [Logger, logger],
    [Clock, clock],
  ]);
  const owners = new Map<ServiceIdentifier, string>([...services.keys()].map((service) => [service, "Alcove itself"]));
  const needed = neededServices(plan);
  /** Does without the services where the plugin is optional and nobody else counts on them. */
  const unlessExpendable = async (services: ServicesPlan, action: () => Promise<void>): Promise<void> => {
    const { plugin, definition } = services;
    try {
      await action();
    } catch (error) {
      if (!plugin.isOptional || definition.provides.some((service) => needed.has(service))) {
        throw error;
      }
      missing.add(plugin.id);
      logger.warn("An optional plugin does not start, and is left out", { plugin: plugin.id, error });
    }
  };
  for (const part of plan.processParts.services) {
    const module = guardedModule(part, owners);
    releases.add(() => container.unloadAsync(module), describeServices(part));
    await unlessExpendable(part, () =>
      attempt(part, "its module could not be loaded", surroundings, () => container.loadAsync(module)),
    );
  }
  for (const part of plan.processParts.services.filter(({ plugin }) => !missing.has(plugin.id))) {
    await unlessExpendable(part, async () => {
      for (const service of part.definition.provides) {
        const fault = `${describeService(service)} could not be resolved`;
        services.set(service, await attempt(part, fault, surroundings, () => container.getAsync(service)));
      }
    });
  }
  return services;
}

/** What components, and hooks and checks of plugins that are not optional, ask for. */
function neededServices({ sharedComponents, perUserComponents, processParts }: ApplicationPlan): ReadonlySet<unknown> {
  const parts = [...processParts.lifecycle, ...processParts.healthChecks].filter(({ plugin }) => !plugin.isOptional);
  const definitions = [...sharedComponents, ...perUserComponents, ...parts].map(({ definition }) => definition);
  return new Set(definitions.flatMap(({ services }) => Object.values(services)));
}

async function attempt<Result>(
  { name, plugin }: ServicesPlan,
  fault: string,
  { buildTimeoutMs: timeoutMs, handles }: RootSurroundings,
  action: () => Promise<Result>,
): Promise<Result> {
  const failure = `The services ${name} of the plugin ${describePlugin(plugin)} failed: ${fault}`;
  const place = (): Promise<SourceLocation> => locateInFile(plugin.manifestFile, ["contributes", "services", name]);
  let result: Result | typeof late;
  try {
    result = await withinTime(calledAs(handles, { plugin, part: `its services ${name}` }, action), timeoutMs);
  } catch (cause) {
    const isRefusal = AlcoveError.is(cause) && cause.code === "SERVICE_FAILED";
    throw new AlcoveError("SERVICE_FAILED", isRefusal ? cause.message : `${failure}.`, {
      ...(isRefusal ? {} : { cause }),
      source: await place(),
    });
  }
  if (result === late) {
    const wait = `within ${timeoutMs / 1_000} s (general.plugin_start_timeout)`;
    throw new AlcoveError("SERVICE_FAILED", `${failure} ${wait}.`, { source: await place() });
  }
  return result;
}
