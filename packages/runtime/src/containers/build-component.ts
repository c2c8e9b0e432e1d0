import {
  type BuiltFunction,
  type Clock,
  ComponentBuildFailedError,
  type DisposalStack,
  type Logger,
  type ServiceIdentifier,
} from "@alcove/plugin-api";
import type { ComponentPlan, FunctionPlan } from "../plan/application-plan.js";

/** What components are built with. */
export interface ComponentSurroundings {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly services: ReadonlyMap<ServiceIdentifier, unknown>;
  readonly userId: string | undefined;
  /** Takes the releases of what the components acquire. */
  readonly releases: DisposalStack;
  /** Takes what is to be done when the session is over; `undefined` for shared components. */
  readonly endings: DisposalStack | undefined;
}

/** An instance of a component: its built functions by slot. */
export type ComponentInstance = ReadonlyMap<FunctionPlan, BuiltFunction>;

/** Calls a component's `build`. @throws ComponentBuildFailedError */
export async function buildComponent(
  component: ComponentPlan,
  surroundings: ComponentSurroundings,
): Promise<ComponentInstance> {
  const { definition, name } = component;
  const context = {
    name,
    config: component.config,
    services: Object.fromEntries(
      Object.entries(definition.services).map(([key, service]) => [key, surroundings.services.get(service)]),
    ),
    logger: surroundings.logger.child({ component: name }),
    clock: surroundings.clock,
    userId: surroundings.userId,
    onDispose: (release: () => void | Promise<void>) => surroundings.releases.add(release),
    onSessionEnd: (release: () => void | Promise<void>) => surroundings.endings?.add(release),
  };
  try {
    if (definition.kind === "function") {
      const built = await definition.build(context);
      return new Map(component.functions.map((fn) => [fn, built]));
    }
    const members = await definition.build(context);
    return new Map(component.functions.map((fn) => [fn, memberOf(members, fn)]));
  } catch (error) {
    throw new ComponentBuildFailedError(name, component.type.qualifiedName, error);
  }
}

function memberOf(members: Readonly<Record<string, BuiltFunction>>, fn: FunctionPlan): BuiltFunction {
  const built = fn.member === undefined ? undefined : members[fn.member];
  if (built === undefined) {
    throw new TypeError(`build returned no member for ${fn.name}.`);
  }
  return built;
}

/** Spreads instances over a table by slot, for calls without any lookup by name. */
export function functionTable(size: number, instances: Iterable<ComponentInstance>): (BuiltFunction | undefined)[] {
  const table = new Array<BuiltFunction | undefined>(size).fill(undefined);
  for (const instance of instances) {
    for (const [fn, built] of instance) {
      table[fn.slot] = built;
    }
  }
  return table;
}
