import {
  definePerUserFunction,
  definePerUserHttpRoutes,
  definePerUserService,
  type FunctionDefinition,
  migrateFrom,
  type ServiceIdentifier,
  z,
} from "@alcove/plugin-api";
import { afterEach, describe, expect, it, test } from "vitest";
import { failuresOf } from "../test-support/failures-of.js";
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
function failures({
  definition,
  ...options
}: Partial<ConformanceOptions> & { definition: FunctionDefinition }): Promise<Map<string, string>> {
  return failuresOf({ id: "tested", functions: { tested: definition } }, options);
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

  it("plays the routes of a plugin, too, and finds what they share", async () => {
    const visits = new Map<string, number>();
    const counting = (keyOf: (userId: string) => string) =>
      definePerUserHttpRoutes({
        routes: {
          "POST /visits/{room}": {
            description: "Counts a visit.",
            body: z.object({ by: z.string() }),
            output: z.object({ visits: z.number() }),
          },
        },
        build: () => ({
          "POST /visits/{room}": (_request, { userId }) => {
            const key = keyOf(userId);
            visits.set(key, (visits.get(key) ?? 0) + 1);
            return { visits: visits.get(key) ?? 0 };
          },
        }),
      });
    const shared = await failuresOf({ id: "tested", httpRoutes: { visits: counting(() => "all") } });
    expect(shared.get("keeps users apart")).toMatch(/differs at: call 1, of visits POST \/visits\/\{room\}\n/);
    visits.clear();
    const apart = await failuresOf({ id: "tested", httpRoutes: { visits: counting((userId) => userId) } });
    expect([...apart.keys()]).not.toContain("keeps users apart");
  });

  it("says of a route what it was answered with, where an example fails", async () => {
    const routes = definePerUserHttpRoutes({
      routes: { "GET /shelf": { description: "The shelf.", output: z.object({}) } },
      build: () => ({
        "GET /shelf": () => {
          throw new RangeError("It is empty.");
        },
      }),
    });
    const failed = await failuresOf({ id: "tested", httpRoutes: { shelf: routes } });
    expect(failed.get("answers every example, as its manifest promises")).toMatch(
      /shelf GET \/shelf: it was answered with 422: .*It is empty\./,
    );
  });

  it("configures the services of users, and finds what they keep beyond a session and leave open", async () => {
    const Words = Symbol.for("tested/Words") as ServiceIdentifier<string[]>;
    const words = definePerUserService({
      provides: Words,
      build() {
        timers.push(setInterval(() => undefined, 60_000));
        return [];
      },
    });
    const speaker = definePerUserFunction({
      input,
      output,
      services: { words: Words },
      build:
        ({ services }) =>
        ({ text }) => ({ texts: services.words.push(text) }),
    });
    const plugin = { id: "tested", functions: { speaker }, perUserServices: { words } };
    const failed = await failuresOf(plugin);
    expect([...failed.keys()]).toEqual([
      "goes on after a restart where it was",
      "goes on after leaving memory where it was",
      "changes nothing in a run that fails",
      "gives back what it acquires",
    ]);
    expect(failed.get("gives back what it acquires")).toContain("by the component words (tested/words)");
  });
});
