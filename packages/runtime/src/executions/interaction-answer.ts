import { AlcoveError } from "@alcove/plugin-api";
import type { SpanContext } from "@opentelemetry/api";
import type { Prompt, PromptOption } from "./prompt.js";

/** What a person answered: a text, the value of an option, or the values of several. */
export type InteractionAnswer = string | readonly string[];

/** A person's response to a prompt, as a front end passes it on. */
export interface InteractionResponse {
  /** What it says it answers, e.g. `text`; checked against the prompt where it is given. */
  readonly type?: string | undefined;
  /** The answer to a prompt for a text. */
  readonly text?: string | undefined;
  /** The ids or values of the options that were chosen. */
  readonly selected?: readonly string[] | undefined;
  /** The span in which it came, e.g. that of its request. */
  readonly traceParent?: SpanContext | undefined;
}

/** What a response answers to a prompt. @throws INTERACTION_RESPONSE_INVALID */
export function answerOf(prompt: Prompt, response: InteractionResponse): InteractionAnswer {
  const { inputType, isRequired = false } = prompt;
  if (response.type !== undefined && response.type !== inputType) {
    throw invalid(`The prompt is of type ${inputType}, and the response says ${JSON.stringify(response.type)}.`);
  }
  if (inputType === "text") {
    if (response.text === undefined || (isRequired && response.text.trim() === "")) {
      throw invalid("The prompt asks for a text, and the response has none.");
    }
    return response.text;
  }
  const options = prompt.options ?? [];
  const chosen = (response.selected ?? []).map((selected) => optionNamed(options, selected));
  if (inputType === "checkbox") {
    return options.filter((option) => chosen.includes(option)).map(({ value }) => value);
  }
  const [only] = chosen;
  if (only === undefined || chosen.length > 1) {
    throw invalid(`The prompt asks for one of its options, and the response has ${chosen.length}.`);
  }
  return only.value;
}

function optionNamed(options: readonly PromptOption[], name: string): PromptOption {
  const found = options.find(({ id }) => id === name) ?? options.find(({ value }) => value === name);
  if (found === undefined) {
    const known = options.map(({ id, label }) => `${id} (${label})`).join(", ");
    throw invalid(`The prompt has no option ${JSON.stringify(name.slice(0, 100))}. Its options are ${known}.`);
  }
  return found;
}

function invalid(message: string): AlcoveError {
  return new AlcoveError("INTERACTION_RESPONSE_INVALID", message);
}
