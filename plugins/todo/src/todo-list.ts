import { z } from "@alcove/plugin-api";

const itemFields = {
  id: z.number().int().positive(),
  text: z.string(),
  done: z.boolean(),
  added_at: z.string(),
  completed_at: z.string().exactOptional(),
};

/** A moment that can be compared with others: ISO 8601 with its offset, or `Z`. */
export const momentSchema = z.iso.datetime({
  offset: true,
  error: ({ input }) =>
    `expected a date and time with its offset, such as 2026-12-24T18:00:00+01:00 or 2026-12-24T17:00:00Z, found ${JSON.stringify(input)}`,
});

/**
 * One thing to do. `completed_at` is there once it is done, `due_at` where somebody has said by when it is to be done. Times are
 * ISO 8601 with offset; lists of old may hold other texts for when items were added and completed, and are read all the same.
 */
const todoItemSchema = z.object({ ...itemFields, due_at: momentSchema.exactOptional() });

/** The state before items had due times. */
export const firstTodoStateSchema = z.object({
  next_id: z.number().int().positive(),
  items: z.array(z.object(itemFields)),
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

/** What an item begins with. */
export interface NewItem {
  /** What is to be done. */
  readonly text: string;
  /** When it is added, as ISO 8601. */
  readonly addedAt: string;
  /** By when it is to be done, as ISO 8601 with offset. */
  readonly dueAt?: string | undefined;
}

/** Adds an item, unless the text is empty or there are `maxItems` already. Ids count up and are never used again. */
export function addItem(state: TodoState, { text, addedAt, dueAt }: NewItem, maxItems: number): TodoAnswer {
  if (text.trim() === "") {
    return refusal("A text is required");
  }
  if (state.items.length >= maxItems) {
    return refusal(`Maximum items (${maxItems}) reached`);
  }
  const item: TodoItem = { id: state.next_id, text, done: false, added_at: addedAt, ...dueField(dueAt) };
  state.next_id += 1;
  state.items.push(item);
  return { success: true, message: `Added item ${item.id}`, items: [copy(item)] };
}

/** All items, in the order in which they were added. */
export function listItems(state: TodoState): TodoAnswer {
  const open = state.items.filter(({ done }) => !done).length;
  return { success: true, message: `${state.items.length} items, ${open} open`, items: state.items.map(copy) };
}

/** The open items that are due by a moment, the most urgent first. */
export function dueItems(state: TodoState, by: string): TodoAnswer {
  const byMs = Date.parse(by);
  const items = state.items
    .flatMap((item) => (item.done || item.due_at === undefined ? [] : [{ item, dueMs: Date.parse(item.due_at) }]))
    .filter(({ dueMs }) => dueMs <= byMs)
    .sort((one, other) => one.dueMs - other.dueMs)
    .map(({ item }) => copy(item));
  return { success: true, message: `${items.length} items due by ${by}`, items };
}

/** Says by when an item is to be done; without a moment, that it may take as long as it likes. */
export function scheduleItem(state: TodoState, id: number, dueAt: string | undefined): TodoAnswer {
  const item = state.items.find((candidate) => candidate.id === id);
  if (item === undefined) {
    return refusal(`There is no item ${id}`);
  }
  delete item.due_at;
  Object.assign(item, dueField(dueAt));
  const message = dueAt === undefined ? `Item ${id} is not due any more` : `Item ${id} is due at ${dueAt}`;
  return { success: true, message, items: [copy(item)] };
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

function dueField(dueAt: string | undefined): Pick<TodoItem, "due_at"> {
  return dueAt === undefined ? {} : { due_at: dueAt };
}

// What a draft holds dies with the run, and the answer is read after it.
function copy(item: TodoItem): TodoItem {
  return { ...item };
}
