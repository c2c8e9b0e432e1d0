import type { DisconnectPolicy, Scope, z } from "@alcove/plugin-api";
import type { ApplicationPlan, FunctionPlan } from "./application-plan.js";
import { EntryWire } from "./entry-wire.js";
import { type RouteFacts, routeFactsOf } from "./route-facts.js";

/** What a front end needs to know of a function it serves. */
export interface EntryFacts {
  /** The public name of a function that is served on its own, or answers a route, e.g. `notepad`; `undefined` for the workflow. */
  readonly functionName: string | undefined;
  /** What people know it by: the type of the workflow, e.g. `per_user_assistant`, or the function's name. */
  readonly typeName: string;
  /** Whether a call needs a user. */
  readonly scope: Scope;
  /** What becomes of a run whose client has gone. */
  readonly onDisconnect: DisconnectPolicy;
  /** The route of a plugin it answers; `undefined` where it answers none. */
  readonly route: RouteFacts | undefined;
  /** One sentence for people and models. */
  readonly description: string;
  /** The schema of the request body: an object; a plain scalar has become `{ value }`. */
  readonly inputSchema: z.ZodType;
  /** The schema of the reply body; `undefined` when the function only streams. */
  readonly outputSchema: z.ZodType | undefined;
  /** The schema of one streamed chunk; `undefined` when the function cannot stream. */
  readonly streamOutputSchema: z.ZodType | undefined;
  /** The input in a request body. @throws InputInvalidError when the body lacks `value` where it is needed. */
  unwrapInput(body: unknown): unknown;
  /** The reply body for an output. */
  wrapOutput(output: unknown): unknown;
}

/**
 * A function that runs can begin with: the workflow, or one that is served on its own. All entries work in the same room of
 * their user, on the same states, in the same order of turns. An entry belongs to the application and knows of no user.
 */
export class Entry {
  readonly fn: FunctionPlan;
  readonly wire: EntryWire;
  readonly facts: EntryFacts;

  constructor(fn: FunctionPlan) {
    const wire = new EntryWire(fn);
    const { definition } = fn.component;
    const isWorkflow = fn.component.section === "workflow";
    this.fn = fn;
    this.wire = wire;
    this.facts = Object.freeze({
      functionName: isWorkflow ? undefined : fn.name,
      typeName: isWorkflow ? fn.component.type.name : fn.name,
      scope: fn.component.scope,
      onDisconnect: definition.kind === "function" ? definition.onDisconnect : "abort",
      route: routeFactsOf(fn),
      description: fn.schemas.description || fn.component.type.contribution.description,
      inputSchema: wire.inputSchema,
      outputSchema: wire.outputSchema,
      streamOutputSchema: wire.streamOutputSchema,
      unwrapInput: (body: unknown) => wire.unwrapInput(body),
      wrapOutput: (output: unknown) => wire.wrapOutput(output),
    });
  }
}

/** What a front end needs to know of everything that runs can begin with, the workflow first; nothing is built for it. */
export function entryFactsOfPlan({ entries }: ApplicationPlan): readonly EntryFacts[] {
  return entries.map((fn) => new Entry(fn).facts);
}
