import { definePerUserFunction, type FunctionDefinition, migrateFrom, z } from "@alcove/plugin-api";
import { afterEach, describe, expect, it, test } from "vitest";
import type { ConformanceOptions } from "./conformance-options.js";
import { testPlugin } from "./test-plugin.js";

const input = z.object({ text: z.string() });
const output = z.object({ texts: z.number() });
const state = { version: 1, schema: z.object({ texts: z.number() }), initial: () => ({ texts: 0 }) };

const sound = definePerUserFunction({
  input,
  output,
  state,
  build:
    () =>
    (_input, { state: draft }) => {
      draft.texts += 1;
      return { texts: draft.texts };
    },
});

const timers: NodeJS.Timeout[] = [];
afterEach(() => {
  for (const timer of timers.splice(0)) {
    clearInterval(timer);
  }
});

/** The names of the cases that fail, and what they say. */
async function failures(
  options: Partial<ConformanceOptions> & { definition: FunctionDefinition },
): Promise<Map<string, string>> {
  const cases: [string, () => Promise<void>][] = [];
  const plugin = { id: "tested", functions: { tested: options.definition } };
  testPlugin((name, run) => cases.push([name.replace("the plugin ", ""), run]), { ...options, plugin });
  const failed = new Map<string, string>();
  for (const [name, run] of cases) {
    await run().catch((error: unknown) => failed.set(name, String(error)));
  }
  return failed;
}

describe("a sound plugin", { timeout: 60_000 }, () => {
  testPlugin(test, { plugin: { id: "sound", functions: { sound } } });
});

describe("the conformance suite", { timeout: 60_000 }, () => {
  it("finds a variable of the module that all users share", async () => {
    let texts = 0;
    const definition = definePerUserFunction({
      input,
      output,
      build: () => () => {
        texts += 1;
        return { texts };
      },
    });
    const failed = await failures({ definition });
    expect(failed.get("keeps users apart")).toMatch(/expected: +\{ texts: (\d+) \}\n +got: +\{ texts: (?!\1 )/);
    expect([...failed.keys()]).toContain("changes nothing in a run that fails");
  });

  it("finds what lives as long as the room only", async () => {
    const definition = definePerUserFunction({
      input,
      output,
      build() {
        let texts = 0;
        return () => {
          texts += 1;
          return { texts };
        };
      },
    });
    const failed = await failures({ definition });
    expect([...failed.keys()]).toEqual([
      "goes on after a restart where it was",
      "goes on after leaving memory where it was",
      "changes nothing in a run that fails",
    ]);
  });

  it("finds a timer that is not given back, and a release that fails", async () => {
    const leaking = definePerUserFunction({
      input,
      output,
      build() {
        timers.push(setInterval(() => undefined, 60_000));
        return () => ({ texts: 0 });
      },
    });
    expect((await failures({ definition: leaking })).get("gives back what it acquires")).toMatch(
      /still open:\n {2}2 timers, opened at \S*test-plugin\.test\.ts:\d+:\d+ by the component tested \(tested\/tested\)\n/,
    );
    const failing = definePerUserFunction({
      input,
      output,
      build({ onDispose }) {
        onDispose(() => {
          throw new RangeError("stuck");
        });
        return () => ({ texts: 0 });
      },
    });
    expect([...(await failures({ definition: failing })).keys()]).toEqual(["gives back what it acquires"]);
  });

  it("asks for states of earlier releases, and tries them", async () => {
    const definition = definePerUserFunction({
      input,
      output,
      state: {
        ...state,
        version: 2,
        migrations: { 2: migrateFrom(z.object({ count: z.number() }), ({ count }) => ({ texts: count })) },
      },
      build:
        () =>
        (_input, { state: draft }) => {
          draft.texts += 1;
          return { texts: draft.texts };
        },
    });
    const name = "takes the states of earlier releases, and refuses and keeps those of later ones";
    expect((await failures({ definition })).get(name)).toContain(
      "earlierStates: { tested: [{ version: 1, value: … }] }",
    );
    const given = (value: object) =>
      failures({ definition, earlierStates: { tested: [{ version: 1, value: { ...value } }] } });
    expect([...(await given({ count: 3 })).keys()]).toEqual([]);
    expect([...(await given({ wrong: 3 })).keys()]).toEqual([name]);
  });

  it("asks for an input where none can be made up", async () => {
    const even = z.string().regex(/^\d+$/);
    const definition = definePerUserFunction({ input: even, output: z.string(), build: () => (text) => text });
    expect([...(await failures({ definition })).values()][0]).toContain("examples: { tested: [ … ] }");
    expect([...(await failures({ definition, examples: { tested: ["12"] } })).keys()]).toEqual([]);
  });
});
