import { type Clock, DisposalStack, type Logger } from "@alcove/plugin-api";
import { Container } from "inversify";
import type { ApplicationPlan, BuiltFunctions } from "../plan/application-plan.js";
import { buildComponent, type ComponentInstance, functionTable } from "./build-component.js";
import { componentIdentifier, RoomUserId } from "./identifiers.js";
import type { Root } from "./root.js";

/** What a user's room is furnished with. */
export interface Furnishings {
  readonly plan: ApplicationPlan;
  readonly root: Root;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly releaseTimeoutMs: number;
}

/** One user's private child container, furnished with the per-user components. */
export interface Room {
  readonly container: Container;
  /** The built per-user functions by slot, so that a call resolves nothing. */
  readonly functions: BuiltFunctions;
  /** What has to be released when the user leaves memory. */
  readonly releases: DisposalStack;
  /** What has to be done, before that, when the session is over. */
  readonly endings: DisposalStack;
}

/**
 * Makes a user's room: a child container in which the per-user components are built, dependencies first. What was built
 * before a failure is released again, and nothing is kept, so that the next attempt starts from scratch.
 *
 * @throws ComponentBuildFailedError
 */
export async function furnishRoom(
  { plan, root, logger, clock, releaseTimeoutMs }: Furnishings,
  userId: string,
): Promise<Room> {
  const releases = new DisposalStack();
  const endings = new DisposalStack();
  const container = new Container({ parent: root.container });
  container.bind(RoomUserId).toConstantValue(userId);
  const instances: ComponentInstance[] = [];
  try {
    for (const component of plan.perUserComponents) {
      const surroundings = { logger, clock, services: root.services, userId, releases, endings };
      const instance = await buildComponent(component, surroundings);
      container.bind(componentIdentifier(component)).toConstantValue(instance);
      instances.push(instance);
    }
  } catch (error) {
    await releases.dispose(releaseTimeoutMs);
    throw error;
  }
  return { container, functions: functionTable(plan.functions.length, instances), releases, endings };
}
