import { access } from "node:fs/promises";
import { describe, expect } from "vitest";
import { note, notesOf } from "./assistant-client.js";
import { exampleConfigFile, test } from "./workplace.js";

describe("a store that a server holds", () => {
  test("is refused to a second server, which names the first one's process", async ({ workplace }) => {
    const first = await workplace.start();
    await note(first.client, "alice", "add", "before");
    const storeOverride = ["--override", "general.store.path", workplace.storePath];
    const second = await workplace.alcove("serve", "--config_file", exampleConfigFile, "--port", "0", ...storeOverride);
    expect(second.exitCode).toBe(1);
    expect(second.output).not.toContain("Listening");
    expect(second.output).toContain(String(first.pid));
    await note(first.client, "alice", "add", "after");
    expect(await notesOf(first.client, "alice")).toEqual(["before", "after"]);
  });

  test("is free again once its holder was killed", async ({ workplace }) => {
    const first = await workplace.start();
    await note(first.client, "alice", "add", "kept");
    await first.stop("SIGKILL");
    const second = await workplace.start();
    expect(await notesOf(second.client, "alice")).toEqual(["kept"]);
  });

  test("does not hinder validate and info, which open no store", async ({ workplace }) => {
    await workplace.start();
    const storeOverride = ["--override", "general.store.path", workplace.storePath];
    const validated = await workplace.alcove("validate", "--config_file", exampleConfigFile, ...storeOverride);
    expect(validated.exitCode).toBe(0);
    const info = await workplace.alcove("info", "components", "--config_file", exampleConfigFile);
    expect(info.exitCode).toBe(0);
    await expect(access(`${workplace.folder}/.alcove`)).rejects.toThrow();
  });
});
