import { AlcoveError, type DisposalStack, type LifecycleDefinition } from "@alcove/plugin-api";
import { describePlugin, late, withinTime } from "@alcove/plugin-loader";
import type { Container } from "inversify";
import type { ProcessPartPlan } from "../plan/application-plan.js";
import { processContextOf } from "./process-context.js";
import type { RootSurroundings } from "./root-surroundings.js";

/**
 * Runs what plugins do at start, one after the other. What they do at the end is added to the releases once the start of
 * the same hooks has succeeded: so it runs in the opposite order, before anything that was built is released.
 *
 * @throws HOOK_FAILED
 */
export async function startHooks(
  plans: readonly ProcessPartPlan<LifecycleDefinition>[],
  container: Container,
  surroundings: RootSurroundings,
  releases: DisposalStack,
): Promise<void> {
  for (const plan of plans) {
    const { onStart, onStop } = plan.definition;
    const owner = `the hooks ${plan.name} of the plugin ${describePlugin(plan.plugin)}`;
    const context = processContextOf(plan, container, surroundings);
    if (onStart !== undefined) {
      await inTime(onStart(context), owner, surroundings.buildTimeoutMs);
    }
    if (onStop !== undefined) {
      releases.add(() => onStop(context), owner);
    }
  }
}

async function inTime(start: Promise<void>, owner: string, timeoutMs: number): Promise<void> {
  const failure = `The start of ${owner}`;
  let outcome: typeof late | undefined;
  try {
    outcome = (await withinTime(start, timeoutMs)) ?? undefined;
  } catch (cause) {
    throw new AlcoveError("HOOK_FAILED", `${failure} failed.`, { cause });
  }
  if (outcome === late) {
    const message = `${failure} had not ended after ${timeoutMs / 1_000} s (general.plugin_start_timeout).`;
    throw new AlcoveError("HOOK_FAILED", message);
  }
}
