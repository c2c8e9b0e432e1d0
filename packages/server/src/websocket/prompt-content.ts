import type { InteractionResponse, PendingInteraction, Prompt } from "@alcove/runtime";
import { z } from "zod";

const textList = z.array(z.string());

/** The content of a frame that asks a person, in the words of the reference. @param nowMs The time, from which on the seconds that are left count. */
export function promptContent({ prompt, deadlineMs }: PendingInteraction, nowMs: number): object {
  const { inputType, text, placeholder, isRequired, options } = prompt;
  const timeout = deadlineMs === undefined ? null : Math.max(0, Math.ceil((deadlineMs - nowMs) / 1_000));
  return {
    input_type: inputType,
    text,
    timeout,
    error: null,
    ...(inputType === "text" ? { placeholder: placeholder ?? null, required: isRequired ?? false } : {}),
    ...(options === undefined ? {} : { options: options.map((option) => ({ description: null, ...option })) }),
  };
}

/**
 * What a person's text answers: itself, where a text was asked for; else the option whose id or value it is. Several options
 * of a checkbox are a list in JSON.
 */
export function responseOf({ inputType }: Prompt, text: string): InteractionResponse {
  if (inputType === "text") {
    return { text };
  }
  return { selected: inputType === "checkbox" ? (listIn(text) ?? [text]) : [text] };
}

function listIn(text: string): readonly string[] | undefined {
  try {
    return textList.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
