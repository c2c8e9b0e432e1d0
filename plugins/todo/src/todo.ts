import { type CallContext, definePerUserFunctionGroup, migrateFrom, z } from "@alcove/plugin-api";
import {
  addItem,
  completeItem,
  dueItems,
  firstTodoStateSchema,
  listItems,
  momentSchema,
  removeItem,
  scheduleItem,
  todoAnswerSchema,
  todoStateSchema,
} from "./todo-list.js";

const itemId = z.number().int().positive().describe("Id of the item");
const happenedAt = momentSchema.optional().describe("When it happened, as ISO 8601 with offset; now if left out");

/** A to-do list of the user's own. The functions share one list. */
export default definePerUserFunctionGroup({
  config: z.object({
    max_items: z.number().int().positive().default(100).describe("How many items a user may keep"),
  }),
  functions: {
    add: {
      description: "Adds an item to the user's to-do list.",
      input: z.object({
        text: z.string().describe("What is to be done"),
        due_at: momentSchema.optional().describe("By when, as ISO 8601 with offset"),
        at: happenedAt,
      }),
      output: todoAnswerSchema,
    },
    list: {
      description: "Lists the items of the user's to-do list.",
      input: z.object({}),
      output: todoAnswerSchema,
    },
    due: {
      description: "Lists the open items of the user's to-do list that are due, the most urgent first.",
      input: z.object({
        by: momentSchema.optional().describe("Due by when, as ISO 8601 with offset; by now if left out"),
      }),
      output: todoAnswerSchema,
    },
    schedule: {
      description: "Says by when an item of the user's to-do list is to be done.",
      input: z.object({
        id: itemId,
        due_at: momentSchema.optional().describe("By when, as ISO 8601 with offset; left out, it is not due any more"),
      }),
      output: todoAnswerSchema,
    },
    complete: {
      description: "Marks an item of the user's to-do list as done.",
      input: z.object({ id: itemId, at: happenedAt }),
      output: todoAnswerSchema,
    },
    remove: {
      description: "Takes an item off the user's to-do list.",
      input: z.object({ id: itemId }),
      output: todoAnswerSchema,
    },
  },
  state: {
    version: 2,
    schema: todoStateSchema,
    initial: () => ({ next_id: 1, items: [] }),
    migrations: {
      // Items without due times are as they were. The number keeps releases that know no due times from dropping them.
      2: migrateFrom(firstTodoStateSchema, (state) => state),
    },
  },
  build({ config }) {
    return {
      add: ({ text, at, due_at }, call) =>
        addItem(call.state, { text, addedAt: at ?? now(call), dueAt: due_at }, config.max_items),
      list: (_input, { state }) => listItems(state),
      due: ({ by }, call) => dueItems(call.state, by ?? now(call)),
      schedule: ({ id, due_at }, { state }) => scheduleItem(state, id, due_at),
      complete: ({ id, at }, call) => completeItem(call.state, id, at ?? now(call)),
      remove: ({ id }, { state }) => removeItem(state, id),
    };
  },
});

function now({ clock }: CallContext): string {
  return new Date(clock.nowMs()).toISOString();
}
