import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createApplication } from "alcove";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "alcove-optional-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const api = JSON.stringify(import.meta.resolve("@alcove/plugin-api"));
const functionModule = `import { defineFunction, z } from ${api};
export default defineFunction({ input: z.object({}), output: z.object({}), build: () => () => ({}) });`;

/** Writes a plugin of real files. `contributes` is YAML in flow style. */
async function writePlugin(id: string, contributes: string, modules: Readonly<Record<string, string>>): Promise<void> {
  const directory = path.join(folder, id);
  await mkdir(directory);
  const manifest = `{ "name": "${id}", "version": "1.0.0", "type": "module", "alcove": { "manifest": "./plugin.yaml" } }`;
  await writeFile(path.join(directory, "package.json"), manifest);
  await writeFile(
    path.join(directory, "plugin.yaml"),
    `manifest: 1\nid: ${id}\ndisplayName: ${id}\ndescription: A test.\nrequires: { alcove: "*" }\ncontributes: ${contributes}\n`,
  );
  for (const [name, source] of Object.entries(modules)) {
    await writeFile(path.join(directory, name), source);
  }
}

const flow = "{ functions: { flow: { scope: shared, module: ./flow.js, description: A flow. } } }";
const extra = (section: string): string => `{ ${section}: { extra: { module: ./extra.js, description: An extra. } } }`;

/** What `GET /ready` says of an application with the optional plugin `extra`, and the warnings of its start. */
async function start(
  rest = "",
  startup = "optional",
  { calling = functionModule, workflow = "{ _type: flow }" } = {},
): Promise<{ status: number; body: unknown; warnings: string[] }> {
  await writePlugin("main", flow, { "flow.js": calling });
  const configFile = path.join(folder, "config.yml");
  await writeFile(
    configFile,
    `general: { front_end: { port: 0 }, store: { path: sessions.sqlite } }
plugins: { load: [./main, { plugin: ./extra, startup: ${startup} }] }
${rest}
workflow: ${workflow}
`,
  );
  const application = await createApplication({ configFile });
  try {
    const { address } = await application.listen();
    const reply = await fetch(`${address}/ready`);
    const warnings = application.warnings.map(({ message }) => message);
    return { status: reply.status, body: await reply.json(), warnings };
  } finally {
    await application.close();
  }
}

const degraded = { status: "degraded", missing_plugins: ["extra"] };

describe("an optional plugin", () => {
  it("is missed by nobody where nothing is wrong with it", async () => {
    const hooks = `import { defineLifecycle } from ${api}; export default defineLifecycle({ onStart() {} });`;
    await writePlugin("extra", extra("lifecycle"), { "extra.js": hooks });
    expect(await start()).toEqual({ status: 200, body: { status: "ready" }, warnings: [] });
  });

  it("is done without where it is not there", async () => {
    expect(await start()).toEqual({
      status: 200,
      body: degraded,
      warnings: [expect.stringContaining('The plugin "./extra" was not found')],
    });
  });

  it.each([
    ["its manifest is wrong", extra("nonsense"), ""],
    ["a module cannot be imported", extra("lifecycle"), 'throw new Error("no");'],
    ["a module exports something else", extra("health_checks"), "export default 1;"],
  ])("is done without where %s", async (_what, contributes, source) => {
    await writePlugin("extra", contributes, { "extra.js": source });
    expect(await start()).toEqual({ status: 200, body: degraded, warnings: [expect.stringContaining("extra 1.0.0")] });
  });

  it.each([
    [
      "hook",
      extra("lifecycle"),
      `import { defineLifecycle } from ${api}; export default defineLifecycle({ onStart() { throw new Error("no"); } });`,
    ],
    [
      "service",
      extra("services"),
      `import { ContainerModule, defineServices } from ${api};
       export default defineServices({ provides: [], module: new ContainerModule(() => { throw new Error("no"); }) });`,
    ],
  ])("is done without where a %s of it fails at start", async (_what, contributes, source) => {
    await writePlugin("extra", contributes, { "extra.js": source });
    expect(await start()).toEqual({ status: 200, body: degraded, warnings: [] });
  });

  it("takes the components of its types along where nothing that is not optional uses them", async () => {
    const { body, warnings } = await start("functions: { unused: { _type: extra_type } }");
    expect(body).toEqual(degraded);
    expect(warnings).toContain('There is no function type "extra_type".');
  });

  it("refuses the start where something that is not optional uses what it contributes, naming both", async () => {
    const calling = `import { defineFunction, functionRef, z } from ${api};
      export default defineFunction({ config: z.object({ uses: functionRef() }), input: z.object({}), output: z.object({}), build: () => () => ({}) });`;
    const rest = "functions: { used: { _type: extra_type } }";
    await expect(start(rest, "optional", { calling, workflow: "{ _type: flow, uses: used }" })).rejects.toThrow(
      /There is no function type "extra_type"\. The optional plugin extra could not be loaded, and used is used by what is not optional/,
    );
  });

  it("has to be there where it is required", async () => {
    await expect(start("", "required")).rejects.toThrow("was not found");
  });
});
