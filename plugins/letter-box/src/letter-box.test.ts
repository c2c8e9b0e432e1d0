import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "@alcove/plugin-api";
import { startTestAlcove, testPlugin } from "@alcove/testing";
import { afterAll, describe, expect, it, test } from "vitest";
import letterBox from "./letter-box.js";

const plugin = { id: "letter-box", functions: { per_user_letter_box: letterBox } };
const output = z.object({ titles: z.array(z.string()), text: z.string() });
const folder = mkdtempSync(join(tmpdir(), "alcove-letters-"));
const stores = { files: { _type: "file_system", path: folder } };

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the letter box", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin,
    otherComponents: { object_stores: stores },
    examples: {
      per_user_letter_box: [
        { action: "write", title: "To Bob", text: "Dear Bob" },
        { action: "write", title: "To Carol", text: "Dear Carol" },
        { action: "write", title: "To Bob", text: "Dear Bob, once more" },
        { action: "read", title: "To Bob" },
        { action: "burn", title: "To Carol" },
        { action: "list" },
      ],
    },
  });
});

describe("a letter", () => {
  async function box() {
    const config = { object_stores: stores, workflow: { _type: "per_user_letter_box" } };
    const alcove = await startTestAlcove({ plugins: [plugin], config });
    const ask = (user: string, input: object) => alcove.user(user).run(input, output);
    return { alcove, ask };
  }

  it("is read as it was written last, by its writer only, also after a restart", async () => {
    const { alcove, ask } = await box();
    await using _ = alcove;
    await ask("alice", { action: "write", title: "To Bob", text: "Dear Bob" });
    await ask("alice", { action: "write", title: "To Bob", text: "Dear Bob, once more" });
    await ask("bob", { action: "write", title: "To Bob", text: "Dear me" });
    await alcove.restart();
    const read = { action: "read", title: "To Bob" };
    expect(await ask("alice", read)).toEqual({ titles: ["To Bob"], text: "Dear Bob, once more" });
    expect(await ask("bob", read)).toEqual({ titles: ["To Bob"], text: "Dear me" });
  });

  it("is gone when it is burnt, and what there is not reads as nothing", async () => {
    const { alcove, ask } = await box();
    await using _ = alcove;
    await ask("alice", { action: "write", text: "Dear Bob" });
    expect(await ask("alice", { action: "burn" })).toEqual({ titles: [], text: "" });
    expect(await ask("alice", { action: "read" })).toEqual({ titles: [], text: "" });
  });
});
