import { definePerUserFunction, type FunctionHandle, functionGroupRef, functionRef, z } from "@alcove/plugin-api";
import type { InCodePlugin } from "./in-code-plugin.js";

/** The `_type` of the workflow that stands in where a configuration names none. */
export const callerType = "alcove_test_caller";

/** What the caller takes: which function to call and with what, and whether the run is to fail after that. */
export const callerInput = z.object({ function: z.string(), input: z.unknown(), fails: z.boolean().default(false) });

/** What a run that was asked to fail ends with. */
const askedToFail = "The run was asked to fail after the call.";

/** Calls any function of the configuration by its public name; what only streams yields the list of its chunks. */
const caller = definePerUserFunction({
  config: z.object({
    functions: z.array(functionRef()).default([]),
    function_groups: z.array(functionGroupRef()).default([]),
  }),
  input: callerInput,
  output: z.unknown(),
  build({ config }) {
    const members = config.function_groups.flatMap((group) => Object.values(group.functions));
    const handles = new Map([...config.functions, ...members].map((handle) => [handle.name, handle]));
    return async ({ function: name, input, fails }, call) => {
      const handle = handles.get(name);
      if (handle === undefined) {
        const known = [...handles.keys()].join(", ") || "none";
        throw new RangeError(`There is no function ${name} in the configuration; there are: ${known}.`);
      }
      const output = await (handle.outputSchema === undefined
        ? chunksOf(handle.stream(input, call))
        : handle.invoke(input, call));
      if (fails) {
        throw new RangeError(askedToFail);
      }
      return output;
    };
  },
});

/** The plugin of the workflow that stands in. */
export const callerPlugin: InCodePlugin = { id: "alcove-test-kit", functions: { [callerType]: caller } };

async function chunksOf(stream: ReturnType<FunctionHandle["stream"]>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return chunks;
}
