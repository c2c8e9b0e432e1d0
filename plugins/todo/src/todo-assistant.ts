import {
  type CallContext,
  definePerUserFunction,
  type FunctionGroupHandle,
  functionGroupRef,
  functionRef,
  z,
} from "@alcove/plugin-api";
import { momentSchema, type TodoAnswer, todoAnswerSchema } from "./todo-list.js";

const commands = "'add', 'list', 'due', 'schedule', 'complete', or 'remove'";

const todoAssistantConfig = z.object({
  todo_name: functionGroupRef({ default: "todo", description: "The to-do list to use" }),
  current_datetime_name: functionRef({
    input: z.object({}),
    output: z.object({ datetime: z.string() }),
    default: "current_datetime",
    description: "The function that tells the time, to stamp items with",
  }),
});

const todoAssistantInput = z.object({
  command: z.string().describe(`Command to execute: ${commands}`),
  text: z.string().default("").describe("What is to be done, for 'add'"),
  id: z.number().int().positive().optional().describe("Id of the item, for 'schedule', 'complete' and 'remove'"),
  due_at: momentSchema
    .optional()
    .describe("By when it is to be done, as ISO 8601 with offset, for 'add' and 'schedule'; up to when, for 'due'"),
});

type TodoAssistantConfig = z.output<typeof todoAssistantConfig>;
type TodoAssistantInput = z.output<typeof todoAssistantInput>;

/** A workflow around a to-do list: one command a call; items carry the time at which they were added and completed. */
export default definePerUserFunction({
  description: "A to-do list of the user's own: add, list, schedule, complete and remove items.",
  config: todoAssistantConfig,
  input: todoAssistantInput,
  output: todoAnswerSchema,
  build({ config }) {
    return (input, call) => execute(config, input, call);
  },
});

async function execute(
  config: TodoAssistantConfig,
  { command, text, id, due_at }: TodoAssistantInput,
  call: CallContext,
): Promise<TodoAnswer> {
  const ask = (member: string, input: Readonly<Record<string, unknown>>) =>
    askTodo(config.todo_name, member, input, call);
  switch (command.toLowerCase()) {
    case "add":
      return ask("add", { text, due_at, at: await stamp(config, call) });
    case "list":
      return ask("list", {});
    case "due":
      return ask("due", { by: due_at ?? (await stamp(config, call)) });
    case "schedule":
      return id === undefined ? missingId("schedule") : ask("schedule", { id, due_at });
    case "complete":
      return id === undefined ? missingId("complete") : ask("complete", { id, at: await stamp(config, call) });
    case "remove":
      return id === undefined ? missingId("remove") : ask("remove", { id });
    default:
      return refusal(`Unknown command: ${command}. Use ${commands}`);
  }
}

async function stamp(config: TodoAssistantConfig, call: CallContext): Promise<string> {
  const { datetime } = await config.current_datetime_name.invoke({}, call);
  return datetime;
}

async function askTodo(
  todo: FunctionGroupHandle,
  member: string,
  input: unknown,
  call: CallContext,
): Promise<TodoAnswer> {
  const handle = todo.functions[member];
  // The group's include or exclude may have taken the member away.
  return handle === undefined
    ? refusal(`The to-do list ${todo.name} does not offer '${member}'`)
    : todoAnswerSchema.parse(await handle.invoke(input, call));
}

function missingId(command: string): TodoAnswer {
  return refusal(`An id is required for '${command}'`);
}

function refusal(message: string): TodoAnswer {
  return { success: false, message, items: [] };
}
