import { type Collection, type FunctionHandle, type PerUserCallContext, z } from "@alcove/plugin-api";
import { plainSummary } from "./plain-summary.js";
import { cut } from "./text-length.js";
import { type Turn, turnSchema } from "./turns.js";

/** What a summariser is given: the summary so far, and the turns that follow it, oldest first. */
export const summariserInput = z.object({
  summary: z.string(),
  turns: z.array(turnSchema),
  max_characters: z.number().int().positive(),
});

/** What a summariser answers: the summary of both. What is longer than `max_characters` is cut. */
export const summariserOutput = z.object({ summary: z.string() });

/** A summary of all turns that have left the collection, and how many those are. */
export const summaryStateSchema = z.object({ summary: z.string(), summarised: z.number().int().nonnegative() });

/** A user's summary, as a draft that may be changed in place. */
export type SummaryState = z.output<typeof summaryStateSchema>;

type Summariser = FunctionHandle<z.input<typeof summariserInput>, z.output<typeof summariserOutput>>;

/** What is summarised when, and by whom. */
export interface SummaryRules {
  /** How many turns may be kept word for word. */
  readonly max_turns: number;
  /** How many of the oldest become summary at once. */
  readonly summarised_at_once: number;
  /** How long the summary may get. */
  readonly max_summary_characters: number;
  /** Who makes it; {@link plainSummary} if left out. */
  readonly summariser_name?: Summariser | undefined;
}

/**
 * Makes room for one more turn: where there are as many as may be kept, the oldest are put into the summary. Nothing is changed before
 * the summary is there.
 *
 * @throws what the summariser throws.
 */
export async function makeRoom(
  { max_turns, summarised_at_once, max_summary_characters, summariser_name }: SummaryRules,
  call: PerUserCallContext<SummaryState, { turns: typeof turnSchema }>,
): Promise<void> {
  const { state, collections } = call;
  const turns: Collection<Turn> = collections.turns;
  if (turns.count < max_turns) {
    return;
  }
  const { items } = await turns.page({ direction: "forward", limit: summarised_at_once });
  const old = { summary: state.summary, turns: items.map(({ item }) => item), max_characters: max_summary_characters };
  const { summary } =
    summariser_name === undefined ? { summary: plainSummary(old) } : await summariser_name.invoke(old, call);
  state.summary = cut(summary, max_summary_characters);
  state.summarised += items.length;
  turns.truncate({ keepLast: turns.count - items.length });
}
