import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestAlcove } from "@alcove/testing";

test("a note is its user's alone, and outlives a restart", async (context) => {
  const alcove = await startTestAlcove({ configFile: "config.yml" });
  context.after(() => alcove.close());
  await alcove.user("alice").run({ command: "note", action: "add", param1: "Water the plants" });
  await alcove.restart();
  const notesOf = async (name) => (await alcove.user(name).run({ command: "note", action: "list" })).data.notes;
  assert.deepEqual(await notesOf("alice"), ["Water the plants"]);
  assert.deepEqual(await notesOf("bob"), []);
});
