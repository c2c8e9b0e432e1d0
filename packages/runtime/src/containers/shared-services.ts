import { AlcoveError, Clock, type DisposalStack, Logger, type ServiceIdentifier } from "@alcove/plugin-api";
import { describePlugin, describeService, late, withinTime } from "@alcove/plugin-loader";
import { Container } from "inversify";
import type { ServicesPlan } from "../plan/application-plan.js";
import { guardedModule } from "./guarded-module.js";
import type { RootSurroundings } from "./root-surroundings.js";

/**
 * Loads the plugins' service modules into a private container, resolves every provided service once, and hands on the
 * results.
 *
 * The private container is nobody's parent. That is what keeps users apart: a binding whose dependency existed only in
 * a user's room would otherwise be resolved through that room, and a singleton would keep the first user's instance for
 * everybody. Here it fails at start instead.
 *
 * @throws SERVICE_FAILED
 */
export async function resolveSharedServices(
  plans: readonly ServicesPlan[],
  { logger, clock, buildTimeoutMs }: RootSurroundings,
  releases: DisposalStack,
): Promise<Map<ServiceIdentifier, unknown>> {
  const container = new Container();
  container.bind(Logger).toConstantValue(logger);
  container.bind(Clock).toConstantValue(clock);
  const services = new Map<ServiceIdentifier, unknown>([
    [Logger, logger],
    [Clock, clock],
  ]);
  const owners = new Map<ServiceIdentifier, string>([...services.keys()].map((service) => [service, "Alcove itself"]));
  for (const plan of plans) {
    const module = guardedModule(plan, owners);
    const owner = `the services ${plan.name} of the plugin ${describePlugin(plan.plugin)}`;
    releases.add(() => container.unloadAsync(module), owner);
    await attempt(plan, "its module could not be loaded", buildTimeoutMs, () => container.loadAsync(module));
  }
  for (const plan of plans) {
    for (const service of plan.definition.provides) {
      const fault = `${describeService(service)} could not be resolved`;
      services.set(service, await attempt(plan, fault, buildTimeoutMs, () => container.getAsync(service)));
    }
  }
  return services;
}

async function attempt<Result>(
  { name, plugin }: ServicesPlan,
  fault: string,
  timeoutMs: number,
  action: () => Promise<Result>,
): Promise<Result> {
  const failure = `The services ${name} of the plugin ${describePlugin(plugin)} failed: ${fault}`;
  let result: Result | typeof late;
  try {
    result = await withinTime(action(), timeoutMs);
  } catch (cause) {
    throw AlcoveError.is(cause) && cause.code === "SERVICE_FAILED"
      ? cause
      : new AlcoveError("SERVICE_FAILED", `${failure}.`, { cause });
  }
  if (result === late) {
    const wait = `within ${timeoutMs / 1_000} s (general.plugin_start_timeout)`;
    throw new AlcoveError("SERVICE_FAILED", `${failure} ${wait}.`);
  }
  return result;
}
