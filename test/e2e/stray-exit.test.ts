import { expect } from "vitest";
import { runAlcove } from "./command-line.js";
import { FaultyProject, readSoundProject } from "./fault-fixtures.js";
import { test } from "./workplace.js";

const commands = [["validate"], ["plugins", "check"], ["run", "--input", "{}"], ["serve", "--port", "0"]];

test.for(commands)("a plugin whose module ends the process does not make a success of alcove %s", async (command) => {
  const sound = await readSoundProject();
  const config = "functions: { echo: { _type: echo } }\nworkflow: { _type: desk, uses: [echo] }\n";
  const files = new Map([...sound.files, ["config.yml", config], ["node_modules/extra/echo.js", "process.exit(0);\n"]]);
  await using project = await FaultyProject.create({ ...sound, files });
  const { exitCode, stderr } = await runAlcove([...command, "--config_file", "config.yml"], { cwd: project.folder });
  expect(stderr).toMatch(/^error: \S+node_modules\/extra\/echo\.js:1:9 called process\.exit\(0\) before /m);
  expect(exitCode).toBe(1);
});
