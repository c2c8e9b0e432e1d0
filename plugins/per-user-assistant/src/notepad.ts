import { type Collection, definePerUserFunction, migrateFrom, z } from "@alcove/plugin-api";

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

/** A notepad of the user's own: texts in the order in which they were added, up to `max_notes`. */
export default definePerUserFunction({
  description: "A notepad of the user's own: add, list, clear and count notes.",
  config: z.object({
    max_notes: z.number().int().positive().default(100).describe("How many notes a user may keep"),
  }),
  input: notepadInput,
  output: notepadOutput,
  collections: { notes: { version: 1, item: z.string() } },
  state: {
    version: 2,
    schema: z.object({}),
    initial: () => ({}),
    migrations: {
      // Version 1 kept the notes in the state.
      2: migrateFrom(z.object({ notes: z.array(z.string()) }), ({ notes }, { append }) => {
        for (const item of notes) {
          append("notes", { version: 1, item });
        }
        return {};
      }),
    },
  },
  build({ config }) {
    return ({ action, content }, { collections }) =>
      act(collections.notes, action.toLowerCase(), content, config.max_notes);
  },
});

async function act(
  notes: Collection<string>,
  action: string,
  content: string,
  maxNotes: number,
): Promise<NotepadOutput> {
  switch (action) {
    case "add":
      return add(notes, content, maxNotes);
    case "list":
      return list(notes);
    case "clear": {
      const cleared = notes.count;
      notes.clear();
      return { success: true, message: `Cleared ${cleared} notes`, notes: [], count: 0 };
    }
    case "count":
      return { success: true, message: `You have ${notes.count} notes`, notes: [], count: notes.count };
    default:
      return refusal(notes, `Unknown action: ${action}. Use 'add', 'list', 'clear', or 'count'`);
  }
}

async function list(notes: Collection<string>): Promise<NotepadOutput> {
  const found: string[] = [];
  for await (const note of notes) {
    found.push(note);
  }
  return { success: true, message: `Found ${found.length} notes`, notes: found, count: found.length };
}

function add(notes: Collection<string>, content: string, maxNotes: number): NotepadOutput {
  if (content === "") {
    return refusal(notes, "Content is required for 'add' action");
  }
  if (notes.count >= maxNotes) {
    return refusal(notes, `Maximum notes (${maxNotes}) reached`);
  }
  notes.append(content);
  return { success: true, message: "Note added successfully", notes: [], count: notes.count };
}

function refusal(notes: Collection<string>, message: string): NotepadOutput {
  return { success: false, message, notes: [], count: notes.count };
}
