import type { MiddlewareTarget } from "@alcove/plugin-api";
import type { FunctionPlan } from "../plan/application-plan.js";

/** What a middleware is told of the function it is put around. */
export function middlewareTarget({ name, component, schemas }: FunctionPlan): MiddlewareTarget {
  return Object.freeze({
    name,
    type: component.type.qualifiedName,
    description: schemas.description,
    scope: component.scope,
    inputSchema: schemas.input,
    outputSchema: schemas.output,
    streamOutputSchema: schemas.streamOutput,
  });
}
