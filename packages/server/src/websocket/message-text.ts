import type { AlcoveError } from "@alcove/plugin-api";
import { parseJsonText } from "../body/json-text.js";
import { RequestError } from "../errors/request-error.js";
import type { ServedApplication } from "../served-application.js";
import { lastUserText, type UserMessage } from "./client-frames.js";

/**
 * The input of the workflow in a message: the text the user said last. A workflow that takes a text gets it as it is; for
 * any other the text is the JSON of the body that `POST /generate` takes.
 *
 * @throws RequestError invalid_user_message_content
 */
export function inputOf(message: UserMessage, { workflow }: Pick<ServedApplication, "workflow">): unknown {
  const text = lastUserText(message);
  if (text === undefined) {
    throw new RequestError(
      "invalid_user_message_content",
      "The message has no text of the user: content.messages needs one with the role user and a part of the type text.",
    );
  }
  return takesText(text, workflow) ? workflow.unwrapInput({ value: text }) : workflow.unwrapInput(bodyIn(text));
}

function takesText(text: string, { inputSchema, unwrapInput }: ServedApplication["workflow"]): boolean {
  // A body whose value comes out is a wrapped one: for a workflow that takes objects the body is the input itself.
  const probe = { value: text };
  return unwrapInput(probe) === text && inputSchema.safeParse(probe).success;
}

function bodyIn(text: string): unknown {
  try {
    const value = parseJsonText(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value;
    }
  } catch (cause) {
    throw notABody(`it is no JSON (${(cause as SyntaxError).message})`, cause);
  }
  throw notABody("it is JSON, and no object");
}

function notABody(why: string, cause?: unknown): AlcoveError {
  return new RequestError(
    "invalid_user_message_content",
    `The text of the user's message has to be the JSON object that POST /generate takes, and ${why}.`,
    { cause },
  );
}

/**
 * The text of a result that comes as the JSON text of a reply's body or chunk: what is in `{ "value": … }`, else the JSON
 * itself.
 */
export function textOfResult(jsonText: string): string {
  const value: unknown = JSON.parse(jsonText);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const [[key, only] = [], ...others] = isObject ? Object.entries(value) : [];
  if (key !== "value" || others.length > 0) {
    return jsonText;
  }
  return typeof only === "string" ? only : JSON.stringify(only);
}
