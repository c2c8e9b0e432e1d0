import { formatProblem } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { manifestText, TemporaryProject } from "../test/temporary-project.js";
import { ComponentTypeRegistry } from "./component-type-registry.js";
import { discoverPlugins } from "./discover-plugins.js";
import { importComponentDefinition } from "./import-definition.js";

const source = `export default {
  [Symbol.for("@alcove/plugin-api/Definition")]: true, kind: "http_routes", scope: "shared",
  routes: { "GET /a": { access: "public" }, "GET /b": { access: "operator" } },
};`;

/** The complaints about a set of routes, which serves GET /a for the public and GET /b for operators. */
async function complaints(routes: string): Promise<string[]> {
  await using project = await TemporaryProject.create();
  const contributes = `{ http_routes: { r: { scope: shared, module: ./r.js, description: Routes., routes: ${routes} } } }`;
  await project.writePlugin("plugins/notes", { manifest: manifestText({ contributes }), modules: { "r.js": source } });
  const { plugins, problems } = await discoverPlugins({
    hostDirectory: project.directory,
    listed: [{ specifier: "./plugins/notes", directory: project.directory, source: { file: "config.yml" } }],
    alcoveVersion: "0.1.0",
  });
  const [type] = new ComponentTypeRegistry(plugins).all();
  const imported = type === undefined ? [] : (await importComponentDefinition(type)).problems;
  return [...problems, ...imported].map((problem) =>
    formatProblem({ ...problem, source: { ...problem.source, file: "plugin.yaml" } }),
  );
}

describe("the routes in a manifest", () => {
  it("are exactly those that are served, each for whom it says", async () => {
    expect(await complaints('{ "GET /a": public, "GET /b": operator }')).toEqual([]);
    const promise = "promises the shared set of HTTP routes r in ./r.js, but";
    expect(await complaints('{ "GET /b": public, "POST /c": public }')).toEqual([
      expect.stringContaining(
        `${promise} it serves GET /a, which the manifest does not name. Add {"GET /a":"public"}.`,
      ),
      expect.stringContaining(
        `${promise} its route GET /b is for operators, and the manifest says public. Write operator there, or change the definition. [plugin-module]`,
      ),
      expect.stringContaining(
        `${promise} it does not serve POST /c, which the manifest names. Take it out. [plugin-module]`,
      ),
    ]);
  });

  it("have addresses of a method and a path below the plugin's prefix, and serve somebody", async () => {
    for (const address of [
      "GET",
      "GET /",
      "GET a",
      "get /a",
      "HEAD /a",
      "OPTIONS /a",
      "GET /a/",
      "GET //a",
      "GET /../a",
      "GET /a/./b",
      "GET /a?b",
      "GET /a%2fb",
      "GET /:a",
      "GET /{A}",
      "GET /x{a}",
      "GET  /a",
    ]) {
      expect([address, await complaints(`{ "${address}": public }`)]).toEqual([
        address,
        [expect.stringContaining("expected a method and a path below the plugin's prefix, e.g. GET /items/{id}")],
      ]);
    }
    expect(await complaints('{ "GET /a": everybody }')).toEqual([expect.stringContaining("routes.GET /a is wrong")]);
  });
});
