import { type Clock, DisposalStack, type LogFields, type Logger } from "@alcove/plugin-api";
import { Container } from "inversify";
import type { HandleWatch } from "../handles/handle-watch.js";
import type { ApplicationPlan, BuiltFunctions } from "../plan/application-plan.js";
import { buildComponent, resolveFunctions } from "./build-component.js";
import { RoomUserId } from "./identifiers.js";
import type { Root } from "./root.js";

/** What a user's room is furnished with. */
export interface Furnishings {
  readonly plan: ApplicationPlan;
  readonly root: Root;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long each component may take to be built. */
  readonly buildTimeoutMs: number;
  readonly releaseTimeoutMs: number;
  /** Notes what plugins open meanwhile, where somebody wants to know. */
  readonly handles: HandleWatch | undefined;
}

/** One user's private child container, furnished with the per-user components. */
export interface Room {
  readonly container: Container;
  /** The user's functions and the shared ones by slot, resolved once, so that a call resolves nothing. */
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
 * @param ofRun What the lines of the run say for which the user is woken up, where it is one.
 * @throws ComponentBuildFailedError
 */
export async function furnishRoom(
  { plan, root, releaseTimeoutMs, ...surroundings }: Furnishings,
  userId: string,
  ofRun: LogFields | undefined,
): Promise<Room> {
  const releases = new DisposalStack();
  const endings = new DisposalStack();
  const container = new Container({ parent: root.container });
  container.bind(RoomUserId).toConstantValue(userId);
  try {
    for (const component of plan.perUserComponents) {
      await buildComponent(component, { ...surroundings, container, ofRun, userId, releases, endings });
    }
  } catch (error) {
    await releases.dispose(releaseTimeoutMs);
    throw error;
  }
  const components = [...plan.sharedComponents, ...plan.perUserComponents];
  return { container, functions: resolveFunctions(container, components), releases, endings };
}
