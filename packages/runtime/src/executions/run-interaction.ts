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
    this.#ask = ask;
  }

  text(question: TextQuestion): Promise<string> {
    return this.#answer(() => textPrompt(question), String);
  }

  confirm(question: ConfirmQuestion): Promise<boolean> {
    return this.#answer(
      () => confirmPrompt(question),
      (answer) => answer === "yes",
    );
  }

  choice(question: ChoiceQuestion): Promise<string>;
  choice(question: MultipleChoiceQuestion): Promise<string[]>;
  choice(question: ChoiceQuestion | MultipleChoiceQuestion): Promise<string | string[]> {
    return this.#answer<string | string[]>(
      () => choicePrompt(question),
      (answer = []) => (typeof answer === "string" ? answer : [...answer]),
    );
  }

  notify(text: string): Promise<void> {
    return this.#answer(
      () => notificationPrompt(text),
      () => undefined,
    );
  }

  #answer<Result>(
    promptOf: () => Prompt,
    resultOf: (answer: InteractionAnswer | undefined) => Result,
  ): Promise<Result> {
    const asking = async (): Promise<Result> => resultOf(await this.#ask(promptOf()));
    const answered = asking();
    // Whoever forgets a question must not bring the process down when the run is given up.
    answered.catch(() => undefined);
    return answered;
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
