import { errorCatalogue } from "@alcove/plugin-api";
import { z } from "zod";
import type { DocumentPart } from "./operation.js";

/** The body of every reply that is an error. */
export const errorSchema = z.object({
  code: z.enum(Object.keys(errorCatalogue)).describe("What went wrong. The codes keep their meaning for ever."),
  message: z.string().describe("What went wrong and how to mend it, for people."),
  details: z.unknown().describe("More about this very error, `null` where there is no more."),
});

/** The body of an error that may be about fields of the request body. */
export const validationErrorSchema = errorSchema.extend({
  detail: z
    .array(
      z.object({
        type: z.string().describe("The rule that is broken, e.g. `string_type`."),
        loc: z.array(z.union([z.string(), z.number()])).describe("The way to the field, beginning with `body`."),
        msg: z.string().describe("The rule in a sentence."),
        input: z.unknown().describe("The offending value."),
        ctx: z.object({ error: z.string() }).optional(),
      }),
    )
    .optional()
    .describe("Every fault of the body, where it is the body that is invalid."),
});

/** Headers of replies. */
export const headers: Readonly<Record<string, DocumentPart>> = {
  "X-Request-Id": {
    description: "The name of the request in the server's log.",
    required: true,
    schema: { type: "string", pattern: "^[A-Za-z0-9._-]{1,128}$" },
  },
  traceresponse: {
    description: "The span of the request, where the server traces requests.",
    schema: { type: "string", pattern: "^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$" },
  },
  "Idempotent-Replayed": {
    description: "Present when the reply was recorded before, and the workflow did not run again.",
    schema: { const: "true" },
  },
  "Retry-After": {
    description: "After how many seconds another attempt may succeed, where waiting helps.",
    schema: { type: "string", pattern: "^[1-9][0-9]*$" },
  },
  "WWW-Authenticate": {
    description: "How to say who the user is.",
    required: true,
    schema: { type: "string" },
  },
};

/** Parameters that several operations take. None has an example: what shows the document would send it, asked or not. */
export const parameters: Readonly<Record<string, DocumentPart>> = {
  "X-Request-Id": {
    name: "X-Request-Id",
    in: "header",
    description:
      "Names the request in the server's log and on its reply. Anything but 1 to 128 letters, digits, dots, dashes and underscores is replaced by a UUID.",
    schema: { type: "string" },
  },
  "Idempotency-Key": {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Makes sure that the request is carried out once, however often it is sent: a retry with the same key and body gets the recorded reply. A UUID will do.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "[^ ]" },
  },
  "conversation-id": runHeader("conversation-id", "The conversation the run belongs to."),
  "workflow-run-id": runHeader("workflow-run-id", "A UUID for the run. Anything else is replaced by one."),
  "workflow-parent-id": runHeader("workflow-parent-id", "The step of the caller that the run belongs to."),
  "workflow-trace-id": runHeader(
    "workflow-trace-id",
    "The trace, as 32 hexadecimal digits, where there is no `traceparent`.",
  ),
  traceparent: runHeader("traceparent", "The caller's span, as W3C Trace Context writes it."),
  tracestate: runHeader("tracestate", "What tracing systems add to `traceparent`."),
};

function runHeader(name: string, description: string): DocumentPart {
  return { name, in: "header", description, schema: { type: "string" } };
}
