import { z } from "@alcove/plugin-api";
import { httpAnswerSchema } from "./response.js";

const url = z.url({ protocol: /^https?$/ }).describe("An http or https URL of an allowed origin");
const headers = z
  .record(z.string(), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, "expected the value of a header"))
  .default({})
  .describe("Headers of the request");

/** The functions of both groups, the shared one and the user's own. */
export const members = {
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
};
