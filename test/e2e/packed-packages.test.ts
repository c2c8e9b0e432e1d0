import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { note, notesOf } from "./assistant-client.js";
import { runCommand, workspaceFolder } from "./command-line.js";
import { test } from "./workplace.js";

const INSTALL_TIMEOUT_MS = 5 * 60_000;
const plugin = "@alcove/plugin-per-user-assistant";
const packed = ["plugin-api", "config", "plugin-loader", "state", "runtime", "server", "alcove"];

const configuration = `
functions:
  notepad: { _type: per_user_notepad }
  preferences: { _type: per_user_preferences }
workflow:
  _type: per_user_assistant
`;

test("alcove and a plugin, packed and installed outside the workspace, serve", {
  timeout: INSTALL_TIMEOUT_MS + 60_000,
}, async ({ workplace }) => {
  const workspaces = [...packed.map((name) => `packages/${name}`), "plugins/per-user-assistant"];
  const packing = await runCommand(
    "npm",
    ["pack", "--pack-destination", workplace.folder, ...workspaces.flatMap((path) => ["--workspace", path])],
    { cwd: workspaceFolder, timeoutMs: 120_000 },
  );
  expect({ exitCode: packing.exitCode, stderr: packing.stderr }).toMatchObject({ exitCode: 0 });
  const tarballs = (await readdir(workplace.folder)).filter((name) => name.endsWith(".tgz"));
  expect(tarballs).toHaveLength(workspaces.length);

  await workplace.write("package.json", { name: "host", private: true, type: "module" });
  const installing = await runCommand(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs.map((name) => `./${name}`)],
    { cwd: workplace.folder, timeoutMs: INSTALL_TIMEOUT_MS },
  );
  expect({ exitCode: installing.exitCode, stderr: installing.stderr }).toMatchObject({ exitCode: 0 });

  const configFile = await workplace.write("rooms.yml", configuration);
  const script = join(workplace.folder, "node_modules/alcove/bin/alcove.js");
  const server = await workplace.start({ configFile, script });
  expect(server.printed).toContain(plugin.replace("@alcove/plugin-", ""));
  await note(server.client, "alice", "add", "from a tarball");
  await server.stop();
  const { client } = await workplace.start({ configFile, script });
  expect(await notesOf(client, "alice")).toEqual(["from a tarball"]);
});
