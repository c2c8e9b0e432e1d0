import type { MiddlewareTarget } from "@alcove/plugin-api";
import type { FunctionPlan } from "../plan/application-plan.js";

/** What is known of a function before and after it is compiled. */
type KnownFunction = Pick<FunctionPlan, "name" | "schemas"> & {
  readonly component: Pick<FunctionPlan["component"], "type" | "scope">;
};

/** What a middleware is told of the function it is put around. */
export function middlewareTarget({ name, component, schemas }: KnownFunction, isStateful: boolean): MiddlewareTarget {
  return Object.freeze({
    name,
    type: component.type.qualifiedName,
    description: schemas.description,
    scope: component.scope,
    inputSchema: schemas.input,
    outputSchema: schemas.output,
    streamOutputSchema: schemas.streamOutput,
    isIdempotent: schemas.isIdempotent,
    isStateful,
  });
}
