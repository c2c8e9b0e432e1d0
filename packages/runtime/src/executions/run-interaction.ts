import {
  AlcoveError,
  type ChoiceQuestion,
  type ConfirmQuestion,
  type Interaction,
  type MultipleChoiceQuestion,
  type TextQuestion,
} from "@alcove/plugin-api";
import type { InteractionAnswer } from "./interaction-answer.js";
import { choicePrompt, confirmPrompt, notificationPrompt, type Prompt, textPrompt } from "./prompt.js";

/** Puts a prompt to a person and resolves to the answer; or, for a notification, to nothing at once. */
export type Ask = (prompt: Prompt) => Promise<InteractionAnswer | undefined>;

/** What functions ask people with: their questions become prompts, and the answers what the function wants. */
export class RunInteraction implements Interaction {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    // Whoever forgets a question must not bring the process down when the run is given up.
    this.#ask = (prompt) => {
      const asked = ask(prompt);
      asked.catch(() => undefined);
      return asked;
    };
  }

  async text(question: TextQuestion): Promise<string> {
    return String(await this.#ask(textPrompt(question)));
  }

  async confirm(question: ConfirmQuestion): Promise<boolean> {
    return (await this.#ask(confirmPrompt(question))) === "yes";
  }

  choice(question: ChoiceQuestion): Promise<string>;
  choice(question: MultipleChoiceQuestion): Promise<string[]>;
  async choice(question: ChoiceQuestion | MultipleChoiceQuestion): Promise<string | string[]> {
    const answer = (await this.#ask(choicePrompt(question))) ?? [];
    return typeof answer === "string" ? answer : [...answer];
  }

  async notify(text: string): Promise<void> {
    await this.#ask(notificationPrompt(text));
  }
}

/** For runs whose caller can hand no question on. Nothing in it belongs to a run, so that all of them share it. */
export const refusedInteraction: Interaction = Object.freeze(
  new RunInteraction(async () => {
    throw new AlcoveError(
      "INTERACTION_UNSUPPORTED",
      "The workflow wanted to ask a person something, and this call has no way to. Call the workflow on its own path (/v1/workflow unless configured), as a job, or over the WebSocket, without an idempotency key.",
    );
  }),
);
