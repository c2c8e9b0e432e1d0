import { definePerUserFunction, functionRef, type PerUserCallContext, z } from "@alcove/plugin-api";
import { notepadInput, notepadOutput } from "./notepad.js";
import { preferencesInput, preferencesOutput } from "./preferences.js";
import { textMapSchema } from "./text-map.js";

const commandsExecuted = z.number().int().nonnegative();

const assistantConfig = z.object({
  notepad_name: functionRef({
    input: notepadInput,
    output: notepadOutput,
    default: "notepad",
    description: "The notepad to use",
  }),
  preferences_name: functionRef({
    input: preferencesInput,
    output: preferencesOutput,
    default: "preferences",
    description: "The preferences to use",
  }),
});

const assistantInput = z.object({
  command: z.string().describe("Command to execute: 'note', 'pref', 'stats', or 'help'"),
  action: z.string().default("").describe("Action for the command"),
  param1: z.string().default("").describe("First parameter (key/content)"),
  param2: z.string().default("").describe("Second parameter (value)"),
});

const assistantOutput = z.object({
  success: z.boolean(),
  message: z.string(),
  data: z.union([
    z.strictObject({ notes: z.array(z.string()), count: z.number(), commands_executed: commandsExecuted }),
    z.strictObject({ value: z.string(), preferences: textMapSchema, commands_executed: commandsExecuted }),
    z.strictObject({ commands_executed: commandsExecuted }),
  ]),
});

type AssistantConfig = z.output<typeof assistantConfig>;
type AssistantInput = z.output<typeof assistantInput>;
type AssistantOutput = z.input<typeof assistantOutput>;
type AssistantCall = PerUserCallContext<{ commands_executed: number }>;

const helpText = [
  "Available commands:",
  "- note add <content>: Add a note",
  "- note list: List all notes",
  "- note clear: Clear all notes",
  "- note count: Count notes",
  "- pref set <key> <value>: Set a preference",
  "- pref get <key>: Get a preference",
  "- pref list: List all preferences",
  "- stats: Show session statistics",
  "- help: Show this help message",
].join("\n");

/** The workflow: one command a call, handed to the user's notepad or preferences; counts the commands of the session. */
export default definePerUserFunction({
  description: "An assistant that keeps the user's notes and preferences, and counts the commands of the session.",
  config: assistantConfig,
  input: assistantInput,
  output: assistantOutput,
  state: {
    version: 1,
    schema: z.object({ commands_executed: commandsExecuted }),
    initial: () => ({ commands_executed: 0 }),
  },
  build({ config }) {
    return (input, call) => {
      call.state.commands_executed += 1;
      return execute(config, input, call);
    };
  },
});

function execute(
  config: AssistantConfig,
  input: AssistantInput,
  call: AssistantCall,
): AssistantOutput | Promise<AssistantOutput> {
  const { commands_executed } = call.state;
  const command = input.command.toLowerCase();
  switch (command) {
    case "note":
      return note(config, input, call);
    case "pref":
      return preference(config, input, call);
    case "stats":
      return {
        success: true,
        message: `Session statistics: ${commands_executed} commands executed`,
        data: { commands_executed },
      };
    case "help":
      return { success: true, message: helpText, data: { commands_executed } };
    default:
      return {
        success: false,
        message: `Unknown command: ${command}. Use 'help' to see available commands.`,
        data: { commands_executed },
      };
  }
}

async function note(config: AssistantConfig, input: AssistantInput, call: AssistantCall): Promise<AssistantOutput> {
  const { success, message, notes, count } = await config.notepad_name.invoke(
    { action: input.action, content: input.param1 },
    call,
  );
  return { success, message, data: { notes, count, commands_executed: call.state.commands_executed } };
}

async function preference(
  config: AssistantConfig,
  input: AssistantInput,
  call: AssistantCall,
): Promise<AssistantOutput> {
  const { success, message, value, preferences } = await config.preferences_name.invoke(
    { action: input.action, key: input.param1, value: input.param2 },
    call,
  );
  return { success, message, data: { value, preferences, commands_executed: call.state.commands_executed } };
}
