import { definePerUserFunction, z } from "@alcove/plugin-api";

/** What a call of the notepad takes. `content` matters for `add` only. */
export const notepadInput = z.object({
  action: z.string().describe("Action to perform: 'add', 'list', 'clear', or 'count'"),
  content: z.string().default("").describe("Content of the note, for 'add'"),
});

/** What the notepad answers. `notes` is filled by `list` only; `count` is how many notes there are afterwards. */
export const notepadOutput = z.object({
  success: z.boolean(),
  message: z.string(),
  notes: z.array(z.string()),
  count: z.number().int().nonnegative(),
});

type NotepadOutput = z.output<typeof notepadOutput>;

interface NotepadState {
  notes: string[];
}

/** A notepad of the user's own: texts in the order in which they were added, up to `max_notes`. */
export default definePerUserFunction({
  description: "A notepad of the user's own: add, list, clear and count notes.",
  config: z.object({
    max_notes: z.number().int().positive().default(100).describe("How many notes a user may keep"),
  }),
  input: notepadInput,
  output: notepadOutput,
  state: {
    version: 1,
    schema: z.object({ notes: z.array(z.string()) }),
    initial: () => ({ notes: [] }),
  },
  build({ config }) {
    return ({ action, content }, { state }) => act(state, action.toLowerCase(), content, config.max_notes);
  },
});

function act(state: NotepadState, action: string, content: string, maxNotes: number): NotepadOutput {
  const { notes } = state;
  switch (action) {
    case "add":
      return add(notes, content, maxNotes);
    case "list":
      return { success: true, message: `Found ${notes.length} notes`, notes: [...notes], count: notes.length };
    case "clear": {
      const cleared = notes.length;
      state.notes = [];
      return { success: true, message: `Cleared ${cleared} notes`, notes: [], count: 0 };
    }
    case "count":
      return { success: true, message: `You have ${notes.length} notes`, notes: [], count: notes.length };
    default:
      return refusal(notes, `Unknown action: ${action}. Use 'add', 'list', 'clear', or 'count'`);
  }
}

function add(notes: string[], content: string, maxNotes: number): NotepadOutput {
  if (content === "") {
    return refusal(notes, "Content is required for 'add' action");
  }
  if (notes.length >= maxNotes) {
    return refusal(notes, `Maximum notes (${maxNotes}) reached`);
  }
  notes.push(content);
  return { success: true, message: "Note added successfully", notes: [], count: notes.length };
}

function refusal(notes: readonly string[], message: string): NotepadOutput {
  return { success: false, message, notes: [], count: notes.length };
}
