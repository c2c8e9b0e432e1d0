import { join } from "node:path";
import { systemClock } from "@alcove/plugin-api";
import { openSqliteSessionStore } from "@alcove/state";
import { describe, expect } from "vitest";
import { note } from "./assistant-client.js";
import { workspaceFolder } from "./command-line.js";
import { test, type Workplace } from "./workplace.js";

/** Made of the cookie `alice`. */
const alice = "7b031fd4-714b-598e-b755-a517d069edc5";

/** The names under which a database keeps alice's states. */
async function storedKeys(workplace: Workplace, application: string): Promise<string[]> {
  const store = await openSqliteSessionStore({ path: workplace.storePath, clock: systemClock });
  try {
    const session = await store.load({ application, userId: alice });
    return [...(session?.components.keys() ?? [])];
  } finally {
    await store.close();
  }
}

// Whoever changes one of these loses every user's data at the next upgrade.
describe("the keys of stored states", () => {
  test("are those of every version before, for functions and the workflow", async ({ workplace }) => {
    const server = await workplace.start();
    await note(server.client, "alice", "add", "Alices first note");
    await server.stop();
    expect(await storedKeys(workplace, "config")).toEqual([
      "functions.notepad:per-user-assistant/per_user_notepad",
      "functions.preferences:per-user-assistant/per_user_preferences",
      "workflow:per-user-assistant/per_user_assistant",
    ]);
  });

  test("are those of every version before, for groups", async ({ workplace }) => {
    const server = await workplace.start({ configFile: join(workspaceFolder, "configs/todo.yml") });
    await server.client.generate("alice", { command: "add", text: "water the plants" });
    await server.stop();
    expect(await storedKeys(workplace, "todo")).toEqual(["function_groups.todo:todo/per_user_todo"]);
  });
});
