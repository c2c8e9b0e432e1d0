/** What every question to a person may say. */
interface QuestionOptions {
  /**
   * How long to wait for the answer, in milliseconds; without it, as long as the user's session lasts. Who is late finds
   * the question gone, and the function gets `INTERACTION_TIMED_OUT`, which it may catch.
   */
  readonly timeoutMs?: number;
}

/** A question that is answered with a text. */
export interface TextQuestion extends QuestionOptions {
  /** The question, for people. */
  readonly text: string;
  /** What an empty input field shows. */
  readonly placeholder?: string;
  /** Whether an empty answer is refused; it is unless this is `false`. */
  readonly isRequired?: boolean;
}

/** A question that is answered with yes or no. */
export interface ConfirmQuestion extends QuestionOptions {
  /** The question, for people. */
  readonly text: string;
  /** The label of yes; `Yes` if left out. */
  readonly yes?: string;
  /** The label of no; `No` if left out. */
  readonly no?: string;
}

/** One of the answers to choose from. A plain text is value and label at once. */
export type ChoiceOption =
  | string
  | {
      /** What the function gets when it is chosen; unique in its question. */
      readonly value: string;
      /** What people see; the value if left out. */
      readonly label?: string;
      /** A sentence more about it. */
      readonly description?: string;
    };

/** A question that is answered by choosing. */
export interface ChoiceQuestion extends QuestionOptions {
  /** The question, for people. */
  readonly text: string;
  /** What there is to choose from; at least one. */
  readonly options: readonly ChoiceOption[];
  /** How clients show it: one of `radio` (if left out) and `dropdown`. */
  readonly style?: "radio" | "dropdown";
}

/** A question that is answered by choosing any number of answers. */
export interface MultipleChoiceQuestion extends Omit<ChoiceQuestion, "style"> {
  /** Shown as checkboxes. */
  readonly style: "checkbox";
}

/**
 * The person a run is for. A function asks, and goes on when the answer is there: seconds or hours later. Meanwhile the
 * user's other calls are served, and nothing the run has changed is stored before its end. If one of those calls
 * has changed the session in between, the run cannot go on: where the workflow is declared `resumable` it begins again, on
 * the new state, with the answers it got before, else it fails with `SESSION_CHANGED`.
 *
 * Every method rejects with `INTERACTION_UNSUPPORTED` where nobody can be asked, e.g. on `/generate`. A function must
 * let go of what it asked when the run is aborted, as of everything else.
 */
export interface Interaction {
  /** Asks for a text. */
  text(question: TextQuestion): Promise<string>;
  /** Asks for yes or no. */
  confirm(question: ConfirmQuestion): Promise<boolean>;
  /** Asks to choose. Resolves to the value of the option chosen, or to those of all, in the order of the options. */
  choice(question: ChoiceQuestion): Promise<string>;
  choice(question: MultipleChoiceQuestion): Promise<string[]>;
  /** Tells the person something, and waits for nothing. Whoever does not listen at the moment misses it. */
  notify(text: string): Promise<void>;
}
