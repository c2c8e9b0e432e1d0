import { createHash } from "node:crypto";
import {
  type ChoiceOption,
  type ChoiceQuestion,
  type ConfirmQuestion,
  type MultipleChoiceQuestion,
  type TextQuestion,
  z,
} from "@alcove/plugin-api";

const optionSchema = z.object({
  /** What an answer names it by. */
  id: z.string(),
  label: z.string(),
  value: z.string(),
  description: z.string().optional(),
});

/** What a person is asked, or told, as it is stored and handed to front ends. */
export const promptSchema = z.object({
  inputType: z.enum(["text", "notification", "binary_choice", "radio", "dropdown", "checkbox"]),
  text: z.string(),
  /** How long the question waits, in milliseconds; without it, as long as the session lasts. */
  timeoutMs: z.number().optional(),
  placeholder: z.string().optional(),
  /** Whether an empty text is refused. */
  isRequired: z.boolean().optional(),
  options: z.array(optionSchema).optional(),
});

/** What a person is asked, or told. */
export type Prompt = z.output<typeof promptSchema>;

/** One of the answers a {@link Prompt} offers. */
export type PromptOption = z.output<typeof optionSchema>;

/** The prompt of a question for a text. */
export function textPrompt({ text, placeholder, isRequired = true, timeoutMs }: TextQuestion): Prompt {
  return checked({ inputType: "text", text, placeholder, isRequired, timeoutMs });
}

/** The prompt of a question for yes or no. Its first option is yes. */
export function confirmPrompt({ text, yes = "Yes", no = "No", timeoutMs }: ConfirmQuestion): Prompt {
  const options = [
    { id: "yes", label: yes, value: "yes" },
    { id: "no", label: no, value: "no" },
  ];
  return checked({ inputType: "binary_choice", text, options, timeoutMs });
}

/** The prompt of a choice. @throws TypeError when there is nothing to choose from, or two options have one value. */
export function choicePrompt(question: ChoiceQuestion | MultipleChoiceQuestion): Prompt {
  const { text, style = "radio", timeoutMs } = question;
  const options = question.options.map(promptOption);
  if (options.length === 0 || new Set(options.map(({ value }) => value)).size < options.length) {
    throw new TypeError("A choice needs at least one option, and each a value of its own.");
  }
  return checked({ inputType: style, text, options, timeoutMs });
}

/** What tells people something, and asks nothing. */
export function notificationPrompt(text: string): Prompt {
  return checked({ inputType: "notification", text });
}

/** The same for two prompts that ask the same; how long they wait does not count. */
export function fingerprintOf({ timeoutMs: _, ...asked }: Prompt): string {
  return createHash("sha256").update(JSON.stringify(asked)).digest("hex");
}

function promptOption(option: ChoiceOption, index: number): PromptOption {
  const { value, label, description } = typeof option === "string" ? { value: option } : option;
  return { id: String(index + 1), label: label ?? value, value, ...(description === undefined ? {} : { description }) };
}

// Plugins in JavaScript may pass anything.
function checked(prompt: { [Field in keyof Prompt]: Prompt[Field] | undefined }): Prompt {
  const given = Object.fromEntries(Object.entries(prompt).filter(([, value]) => value !== undefined));
  const parsed = promptSchema.safeParse(given);
  if (!parsed.success) {
    throw new TypeError(`A person cannot be asked that: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}
