export { placesOfOwners } from "./containers/release-owners.js";
export { EventHub } from "./events/event-hub.js";
export type { IntermediateStep, StepListener, StepType } from "./events/intermediate-step.js";
export {
  type ExecutionKind,
  type ExecutionStatus,
  type ExecutionView,
  LONGEST_EXECUTION_ID,
  type PendingInteraction,
} from "./executions/execution-view.js";
export { Executions } from "./executions/executions.js";
export type { JobRequest } from "./executions/executions-options.js";
export type { ExecutionFollower } from "./executions/follow-execution.js";
export type { InteractionResponse } from "./executions/interaction-answer.js";
export type { InteractionListener } from "./executions/interaction-desk.js";
export type { Prompt, PromptOption } from "./executions/prompt.js";
export { RunFigures, type RunKind, type RunOutcome } from "./figures/run-figures.js";
export { type EvictionReason, type RuntimeFigures, type SweepFigures, WakeFigures } from "./figures/runtime-figures.js";
export type { HandleOwner } from "./handles/handle-owner.js";
export { HandleWatch } from "./handles/handle-watch.js";
export { type LeftHandle, leakProblem } from "./handles/left-handles.js";
export type { HealthResult } from "./health/health-checks.js";
export type { ApplicationPlan, ComponentPlan, FunctionPlan } from "./plan/application-plan.js";
export { builtInPlugin } from "./plan/built-in-types.js";
export { type EntryFacts, entryFactsOfPlan } from "./plan/entry.js";
export { type PlanOptions, type PlanResult, planApplication } from "./plan/plan-application.js";
export { typesInUse } from "./plan/resolve-components.js";
export { type RouteFacts, routesOfPlan } from "./plan/route-facts.js";
export { unwrappedSchema } from "./plan/wire-schema.js";
export { InFlight, type InFlightPlace } from "./runs/in-flight.js";
export { createMemoryCollection } from "./runs/memory-collection.js";
export { redactedError } from "./runs/redacted-error.js";
export type { Reply, ReplyStream } from "./runs/reply.js";
export type { RunRequest } from "./runs/run-facts.js";
export { passedOnErrors } from "./runs/run-failure.js";
export type { RunnerState } from "./runs/run-lifecycle.js";
export { Runner } from "./runs/runner.js";
export { Runtime, type RuntimeOptions } from "./runtime.js";
export type { IdempotencyLimits, IdempotencyRequest } from "./sessions/recorded-replies.js";
export type { ResidentFigures } from "./sessions/resident-figures.js";
export { Session } from "./sessions/session.js";
export { type SessionEndingListener, SessionEndings } from "./sessions/session-endings.js";
export type { LatencyPercentiles } from "./sessions/session-figures.js";
export { SessionManager, type SessionRequest } from "./sessions/session-manager.js";
export { type ReceivedHeaders, spanContextOf, traceparentOf } from "./tracing/trace-headers.js";
export type { Tracing } from "./tracing/tracing.js";
