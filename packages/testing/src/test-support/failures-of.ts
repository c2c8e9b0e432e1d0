import type { ConformanceOptions } from "../plugin-conformance/conformance-options.js";
import { testPlugin } from "../plugin-conformance/test-plugin.js";
import type { InCodePlugin } from "../test-alcove/in-code-plugin.js";

/** For tests of the suite itself: the names of the cases that fail for a plugin, and what they say. */
export async function failuresOf(
  plugin: InCodePlugin,
  options: Partial<ConformanceOptions> = {},
): Promise<Map<string, string>> {
  const cases: [string, () => Promise<void>][] = [];
  testPlugin((name, run) => cases.push([name.replace("the plugin ", ""), run]), { ...options, plugin });
  const failed = new Map<string, string>();
  for (const [name, run] of cases) {
    await run().catch((error: unknown) => failed.set(name, String(error)));
  }
  return failed;
}
