import type { z } from "zod";
import type { BuiltFunction, FunctionSchemas } from "./definition.js";

/**
 * Brings what a `build` returned (a plain function, or an object of both) into the one form the engine calls.
 *
 * @throws TypeError when the returned value does not fit the declared schemas.
 */
export function builtFunction(
  name: string,
  schemas: { readonly output: z.ZodType | undefined; readonly streamOutput: z.ZodType | undefined },
  implementation: unknown,
): BuiltFunction {
  const isBoth = schemas.output !== undefined && schemas.streamOutput !== undefined;
  if (!isBoth) {
    if (!isCallable(implementation)) {
      throw new TypeError(`build of ${name} has to return a function, and returned ${describe(implementation)}.`);
    }
    return schemas.output === undefined
      ? { invoke: undefined, stream: implementation }
      : { invoke: implementation, stream: undefined };
  }
  const { invoke, stream } = (implementation ?? {}) as { invoke?: unknown; stream?: unknown };
  if (!isCallable(invoke) || !isCallable(stream)) {
    throw new TypeError(
      `build of ${name} has to return { invoke, stream }, because it declares output and streamOutput.`,
    );
  }
  return { invoke, stream };
}

/**
 * The same for what `build` returned for several functions, by their names there.
 *
 * @param fullName What people know a function by.
 * @throws TypeError as {@link builtFunction}.
 */
export function builtFunctions(
  schemas: Readonly<Record<string, FunctionSchemas>>,
  implementations: unknown,
  fullName: (name: string) => string,
): Record<string, BuiltFunction> {
  const given = (implementations ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      // Own members only: what every object inherits, such as toString, is nobody's implementation.
      builtFunction(fullName(name), schema, Object.hasOwn(given, name) ? given[name] : undefined),
    ]),
  );
}

// The input is validated by the declared schema before every call, which is what makes this signature true.
type EngineCallable = (input: never, call: unknown) => never;

function isCallable(value: unknown): value is EngineCallable {
  return typeof value === "function";
}

function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
