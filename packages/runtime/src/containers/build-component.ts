import {
  type BuiltFunction,
  type Clock,
  ComponentBuildFailedError,
  type DisposalStack,
  type LogFields,
  type Logger,
  type Middleware,
} from "@alcove/plugin-api";
import { describePlugin, late, withinTime } from "@alcove/plugin-loader";
import type { Container } from "inversify";
import { calledAs, type HandleWatch } from "../handles/handle-watch.js";
import { wrapFunction } from "../middleware/wrap-function.js";
import type { BuiltFunctions, ComponentPlan, FunctionPlan } from "../plan/application-plan.js";
import { BuildLogger } from "./build-logger.js";
import { componentIdentifier } from "./identifiers.js";
import { describeComponent } from "./release-owners.js";

/** What components are built with. */
export interface ComponentSurroundings {
  /** Where the component's instance is bound, and its services are resolved. */
  readonly container: Container;
  readonly logger: Logger;
  /** What the lines of the run say that the component is built for; `undefined` where it is not built for one. */
  readonly ofRun: LogFields | undefined;
  readonly clock: Clock;
  readonly userId: string | undefined;
  /** Takes the releases of what the components acquire. */
  readonly releases: DisposalStack;
  /** Takes what is to be done when the session is over; `undefined` for shared components. */
  readonly endings: DisposalStack | undefined;
  /** How long the build may take. */
  readonly buildTimeoutMs: number;
  /** Notes what plugins open meanwhile, where somebody wants to know. */
  readonly handles: HandleWatch | undefined;
}

/** An instance of a component with functions: the built function of each planned one, its middleware around it. */
type FunctionsInstance = ReadonlyMap<FunctionPlan, BuiltFunction>;

/** Calls a component's `build` and binds what comes out of it. @throws ComponentBuildFailedError */
export async function buildComponent(component: ComponentPlan, surroundings: ComponentSurroundings): Promise<void> {
  const { container } = surroundings;
  const instance = await instantiate(component, surroundings);
  container.bind<unknown>(componentIdentifier(component)).toConstantValue(instance);
  if (component.definition.kind === "per_user_service") {
    // The room is nobody's parent, so that nobody but its user's components can ever be handed it.
    container.bind<unknown>(component.definition.service).toConstantValue(instance);
  }
}

/** Every function a container can reach, its parent's included, by slot: for calls without any lookup by name. */
export function resolveFunctions(container: Container, components: readonly ComponentPlan[]): BuiltFunctions {
  const table: (BuiltFunction | undefined)[] = [];
  for (const component of components) {
    if (component.functions.length === 0) {
      continue;
    }
    for (const [fn, built] of container.get<FunctionsInstance>(componentIdentifier(component))) {
      table[fn.slot] = built;
    }
  }
  return table;
}

async function instantiate(component: ComponentPlan, surroundings: ComponentSurroundings): Promise<unknown> {
  const { definition, name, config, functions } = component;
  const { container, clock, userId, releases, endings } = surroundings;
  const logger = new BuildLogger(surroundings.logger.child({ component: name }), surroundings.ofRun);
  const owner = describeComponent(component);
  try {
    const context = {
      name,
      config,
      services: Object.fromEntries(
        Object.entries(definition.services).map(([key, service]) => [key, container.get<unknown>(service)]),
      ),
      logger,
      clock,
      userId,
      onDispose: (release: () => void | Promise<void>) => releases.add(release, owner),
      onSessionEnd: (release: () => void | Promise<void>) => endings?.add(release, owner),
    };
    switch (definition.kind) {
      case "middleware":
      case "object_store":
      case "per_user_service":
        return await built<unknown>(component, () => definition.build(context), surroundings);
      case "function": {
        const single = await built(component, () => definition.build(context), surroundings);
        return wrapped(functions, () => single, component, container);
      }
      case "function_group":
      case "http_routes": {
        const members = await built(component, () => definition.build(context), surroundings);
        return wrapped(functions, (fn) => memberOf(members, fn), component, container);
      }
    }
  } catch (error) {
    throw error instanceof ComponentBuildFailedError
      ? error
      : new ComponentBuildFailedError(name, component.type.qualifiedName, { cause: error, source: component.source });
  } finally {
    logger.endBuild();
  }
}

/** What is built after the time is in nobody's reach; what it acquires by then is released at once. */
async function built<Built>(
  component: ComponentPlan,
  build: () => Promise<Built>,
  { handles, buildTimeoutMs: timeoutMs }: ComponentSurroundings,
): Promise<Built> {
  const { name, type, source } = component;
  const owner = { plugin: type.plugin, part: `the component ${describeComponent(component)}` };
  const result = await withinTime(calledAs(handles, owner, build), timeoutMs);
  if (result !== late) {
    return result;
  }
  const reason = `its build had not ended after ${timeoutMs / 1_000} s (general.plugin_start_timeout); it is of the plugin ${describePlugin(type.plugin)}`;
  throw new ComponentBuildFailedError(name, type.qualifiedName, { reason, source });
}

/** The functions of a component, each with its middleware around it, which has been built before. */
function wrapped(
  functions: readonly FunctionPlan[],
  builtOf: (fn: FunctionPlan) => BuiltFunction,
  { middleware }: ComponentPlan,
  container: Container,
): FunctionsInstance {
  const layers = middleware.map((component) => ({
    component,
    middleware: container.get<Middleware>(componentIdentifier(component)),
  }));
  return new Map(functions.map((fn) => [fn, wrapFunction(fn, builtOf(fn), layers)]));
}

function memberOf(members: Readonly<Record<string, BuiltFunction>>, fn: FunctionPlan): BuiltFunction {
  const built = fn.definedAs === undefined ? undefined : members[fn.definedAs];
  if (built === undefined) {
    throw new TypeError(`build returned no member for ${fn.name}.`);
  }
  return built;
}
