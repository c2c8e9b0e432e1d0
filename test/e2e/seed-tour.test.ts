import { describe, expect } from "vitest";
import type { HttpClient } from "./http-client.js";
import { test } from "./workplace.js";

interface Step {
  readonly user: string;
  readonly body: string;
  readonly reply: string;
}

const helpMessage =
  "Available commands:\\n- note add <content>: Add a note\\n- note list: List all notes\\n- note clear: Clear all notes" +
  "\\n- note count: Count notes\\n- pref set <key> <value>: Set a preference\\n- pref get <key>: Get a preference" +
  "\\n- pref list: List all preferences\\n- stats: Show session statistics\\n- help: Show this help message";

// The bodies as they are documented, spaces included.
const bodies = {
  aliceAdds: '{"command": "note", "action": "add", "param1": "Alices first note"}',
  list: '{"command": "note", "action": "list"}',
  bobAdds: '{"command": "note", "action": "add", "param1": "Bobs note"}',
  setTheme: '{"command": "pref", "action": "set", "param1": "theme", "param2": "light"}',
  getTheme: '{"command": "pref", "action": "get", "param1": "theme"}',
  help: '{"command": "help"}',
  stats: '{"command": "stats"}',
} as const;

function setReply(commands: number): string {
  return `{"success":true,"message":"Preference 'theme' set to 'light'","data":{"value":"","preferences":{"theme":"light","language":"en","notifications":"enabled"},"commands_executed":${commands}}}`;
}

function getReply(commands: number): string {
  return `{"success":true,"message":"Preference 'theme' = 'dark'","data":{"value":"dark","preferences":{},"commands_executed":${commands}}}`;
}

const wholeTour: readonly Step[] = [
  {
    user: "alice",
    body: bodies.aliceAdds,
    reply: '{"success":true,"message":"Note added successfully","data":{"notes":[],"count":1,"commands_executed":1}}',
  },
  {
    user: "alice",
    body: bodies.list,
    reply:
      '{"success":true,"message":"Found 1 notes","data":{"notes":["Alices first note"],"count":1,"commands_executed":2}}',
  },
  {
    user: "bob",
    body: bodies.list,
    reply: '{"success":true,"message":"Found 0 notes","data":{"notes":[],"count":0,"commands_executed":1}}',
  },
  {
    user: "bob",
    body: bodies.bobAdds,
    reply: '{"success":true,"message":"Note added successfully","data":{"notes":[],"count":1,"commands_executed":2}}',
  },
  { user: "alice", body: bodies.setTheme, reply: setReply(3) },
  { user: "bob", body: bodies.getTheme, reply: getReply(3) },
  {
    user: "alice",
    body: bodies.help,
    reply: `{"success":true,"message":"${helpMessage}","data":{"commands_executed":4}}`,
  },
  {
    user: "alice",
    body: bodies.stats,
    reply: '{"success":true,"message":"Session statistics: 5 commands executed","data":{"commands_executed":5}}',
  },
];

// What the documentation prints under "Preferences" holds for sessions that have just begun.
const preferencesOnly: readonly Step[] = [
  { user: "alice", body: bodies.setTheme, reply: setReply(1) },
  { user: "bob", body: bodies.getTheme, reply: getReply(1) },
];

async function walk(client: HttpClient, steps: readonly Step[], path: string): Promise<void> {
  for (const { user, body, reply } of steps) {
    const answer = await client.generate(user, body, path);
    expect({ status: answer.status, body: answer.text }).toEqual({ status: 200, body: reply });
    const contentTypes = answer.rawHeaders.filter((name) => name.toLowerCase() === "content-type");
    expect(contentTypes).toHaveLength(1);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  }
}

describe("the documented tour", () => {
  test.for(["/generate", "/v1/workflow"])("is answered byte for byte on POST %s", async (path, { workplace }) => {
    const server = await workplace.start();
    await walk(server.client, wholeTour, path);
  });

  test("answers its section on preferences as printed when it is the first", async ({ workplace }) => {
    const server = await workplace.start();
    await walk(server.client, preferencesOnly, "/generate");
  });

  test("finds one session behind both routes", async ({ workplace }) => {
    const { client } = await workplace.start();
    await client.generate("alice", bodies.aliceAdds, "/generate");
    const reply = await client.generate("alice", bodies.list, "/v1/workflow");
    expect(reply.text).toBe(wholeTour[1]?.reply);
  });
});
