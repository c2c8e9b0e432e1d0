import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServerProcess } from "./server-process.js";
import { Workplace } from "./workplace.js";

let workplace: Workplace;
let server: ServerProcess;
let users = 0;

beforeAll(async () => {
  workplace = await Workplace.create();
  server = await workplace.start();
});

afterAll(() => workplace.dispose());

/** A command as it is typed: command, action, first and second parameter. */
type Command = readonly string[];

interface Row {
  readonly name: string;
  /** Commands of the same user before the one that is looked at. */
  readonly before?: readonly Command[];
  readonly command: Command;
  /** The reply; `commands_executed` is one more than there are commands before. */
  readonly success: boolean;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function say(user: string, [command, action, param1, param2]: Command): Promise<string> {
  const reply = await server.client.generate(user, { command, action, param1, param2 });
  expect(reply.status).toBe(200);
  return reply.text;
}

function checkRow({ before = [], command, success, message, data }: Row) {
  return async () => {
    users += 1;
    const user = `user-${users}`;
    for (const earlier of before) {
      await say(user, earlier);
    }
    const expected = { success, message, data: { ...data, commands_executed: before.length + 1 } };
    expect(await say(user, command)).toBe(JSON.stringify(expected));
  };
}

const add = (content: string): Command => ["note", "add", content];
const fiftyNotes = Array.from({ length: 50 }, (_, index) => add(`note ${index}`));
const noNotes = { notes: [], count: 0 };
const oneNote = { notes: [], count: 1 };

const noteRows: readonly Row[] = [
  { name: "adds a note", command: add("milk"), success: true, message: "Note added successfully", data: oneNote },
  {
    name: "takes a space for a note",
    command: add(" "),
    success: true,
    message: "Note added successfully",
    data: oneNote,
  },
  {
    name: "asks for a content",
    before: [add("milk")],
    command: add(""),
    success: false,
    message: "Content is required for 'add' action",
    data: oneNote,
  },
  {
    name: "keeps no more than max_notes",
    before: fiftyNotes,
    command: add("one more"),
    success: false,
    message: "Maximum notes (50) reached",
    data: { notes: [], count: 50 },
  },
  {
    name: "asks for a content before it looks at the limit",
    before: fiftyNotes,
    command: add(""),
    success: false,
    message: "Content is required for 'add' action",
    data: { notes: [], count: 50 },
  },
  {
    name: "lists notes in order, as they were sent",
    before: [add("Zürich \u{1f600}"), add(' a\n"b" '), add("Zürich \u{1f600}")],
    command: ["note", "list"],
    success: true,
    message: "Found 3 notes",
    data: { notes: ["Zürich \u{1f600}", ' a\n"b" ', "Zürich \u{1f600}"], count: 3 },
  },
  { name: "lists no notes", command: ["note", "list"], success: true, message: "Found 0 notes", data: noNotes },
  {
    name: "clears notes",
    before: [add("a"), add("b")],
    command: ["note", "clear"],
    success: true,
    message: "Cleared 2 notes",
    data: noNotes,
  },
  {
    name: "lists nothing once the notes are cleared",
    before: [add("a"), ["note", "clear"]],
    command: ["note", "list"],
    success: true,
    message: "Found 0 notes",
    data: noNotes,
  },
  {
    name: "counts notes",
    before: [add("a"), add("b")],
    command: ["note", "count"],
    success: true,
    message: "You have 2 notes",
    data: { notes: [], count: 2 },
  },
  {
    name: "takes commands and actions in any case",
    command: ["NOTE", "Count"],
    success: true,
    message: "You have 0 notes",
    data: noNotes,
  },
  {
    name: "names an unknown action in lower case, untrimmed",
    before: [add("a")],
    command: ["note", " SHOUT"],
    success: false,
    message: "Unknown action:  shout. Use 'add', 'list', 'clear', or 'count'",
    data: oneNote,
  },
  {
    name: "refuses a missing action",
    command: ["note"],
    success: false,
    message: "Unknown action: . Use 'add', 'list', 'clear', or 'count'",
    data: noNotes,
  },
];

const defaults = { theme: "dark", language: "en", notifications: "enabled" };
const nothing = { value: "", preferences: {} };

const preferenceRows: readonly Row[] = [
  {
    name: "asks for a key to set",
    command: ["pref", "set", "", "x"],
    success: false,
    message: "Key is required for 'set' action",
    data: nothing,
  },
  {
    name: "sets a new preference behind the others",
    command: ["pref", "set", "Font", " Serif "],
    success: true,
    message: "Preference 'Font' set to ' Serif '",
    data: { value: "", preferences: { ...defaults, Font: " Serif " } },
  },
  {
    name: "changes a preference in its place",
    command: ["pref", "set", "theme", "light"],
    success: true,
    message: "Preference 'theme' set to 'light'",
    data: { value: "", preferences: { ...defaults, theme: "light" } },
  },
  {
    name: "sets an empty value",
    command: ["pref", "set", "theme", ""],
    success: true,
    message: "Preference 'theme' set to ''",
    data: { value: "", preferences: { ...defaults, theme: "" } },
  },
  {
    name: "asks for a key to get",
    command: ["pref", "get"],
    success: false,
    message: "Key is required for 'get' action",
    data: nothing,
  },
  {
    name: "gets a preference",
    before: [["pref", "set", "theme", "light"]],
    command: ["pref", "GET", "theme"],
    success: true,
    message: "Preference 'theme' = 'light'",
    data: { value: "light", preferences: {} },
  },
  {
    name: "does not find a key in another case",
    command: ["pref", "get", "Theme"],
    success: false,
    message: "Preference 'Theme' not found",
    data: nothing,
  },
  {
    name: "lists preferences",
    before: [["pref", "set", "a", "1"]],
    command: ["PREF", "list"],
    success: true,
    message: "Found 4 preferences",
    data: { value: "", preferences: { ...defaults, a: "1" } },
  },
  {
    name: "refuses an unknown action",
    command: ["pref", "Delete", "theme"],
    success: false,
    message: "Unknown action: delete. Use 'set', 'get', or 'list'",
    data: nothing,
  },
  {
    name: "refuses a missing action",
    command: ["pref"],
    success: false,
    message: "Unknown action: . Use 'set', 'get', or 'list'",
    data: nothing,
  },
];

const help = [
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

const otherRows: readonly Row[] = [
  {
    name: "counts every command that has a valid body, also the refused ones",
    before: [["note"], ["pref", "get"], ["nonsense"], ["help"]],
    command: ["stats"],
    success: true,
    message: "Session statistics: 5 commands executed",
    data: {},
  },
  { name: "explains itself", command: ["Help"], success: true, message: help, data: {} },
  {
    name: "refuses an unknown command, in lower case",
    command: ["Dance"],
    success: false,
    message: "Unknown command: dance. Use 'help' to see available commands.",
    data: {},
  },
  {
    name: "does not trim a command",
    command: [" help"],
    success: false,
    message: "Unknown command:  help. Use 'help' to see available commands.",
    data: {},
  },
  {
    name: "refuses an empty command",
    command: [""],
    success: false,
    message: "Unknown command: . Use 'help' to see available commands.",
    data: {},
  },
];

describe("note", () => {
  it.each(noteRows)("$name", (row) => checkRow(row)());
});

describe("pref", () => {
  it.each(preferenceRows)("$name", (row) => checkRow(row)());

  it("takes __proto__ and constructor for ordinary names", async () => {
    expect(await say("prototype", ["pref", "set", "__proto__", "x"])).toContain(
      '"preferences":{"theme":"dark","language":"en","notifications":"enabled","__proto__":"x"}',
    );
    expect(await say("prototype", ["pref", "get", "__proto__"])).toContain(
      "\"message\":\"Preference '__proto__' = 'x'\"",
    );
    expect(await say("prototype", ["pref", "get", "constructor"])).toContain("Preference 'constructor' not found");
    expect(await say("bystander", ["pref", "list"])).toContain("Found 3 preferences");
  });

  it("writes names that are numbers first, as JavaScript does", async () => {
    expect(await say("numbers", ["pref", "set", "10", "ten"])).toContain(
      '"preferences":{"10":"ten","theme":"dark","language":"en","notifications":"enabled"}',
    );
  });
});

describe("other commands", () => {
  it.each(otherRows)("$name", (row) => checkRow(row)());
});

describe("an invalid body", () => {
  it.each([
    [
      "an object without command",
      "{}",
      { type: "missing", loc: ["body", "command"], msg: "Field required", input: {} },
    ],
    [
      "a command that is no text",
      '{"command":1}',
      { type: "string_type", loc: ["body", "command"], msg: "Input should be a valid string", input: 1 },
    ],
    ["no body", "", { type: "missing", loc: ["body"], msg: "Field required", input: null }],
  ])("is refused with 422 when it is %s", async (_name, body, fault) => {
    const reply = await server.client.generate("alice", body);
    expect(reply.status).toBe(422);
    expect(reply.json).toMatchObject({ detail: [fault], code: expect.any(String), message: expect.any(String) });
  });

  it("is refused with 422 when it is a list", async () => {
    const reply = await server.client.generate("alice", "[]");
    expect(reply.status).toBe(422);
    expect(reply.json).toMatchObject({ detail: [{ type: "model_attributes_type", loc: ["body"], input: [] }] });
  });

  it("is refused with 422 when it is no JSON", async () => {
    const reply = await server.client.generate("alice", '{"command": ');
    expect(reply.status).toBe(422);
    expect(reply.json).toMatchObject({
      detail: [
        {
          type: "json_invalid",
          loc: ["body", 0],
          msg: "JSON decode error",
          input: {},
          ctx: { error: expect.any(String) },
        },
      ],
    });
  });

  it("is not counted as a command", async () => {
    await say("careful", ["stats"]);
    await server.client.generate("careful", {});
    await server.client.generate("careful", { command: "stats", action: 7 });
    expect(await say("careful", ["stats"])).toContain('"commands_executed":2');
  });

  it("may have keys nobody asked for", async () => {
    const reply = await server.client.generate("generous", { command: "stats", extra: { nested: true } });
    expect(reply.status).toBe(200);
  });
});
