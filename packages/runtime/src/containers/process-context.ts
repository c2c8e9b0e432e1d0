import type { EngineProcessContext, ServiceRequests } from "@alcove/plugin-api";
import type { Container } from "inversify";
import type { ProcessPartPlan } from "../plan/application-plan.js";
import type { RootSurroundings } from "./root-surroundings.js";

/** What a hook or a health check is called with. The container holds nothing of any user. */
export function processContextOf(
  { plugin, name, definition }: ProcessPartPlan<{ readonly services: ServiceRequests }>,
  container: Container,
  { logger, clock }: Pick<RootSurroundings, "logger" | "clock">,
): EngineProcessContext {
  const services = Object.entries(definition.services).map(([key, service]) => [key, container.get<unknown>(service)]);
  return Object.freeze({
    services: Object.freeze(Object.fromEntries(services)),
    logger: logger.child({ plugin: plugin.id, part: name }),
    clock,
  });
}
