import { DisposalStack } from "@alcove/plugin-api";
import { Container } from "inversify";
import type { ApplicationPlan, BuiltFunctions } from "../plan/application-plan.js";
import { buildComponent, resolveFunctions } from "./build-component.js";
import type { RootSurroundings } from "./root-surroundings.js";
import { resolveSharedServices } from "./shared-services.js";
import { startHooks } from "./start-hooks.js";

/** Everything that exists once per process. */
export interface Root {
  /**
   * The parent of every room. It holds constant values only, so nothing in it can ever resolve, or capture, something of
   * a room; and nothing is bound to it after start.
   */
  readonly container: Container;
  /** The shared functions by slot. */
  readonly functions: BuiltFunctions;
  readonly releases: DisposalStack;
  /** The ids of the optional plugins whose services or hooks have failed. */
  readonly missingPlugins: ReadonlySet<string>;
}

/** Builds shared services and shared components. What was built before a failure is released again. */
export async function buildRoot(
  plan: ApplicationPlan,
  core: RootSurroundings,
  releaseTimeoutMs: number,
): Promise<Root> {
  const releases = new DisposalStack();
  try {
    const missing = new Set<string>();
    const services = await resolveSharedServices(plan, core, releases, missing);
    const container = new Container();
    for (const [service, value] of services) {
      container.bind(service).toConstantValue(value);
    }
    for (const component of plan.sharedComponents) {
      await buildComponent(component, {
        ...core,
        container,
        ofRun: undefined,
        userId: undefined,
        releases,
        endings: undefined,
      });
    }
    await startHooks(plan.processParts.lifecycle, container, core, releases, missing);
    return {
      container,
      functions: resolveFunctions(container, plan.sharedComponents),
      releases,
      missingPlugins: missing,
    };
  } catch (error) {
    await releases.dispose(releaseTimeoutMs);
    throw error;
  }
}
