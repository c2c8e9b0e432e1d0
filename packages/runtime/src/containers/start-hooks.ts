import { AlcoveError, type DisposalStack, type LifecycleDefinition, type SourceLocation } from "@alcove/plugin-api";
import { late, locateInFile, withinTime } from "@alcove/plugin-loader";
import type { Container } from "inversify";
import { calledAs } from "../handles/handle-watch.js";
import type { ProcessPartPlan } from "../plan/application-plan.js";
import { processContextOf } from "./process-context.js";
import { describeHooks } from "./release-owners.js";
import type { RootSurroundings } from "./root-surroundings.js";

type HooksPlan = ProcessPartPlan<LifecycleDefinition>;

/**
 * Runs what plugins do at start, one after the other. What they do at the end is added to the releases once the start of
 * the same hooks has succeeded: so it runs in the opposite order, before anything that was built is released.
 *
 * @param missing The optional plugins that are left out; those whose start fails are added.
 * @throws HOOK_FAILED
 */
export async function startHooks(
  plans: readonly HooksPlan[],
  container: Container,
  surroundings: RootSurroundings,
  releases: DisposalStack,
  missing: Set<string>,
): Promise<void> {
  for (const plan of plans.filter(({ plugin }) => !missing.has(plugin.id))) {
    const { onStart, onStop } = plan.definition;
    const context = processContextOf(plan, container, surroundings);
    try {
      const start = calledAs(surroundings.handles, { plugin: plan.plugin, part: `its hooks ${plan.name}` }, () =>
        onStart?.(context),
      );
      await inTime(start, plan, surroundings.buildTimeoutMs);
    } catch (error) {
      if (!plan.plugin.isOptional) {
        throw error;
      }
      missing.add(plan.plugin.id);
      surroundings.logger.warn("An optional plugin does not start, and is left out", { plugin: plan.plugin.id, error });
      continue;
    }
    if (onStop !== undefined) {
      releases.add(() => onStop(context), describeHooks(plan));
    }
  }
}

async function inTime(start: Promise<void> | undefined, plan: HooksPlan, timeoutMs: number): Promise<void> {
  const failure = `The start of ${describeHooks(plan)}`;
  const place = (): Promise<SourceLocation> =>
    locateInFile(plan.plugin.manifestFile, ["contributes", "lifecycle", plan.name]);
  let outcome: typeof late | undefined;
  try {
    outcome = (await withinTime(Promise.resolve(start), timeoutMs)) ?? undefined;
  } catch (cause) {
    throw new AlcoveError("HOOK_FAILED", `${failure} failed.`, { cause, source: await place() });
  }
  if (outcome === late) {
    const message = `${failure} had not ended after ${timeoutMs / 1_000} s (general.plugin_start_timeout).`;
    throw new AlcoveError("HOOK_FAILED", message, { source: await place() });
  }
}
