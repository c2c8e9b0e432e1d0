import { type CallContext, definePerUserFunctionGroup, z } from "@alcove/plugin-api";
import { addItem, completeItem, listItems, removeItem, todoAnswerSchema, todoStateSchema } from "./todo-list.js";

const itemId = z.number().int().positive().describe("Id of the item");
const moment = z.string().optional().describe("When it happened, as ISO 8601; now if left out");

/** A to-do list of the user's own. The functions share one list. */
export default definePerUserFunctionGroup({
  config: z.object({
    max_items: z.number().int().positive().default(100).describe("How many items a user may keep"),
  }),
  functions: {
    add: {
      description: "Adds an item to the user's to-do list.",
      input: z.object({ text: z.string().describe("What is to be done"), at: moment }),
      output: todoAnswerSchema,
    },
    list: {
      description: "Lists the items of the user's to-do list.",
      input: z.object({}),
      output: todoAnswerSchema,
    },
    complete: {
      description: "Marks an item of the user's to-do list as done.",
      input: z.object({ id: itemId, at: moment }),
      output: todoAnswerSchema,
    },
    remove: {
      description: "Takes an item off the user's to-do list.",
      input: z.object({ id: itemId }),
      output: todoAnswerSchema,
    },
  },
  state: {
    version: 1,
    schema: todoStateSchema,
    initial: () => ({ next_id: 1, items: [] }),
  },
  build({ config }) {
    return {
      add: ({ text, at }, call) => addItem(call.state, text, at ?? now(call), config.max_items),
      list: (_input, { state }) => listItems(state),
      complete: ({ id, at }, call) => completeItem(call.state, id, at ?? now(call)),
      remove: ({ id }, { state }) => removeItem(state, id),
    };
  },
});

function now({ clock }: CallContext): string {
  return new Date(clock.nowMs()).toISOString();
}
