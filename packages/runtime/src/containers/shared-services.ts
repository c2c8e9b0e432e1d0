import { AlcoveError, Clock, type DisposalStack, Logger, type ServiceIdentifier } from "@alcove/plugin-api";
import { Container } from "inversify";
import type { ServicesPlan } from "../plan/application-plan.js";
import { describeService } from "../plan/service-plan.js";

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
  core: { readonly logger: Logger; readonly clock: Clock },
  releases: DisposalStack,
): Promise<Map<ServiceIdentifier, unknown>> {
  const container = new Container();
  container.bind(Logger).toConstantValue(core.logger);
  container.bind(Clock).toConstantValue(core.clock);
  releases.add(() => container.unbindAllAsync());
  const services = new Map<ServiceIdentifier, unknown>([
    [Logger, core.logger],
    [Clock, core.clock],
  ]);
  for (const plan of plans) {
    await attempt(plan, "its module could not be loaded", () => container.loadAsync(plan.definition.module));
  }
  assertCoreUntouched(container, core);
  for (const plan of plans) {
    for (const service of plan.definition.provides) {
      const name = describeService(service);
      services.set(service, await attempt(plan, `${name} could not be resolved`, () => container.getAsync(service)));
    }
  }
  return services;
}

async function attempt<Result>(plan: ServicesPlan, what: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    throw new AlcoveError(
      "SERVICE_FAILED",
      `The services ${plan.name} of the plugin ${plan.pluginId} failed: ${what}.`,
      {
        cause,
      },
    );
  }
}

function assertCoreUntouched(container: Container, core: { readonly logger: Logger; readonly clock: Clock }): void {
  const isUntouched =
    container.getAll(Logger).every((logger) => logger === core.logger) &&
    container.getAll(Clock).every((clock) => clock === core.clock);
  if (!isUntouched) {
    throw new AlcoveError("SERVICE_FAILED", "A plugin's services bind over Alcove's own Logger or Clock.");
  }
}
