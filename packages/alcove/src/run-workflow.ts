import { AlcoveError, z } from "@alcove/plugin-api";
import type { Runtime } from "@alcove/runtime";
import { payloadFields } from "./payload-description.js";

/**
 * Runs the workflow in a user's session on an input as somebody types it: JSON, or text where it is not JSON. Resolves to
 * the JSON text of the reply, once it is durable.
 *
 * @throws INPUT_INVALID; whatever `Runner.reply` throws.
 */
export async function runWorkflow(
  { workflow, sessions }: Runtime,
  userId: string,
  input: string,
  signal?: AbortSignal,
): Promise<string> {
  const body = bodyOf(input, workflow.inputSchema);
  const session = sessions.session({ userId });
  try {
    const runner = session.run(workflow.unwrapInput(body));
    signal?.addEventListener("abort", () => runner.abort());
    if (signal?.aborted === true) {
      runner.abort();
    }
    return (await runner.reply()).body;
  } finally {
    session.close();
  }
}

/** What a server would be sent: an object as it is, anything else as the `value` of a workflow that takes just that. */
function bodyOf(text: string, inputSchema: z.ZodType): unknown {
  const input = jsonOrText(text);
  if (typeof input === "object" && input !== null && !Array.isArray(input)) {
    return input;
  }
  const fields = payloadFields(inputSchema).map(({ name }) => name);
  if (!fields.includes("value")) {
    const message = `The workflow takes a JSON object (${fields.join(", ")}), and --input is ${JSON.stringify(text)}.`;
    throw new AlcoveError("INPUT_INVALID", message);
  }
  return { value: input };
}

function jsonOrText(text: string): unknown {
  try {
    return z.unknown().parse(JSON.parse(text));
  } catch {
    return text;
  }
}
