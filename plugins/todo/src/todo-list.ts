import { z } from "@alcove/plugin-api";

/** One thing to do. `added_at` and `completed_at` are ISO 8601; `completed_at` is there once it is done. */
const todoItemSchema = z.object({
  id: z.number().int().positive(),
  text: z.string(),
  done: z.boolean(),
  added_at: z.string(),
  completed_at: z.string().optional(),
});

/** What is kept for each user: the items in the order in which they were added, and the id the next one gets. */
export const todoStateSchema = z.object({
  next_id: z.number().int().positive(),
  items: z.array(todoItemSchema),
});

/** What every function of the group answers: how it went, and the items it concerns. */
export const todoAnswerSchema = z.object({
  success: z.boolean(),
  message: z.string(),
  items: z.array(todoItemSchema),
});

/** A user's list, as a draft that may be changed in place. */
export type TodoState = z.output<typeof todoStateSchema>;

/** The answer to one call. */
export type TodoAnswer = z.output<typeof todoAnswerSchema>;

type TodoItem = z.output<typeof todoItemSchema>;

/** Adds an item, unless the text is empty or there are `maxItems` already. Ids count up and are never used again. */
export function addItem(state: TodoState, text: string, addedAt: string, maxItems: number): TodoAnswer {
  if (text.trim() === "") {
    return refusal("A text is required");
  }
  if (state.items.length >= maxItems) {
    return refusal(`Maximum items (${maxItems}) reached`);
  }
  const item: TodoItem = { id: state.next_id, text, done: false, added_at: addedAt };
  state.next_id += 1;
  state.items.push(item);
  return { success: true, message: `Added item ${item.id}`, items: [copy(item)] };
}

/** All items, in the order in which they were added. */
export function listItems(state: TodoState): TodoAnswer {
  const open = state.items.filter(({ done }) => !done).length;
  return { success: true, message: `${state.items.length} items, ${open} open`, items: state.items.map(copy) };
}

/** Marks an item as done. One that is done already keeps its time. */
export function completeItem(state: TodoState, id: number, completedAt: string): TodoAnswer {
  const item = state.items.find((candidate) => candidate.id === id);
  if (item === undefined) {
    return refusal(`There is no item ${id}`);
  }
  if (item.done) {
    return { success: true, message: `Item ${id} was completed before`, items: [copy(item)] };
  }
  item.done = true;
  item.completed_at = completedAt;
  return { success: true, message: `Completed item ${id}`, items: [copy(item)] };
}

/** Takes an item off the list, done or not. */
export function removeItem(state: TodoState, id: number): TodoAnswer {
  const index = state.items.findIndex((candidate) => candidate.id === id);
  const [item] = index === -1 ? [] : state.items.splice(index, 1);
  return item === undefined
    ? refusal(`There is no item ${id}`)
    : { success: true, message: `Removed item ${id}`, items: [copy(item)] };
}

function refusal(message: string): TodoAnswer {
  return { success: false, message, items: [] };
}

// What a draft holds dies with the run, and the answer is read after it.
function copy(item: TodoItem): TodoItem {
  return { ...item };
}
