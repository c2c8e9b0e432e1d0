import { InputInvalidError, type z } from "@alcove/plugin-api";
import type { FunctionPlan } from "./application-plan.js";
import { isObjectSchema, wireSchema } from "./wire-schema.js";

/** How an entry's input and output look as request and reply bodies: always JSON objects. */
export class EntryWire {
  readonly inputSchema: z.ZodType;
  readonly outputSchema: z.ZodType | undefined;
  readonly streamOutputSchema: z.ZodType | undefined;
  readonly #isInputWrapped: boolean;
  readonly #isOutputWrapped: boolean;
  readonly #name: string;

  constructor({ name, schemas, component }: FunctionPlan) {
    const { input, output, streamOutput } = schemas;
    this.#name = component.section === "workflow" ? component.type.name : name;
    this.#isInputWrapped = !isObjectSchema(input, "input");
    this.#isOutputWrapped = output !== undefined && !isObjectSchema(output, "output");
    this.inputSchema = wireSchema(input, "input");
    this.outputSchema = output && wireSchema(output, "output");
    this.streamOutputSchema = streamOutput && wireSchema(streamOutput, "output");
  }

  /** The input in a request body. @throws InputInvalidError when the body lacks `value` where it is needed. */
  unwrapInput(body: unknown): unknown {
    if (!this.#isInputWrapped) {
      return body;
    }
    if (typeof body !== "object" || body === null || !Object.hasOwn(body, "value")) {
      throw new InputInvalidError(this.#name, [
        { path: ["value"], kind: "invalid_type", message: 'The body has to be an object with the field "value".' },
      ]);
    }
    return (body as { value: unknown }).value;
  }

  /** The reply body for an output. */
  wrapOutput(output: unknown): unknown {
    return this.#isOutputWrapped ? { value: output } : output;
  }

  /**
   * The JSON text of one chunk of a streamed reply: `{ "value": text }`, with the JSON of what is no text itself. An object
   * that has a field `value` is such a chunk already.
   */
  chunkText(chunk: unknown): string {
    if (typeof chunk === "object" && chunk !== null && !Array.isArray(chunk) && Object.hasOwn(chunk, "value")) {
      return JSON.stringify(chunk);
    }
    return JSON.stringify({ value: typeof chunk === "string" ? chunk : (JSON.stringify(chunk) ?? "null") });
  }
}
