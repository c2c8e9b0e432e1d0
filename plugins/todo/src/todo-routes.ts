import {
  type CallContext,
  definePerUserHttpRoutes,
  type FunctionGroupHandle,
  functionGroupRef,
  ResourceConflictError,
  ResourceNotFoundError,
  z,
} from "@alcove/plugin-api";
import { momentSchema, type TodoAnswer, todoAnswerSchema } from "./todo-list.js";

const itemSchema = todoAnswerSchema.shape.items.element;
const params = z.object({ id: z.coerce.number().int().min(1).max(1_000_000_000).describe("Id of the item") });

/** The user's to-do list as a resource, for pages and programs that have no use for commands. */
export default definePerUserHttpRoutes({
  config: z.object({ todo_name: functionGroupRef({ default: "todo", description: "The to-do list to use" }) }),
  routes: {
    "GET /items": {
      description: "List the items in the order in which they were added",
      query: z.object({
        limit: z.coerce.number().int().min(1).max(1_000).default(100).describe("How many items at most"),
      }),
      output: z.object({ items: z.array(itemSchema) }),
    },
    "POST /items": {
      description: "Add an item",
      body: z.object({
        text: z.string().regex(/\S/, "expected some text").describe("What is to be done"),
        due_at: momentSchema.optional().describe("By when, as ISO 8601 with offset"),
      }),
      output: itemSchema,
      status: 201,
    },
    "PUT /items/{id}/completion": { description: "Mark an item as done", params, output: itemSchema },
    "DELETE /items/{id}": { description: "Take an item off the list", params },
  },
  build: ({ config: { todo_name: todo } }) => ({
    "GET /items": async ({ query }, call) => {
      const { items } = await ask(todo, "list", {}, call);
      return { items: items.slice(0, query.limit) };
    },
    "POST /items": async ({ body }, call) => {
      const { items, message } = await ask(todo, "add", body, call);
      return items[0] ?? refuse(new ResourceConflictError(message));
    },
    "PUT /items/{id}/completion": async ({ params: { id } }, call) => {
      const { items, message } = await ask(todo, "complete", { id }, call);
      return items[0] ?? refuse(new ResourceNotFoundError(message));
    },
    "DELETE /items/{id}": async ({ params: { id } }, call) => {
      const { success, message } = await ask(todo, "remove", { id }, call);
      return success ? undefined : refuse(new ResourceNotFoundError(message));
    },
  }),
});

function refuse(error: Error): never {
  throw error;
}

async function ask(todo: FunctionGroupHandle, member: string, input: unknown, call: CallContext): Promise<TodoAnswer> {
  const handle = todo.functions[member];
  if (handle === undefined) {
    // The group's include or exclude may have taken the member away.
    throw new ResourceNotFoundError(`The to-do list ${todo.name} does not offer '${member}'`);
  }
  return todoAnswerSchema.parse(await handle.invoke(input, call));
}
