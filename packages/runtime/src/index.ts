export { EventHub } from "./events/event-hub.js";
export type { IntermediateStep, StepListener, StepType } from "./events/intermediate-step.js";
export type { ApplicationPlan, ComponentPlan, FunctionPlan } from "./plan/application-plan.js";
export { type PlanOptions, type PlanResult, planApplication } from "./plan/plan-application.js";
export type { RunRequest } from "./runs/run-facts.js";
export { Runner, type RunnerState } from "./runs/runner.js";
export { Runtime, type RuntimeOptions, type WorkflowFacts } from "./runtime.js";
export { Session } from "./sessions/session.js";
export { type ResidentFigures, SessionManager } from "./sessions/session-manager.js";
