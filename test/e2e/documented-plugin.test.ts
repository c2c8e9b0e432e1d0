import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect } from "vitest";
import { workspaceFolder } from "./command-line.js";
import { test, type Workplace } from "./workplace.js";

/** Whose examples make the plugin: the module that calls each, on its page, and the name the manifest there gives it. */
const examples = [
  { page: "writing-a-plugin.md", defines: "defineServices", section: "services", module: "speller" },
  { page: "writing-a-plugin.md", defines: "definePerUserService", section: "per_user_services", module: "answers" },
  { page: "writing-a-plugin.md", defines: "defineLifecycle", section: "lifecycle", module: "greet" },
  // The hooks and the check share one block of the manifest.
  { page: "writing-a-plugin.md", defines: "defineHealthCheck", section: undefined, module: "upstream" },
  { page: "middleware.md", defines: "defineMiddleware", section: "middleware", module: "mask-words" },
  // Both kinds of middleware share one block of the manifest.
  { page: "middleware.md", defines: "definePerUserMiddleware", section: undefined, module: "only-news" },
  { page: "http-routes.md", defines: "defineHttpRoutes", section: "http_routes", module: "library" },
] as const;

/** A workflow that uses both kinds of services, and says how often somebody had to be asked in this process. */
const asking = `
import { definePerUserFunction, z } from "@alcove/plugin-api";
import { Answers } from "./answers.js";
import { Speller } from "./speller.js";

let asked = 0;
export default definePerUserFunction({
  input: z.object({ number: z.number() }),
  output: z.string(),
  services: { speller: Speller, answers: Answers },
  build: ({ services: { speller, answers } }) => ({ number }) =>
    answers.lookUp(String(number), async () => {
      asked += 1;
      return \`the secret \${speller.spell(number)}, asked for \${asked} times\`;
    }),
});
`;

/** The block of a page, in a language, that has a text. */
async function blockWith(page: string, language: string, text: string): Promise<string> {
  const content = await readFile(join(workspaceFolder, "packages/plugin-api/docs", page), "utf8");
  const blocks = [...content.matchAll(/^```(\w+)\n(.*?)^```/gms)];
  const found = blocks.find((block) => block[1] === language && block[2]?.includes(text));
  if (found?.[2] === undefined) {
    throw new TypeError(`There is no ${language} with ${text} on ${page}.`);
  }
  return found[2];
}

/** Makes a plugin of the examples as they stand in the documentation. Resolves to its folder. */
async function writePlugin({ folder }: Workplace): Promise<string> {
  const root = join(folder, "documented");
  await mkdir(join(root, "dist"), { recursive: true });
  await mkdir(join(root, "node_modules/@alcove"), { recursive: true });
  await symlink(join(workspaceFolder, "packages/plugin-api"), join(root, "node_modules/@alcove/plugin-api"));
  const sections: string[] = [];
  for (const { page, defines, section, module } of examples) {
    const source = await blockWith(page, "ts", `${defines}(`);
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    await writeFile(
      join(root, `dist/${module}.js`),
      ts.transpileModule(source, { compilerOptions: options }).outputText,
    );
    if (section !== undefined) {
      const block = await blockWith(page, "yaml", `./dist/${module}.js`);
      sections.push(block.slice(block.indexOf(`  ${section}:`)));
    }
  }
  await writeFile(join(root, "dist/asking.js"), asking);
  const head = { manifest: 1, id: "documented", displayName: "Documented", description: "Examples." };
  await writeFile(
    join(root, "plugin.yaml"),
    `${Object.entries(head)
      .map(([field, value]) => `${field}: ${value}`)
      .join("\n")}
requires: { alcove: "*" }
contributes:
  functions:
    asking: { scope: per-user, module: ./dist/asking.js, description: Asks. }
${sections.join("")}`,
  );
  await writeFile(
    join(root, "package.json"),
    JSON.stringify({ name: "documented", version: "1.0.0", type: "module", alcove: { manifest: "./plugin.yaml" } }),
  );
  return root;
}

describe("the plugin made of the examples in the documentation", () => {
  test("starts, serves with each kind of contribution, and stops, as the pages say", async ({ workplace }) => {
    const configFile = await workplace.write("documented.yml", {
      plugins: [await writePlugin(workplace)],
      per_user_services: { answers: { _type: "answers", max_answers: 20 } },
      middleware: { mask: { _type: "mask_words", words: ["secret"] }, news: { _type: "only_news" } },
      http_routes: { library: { _type: "library" } },
      workflow: { _type: "asking", middleware: ["news", "mask"] },
    });
    const server = await workplace.start({ configFile });
    const { client } = server;
    expect(server.printed).toMatch(/Spelling begins at \d+/);

    const answers = async (user: string) => (await client.generate(user, { number: 7 })).json;
    expect(await answers("alice")).toEqual({ value: "the *** 7, asked for 1 times" });
    expect(await answers("alice")).toEqual({ value: "Nothing new." });
    expect(await answers("bob")).toEqual({ value: "the *** 7, asked for 2 times" });

    expect((await client.get("/plugins/documented/status")).json).toEqual({ isOpen: true });
    const closing = await client.generate("alice", {}, "/plugins/documented/closing");
    expect([closing.status, closing.json]).toMatchObject([403, { code: "FORBIDDEN" }]);

    const ready = await client.get("/ready");
    expect([ready.status, ready.json]).toEqual([
      200,
      { status: "degraded", checks: { "documented/upstream": "unhealthy" } },
    ]);
    expect(await server.stop()).toBe(0);
    expect(server.printed).toContain("Spelling ends");
  });
});
