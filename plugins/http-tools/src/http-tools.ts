import { defineFunctionGroup, z } from "@alcove/plugin-api";
import { follow } from "./follow.js";
import { httpToolsConfig, policyOf } from "./policy.js";
import { httpAnswerSchema } from "./response.js";

const url = z.url({ protocol: /^https?$/ }).describe("An http or https URL of an allowed origin");
const headers = z
  .record(z.string(), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, "expected the value of a header"))
  .default({})
  .describe("Headers of the request");

/** HTTP requests to the origins the configuration allows. Nothing of the user who asks goes along. */
export default defineFunctionGroup({
  config: httpToolsConfig,
  functions: {
    fetch: {
      description: "Reads what is at a URL.",
      input: z.object({ url, method: z.enum(["GET", "HEAD"]).default("GET"), headers }),
      output: httpAnswerSchema,
      idempotent: true,
    },
    send: {
      description: "Sends something to a URL.",
      input: z.object({
        url,
        method: z.enum(["POST", "PUT", "PATCH", "DELETE"]).default("POST"),
        headers,
        body: z.string().optional().describe("The body of the request, as text"),
      }),
      output: httpAnswerSchema,
    },
  },
  build({ config }) {
    const policy = policyOf(config);
    return {
      fetch: (input, call) => follow(policy, input, call),
      send: (input, call) => follow(policy, input, call),
    };
  },
});
