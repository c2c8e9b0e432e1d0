import { defineMiddleware, InputInvalidError, OutputInvalidError, type SchemaFault, z } from "@alcove/plugin-api";
import { schemaFaults } from "../../runs/schema-check.js";

/** A JSON Schema, as a schema that can check. */
function jsonSchema() {
  return z.unknown().transform((value, context) => {
    try {
      return z.fromJSONSchema(z.record(z.string(), z.unknown()).parse(value));
    } catch (error) {
      const message = `must be a JSON Schema (${error instanceof z.ZodError ? "a mapping" : String(error)})`;
      context.issues.push({ code: "custom", message, input: value });
      return z.NEVER;
    }
  });
}

/**
 * Holds the calls of a function to JSON Schemas of the configuration, which may be stricter than its own. What they accept
 * goes on unchanged. Keeps nothing between calls, so that there is nothing of one user another one could meet.
 */
export const validateMiddleware = defineMiddleware({
  config: z.object({
    input: jsonSchema().optional(),
    output: jsonSchema().optional(),
    chunk: jsonSchema().optional(),
  }),
  unsuitable(target, { input, output, chunk }) {
    if (input === undefined && output === undefined && chunk === undefined) {
      return "it has nothing to check; give it input, output or chunk, each a JSON Schema";
    }
    if (output !== undefined && target.outputSchema === undefined) {
      return "the function only streams: check each chunk, and not the output";
    }
    return chunk !== undefined && target.streamOutputSchema === undefined
      ? "the function does not stream: check the output, and not chunks"
      : undefined;
  },
  build: ({ config: { input: inputSchema, output: outputSchema, chunk: chunkSchema } }) => ({
    async invoke(input, { target }, next) {
      check(inputSchema, input, (faults) => new InputInvalidError(target.name, faults));
      const output = await next();
      check(outputSchema, output, (faults) => new OutputInvalidError(target.name, faults));
      return output;
    },
    async *stream(input, { target }, next) {
      check(inputSchema, input, (faults) => new InputInvalidError(target.name, faults));
      for await (const chunk of next()) {
        check(chunkSchema, chunk, (faults) => new OutputInvalidError(target.name, faults));
        yield chunk;
      }
    },
  }),
});

function check(schema: z.ZodType | undefined, value: unknown, errorOf: (faults: SchemaFault[]) => Error): void {
  const parsed = schema?.safeParse(value);
  if (parsed?.success === false) {
    throw errorOf(schemaFaults(parsed.error));
  }
}
