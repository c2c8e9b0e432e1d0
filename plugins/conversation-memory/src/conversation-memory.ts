import { definePerUserFunctionGroup, functionRef, z } from "@alcove/plugin-api";
import { makeRoom, summariserInput, summariserOutput, summaryStateSchema } from "./summaries.js";
import { numberedTurnSchema, recall, search, turnSchema, turnsCollection } from "./turns.js";

const wholeNumber = z.number().int();

const config = z
  .object({
    max_turns: wholeNumber.positive().default(200).describe("How many turns are kept word for word"),
    summarised_at_once: wholeNumber
      .positive()
      .max(1_000)
      .default(50)
      .describe("How many of the oldest become summary at once"),
    max_turn_characters: wholeNumber.positive().default(20_000).describe("How long a turn may be"),
    max_summary_characters: wholeNumber.positive().default(4_000).describe("How long the summary may get"),
    summariser_name: functionRef({
      input: summariserInput,
      output: summariserOutput,
      description: "The function that summarises old turns; their first sentences are kept if left out",
    }).optional(),
  })
  .refine(({ max_turns, summarised_at_once }) => summarised_at_once <= max_turns, {
    path: ["summarised_at_once"],
    error: "expected no more than max_turns",
  });

const pageInput = {
  from: wholeNumber
    .positive()
    .optional()
    .describe("Where to begin, backwards: the `next` of the page before; the newest turn if left out"),
  limit: wholeNumber.min(1).max(100).default(20).describe("How many turns to answer at most"),
};
const pageOutput = {
  turns: z.array(numberedTurnSchema),
  next: wholeNumber.optional().describe("Where the next page begins, if there is one"),
};

/** What was said with the user. The oldest turns become a summary when there are too many. */
export default definePerUserFunctionGroup({
  config,
  functions: {
    append: {
      description: "Adds a turn to the conversation.",
      input: turnSchema.pick({ role: true, content: true }),
      output: z.object({ sequence: wholeNumber, count: wholeNumber.describe("How many turns are kept word for word") }),
    },
    recall: {
      description:
        "The latest turns of the conversation, oldest first, and a summary of those that are not kept any more.",
      input: z.object(pageInput),
      output: z.object({ ...pageOutput, summary: z.string() }),
      idempotent: true,
    },
    search: {
      description: "The turns of the conversation that hold all of some words, newest first.",
      input: z.object({ text: z.string().trim().min(1).max(1_000), ...pageInput }),
      output: z.object(pageOutput),
      idempotent: true,
    },
    forget: {
      description: "Forgets the conversation, its summary included, all but the newest turns.",
      input: z.object({
        keep_last: wholeNumber.nonnegative().default(0).describe("How many of the newest turns to keep"),
      }),
      output: z.object({ forgotten: wholeNumber, count: wholeNumber }),
    },
  },
  state: { version: 1, schema: summaryStateSchema, initial: () => ({ summary: "", summarised: 0 }) },
  collections: { turns: turnsCollection },
  build({ config: rules }) {
    return {
      append: async ({ role, content }, call) => {
        if (content.length > rules.max_turn_characters) {
          throw new RangeError(
            `A turn may have ${rules.max_turn_characters} characters; this one has ${content.length}.`,
          );
        }
        await makeRoom(rules, call);
        const { turns } = call.collections;
        const sequence = turns.append({ role, content, at: new Date(call.clock.nowMs()).toISOString() });
        return { sequence, count: turns.count };
      },
      recall: async (request, { state, collections }) => ({
        ...(await recall(collections.turns, request)),
        summary: state.summary,
      }),
      search: ({ text, ...request }, { collections }) => search(collections.turns, text, request),
      forget: ({ keep_last }, { state, collections: { turns } }) => {
        const before = turns.count + state.summarised;
        turns.truncate({ keepLast: keep_last });
        Object.assign(state, { summary: "", summarised: 0 });
        return { forgotten: before - turns.count, count: turns.count };
      },
    };
  },
});
