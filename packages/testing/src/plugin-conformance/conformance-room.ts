import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatReport } from "@alcove/plugin-api";
import { callerPlugin } from "../test-alcove/caller-plugin.js";
import { startTestAlcove, type TestAlcove, type TestAlcoveOptions } from "../test-alcove/test-alcove.js";
import { writeTestConfiguration } from "../test-alcove/test-configuration.js";
import type { ConformanceOptions } from "./conformance-options.js";
import { type ExampleCall, exampleCalls } from "./play.js";
import { identityWithOperator } from "./route-call.js";

/** What a case of the suite works with: Alcove with every type of the plugin configured under its own name. */
export interface ConformanceRoom {
  readonly alcove: TestAlcove;
  readonly options: ConformanceOptions;
  /** The calls of all functions, in the order of the manifest. */
  readonly calls: readonly ExampleCall[];
  /** Those of functions that are the user's own. */
  readonly ownCalls: readonly ExampleCall[];
}

/** Opens a room, lets `use` work in it, and closes it. */
export async function withRoom(
  options: ConformanceOptions,
  use: (room: ConformanceRoom) => Promise<void>,
  surroundings: Pick<TestAlcoveOptions, "handles"> = {},
): Promise<void> {
  const { application, types } = await applicationOf(options);
  await using alcove = await startTestAlcove({ ...application, ...surroundings });
  const calls = exampleCalls(alcove, types, options);
  await use({ alcove, options, calls, ownCalls: calls.filter(({ isPerUser }) => isPerUser) });
}

/** The application in which every type of the plugin is in use. @throws AssertionError when its manifest was refused. */
async function applicationOf(
  options: ConformanceOptions,
): Promise<{ application: TestAlcoveOptions; types: ReadonlySet<string> }> {
  const { plugin, otherPlugins = [], otherComponents = {}, config = {} } = options;
  const { id, contributes } = await manifestOf(options);
  const components = (types: object) =>
    Object.fromEntries(Object.keys(types).map((type) => [type, { _type: `${id}/${type}`, ...config[type] }]));
  const hasOperators = Object.values(contributes.http_routes).some(({ routes }) =>
    Object.values(routes).includes("operator"),
  );
  const application = {
    plugins: [plugin, ...otherPlugins],
    isServed: Object.keys(contributes.http_routes).length > 0,
    config: {
      general: hasOperators ? { identity: identityWithOperator } : {},
      functions: { ...otherComponents.functions, ...components(contributes.functions) },
      function_groups: { ...otherComponents.function_groups, ...components(contributes.function_groups) },
      object_stores: { ...otherComponents.object_stores },
      per_user_services: components(contributes.per_user_services),
      http_routes: components(contributes.http_routes),
    },
  };
  const { functions, function_groups, http_routes } = contributes;
  const types = new Set([functions, function_groups, http_routes].flatMap((section) => Object.keys(section)));
  return { application, types };
}

async function manifestOf({ plugin }: ConformanceOptions) {
  const { prepareApplication } = await import("alcove");
  const folder = await mkdtemp(join(tmpdir(), "alcove-manifest-"));
  try {
    const { plugins, problems } = await prepareApplication(await writeTestConfiguration(folder, { plugins: [plugin] }));
    const found = plugins.find(({ id }) => id !== callerPlugin.id);
    assert(found !== undefined, `The plugin was not found, or its manifest was refused:\n${formatReport(problems)}`);
    return found.manifest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
