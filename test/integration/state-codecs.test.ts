import { definePerUserFunction, z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const amount = z.codec(z.string().regex(/^-?\d+$/), z.bigint(), { decode: BigInt, encode: String });
const tags = z.codec(z.array(z.string()), z.set(z.string()), {
  decode: (list) => new Set(list),
  encode: (set) => [...set],
});
const ledger = z.codec(z.array(z.tuple([z.string(), amount])), z.map(z.string(), z.bigint()), {
  decode: (entries) => new Map(entries),
  encode: (map) => [...map],
});
const bytes = z.codec(z.base64(), z.instanceof(Uint8Array), {
  decode: (text) => new Uint8Array(Buffer.from(text, "base64")),
  encode: (array) => Buffer.from(array).toString("base64"),
});

const schema = z.object({ at: isoDate, ledger, tags, bytes, list: z.array(isoDate), count: z.number() });
const initial = () => ({
  at: "2026-11-20T12:00:00.000Z",
  ledger: [["rent", "9007199254740993"]] as [string, string][],
  tags: ["a"],
  bytes: "AQID",
  list: [],
  count: 0,
});
const spoken = (state: z.output<typeof schema>) =>
  JSON.stringify([
    state.at.getTime(),
    [...state.ledger].map(([name, sum]) => `${name}=${sum}`),
    [...state.tags],
    [...state.bytes],
    state.list.length,
    state.count,
  ]);

let kept: { at: Date; ledger: Map<string, bigint> } | undefined;
const actions: Readonly<Record<string, (state: z.output<typeof schema>) => void>> = {
  read: () => undefined,
  map: (state) => void state.ledger.set("food", 12n),
  set: (state) => void state.tags.add("b"),
  date: (state) => {
    state.at = new Date(0);
  },
  "date in place": (state) => void state.at.setTime(5),
  "bytes in place": (state) => {
    state.bytes[0] = 9;
  },
  list: (state) => void state.list.push(new Date(7)),
  number: (state) => {
    state.count += 1;
  },
  keep: (state) => {
    kept = { at: state.at, ledger: state.ledger };
  },
  unstorable: (state) => {
    state.at = new Date(Number.NaN);
  },
  wrong: (state) => {
    (state as { at: unknown }).at = "2026-11-20T12:00:00.000Z";
  },
};

const plugin = {
  id: "codecs",
  functions: {
    codecs: definePerUserFunction({
      input: z.object({ action: z.string(), fail: z.boolean().default(false) }),
      output: z.string(),
      state: { version: 1, schema, initial },
      build:
        () =>
        ({ action, fail }, { state }) => {
          actions[action]?.(state);
          if (fail) {
            throw new RangeError("asked to fail");
          }
          return action === "unstorable" || action === "wrong" ? "" : spoken(state);
        },
    }),
  },
};
const config = "workflow: { _type: codecs }";
const beginning = '[1795176000000,["rent=9007199254740993"],["a"],[1,2,3],0,0]';

describe("state with codecs", () => {
  it.each([
    ["map", '[1795176000000,["rent=9007199254740993","food=12"],["a"],[1,2,3],0,0]'],
    ["set", '[1795176000000,["rent=9007199254740993"],["a","b"],[1,2,3],0,0]'],
    ["date", '[0,["rent=9007199254740993"],["a"],[1,2,3],0,0]'],
    ["date in place", '[5,["rent=9007199254740993"],["a"],[1,2,3],0,0]'],
    ["bytes in place", '[1795176000000,["rent=9007199254740993"],["a"],[9,2,3],0,0]'],
    ["list", '[1795176000000,["rent=9007199254740993"],["a"],[1,2,3],1,0]'],
    ["number", '[1795176000000,["rent=9007199254740993"],["a"],[1,2,3],0,1]'],
  ])(
    "keeps a change (%s) in memory and across a restart, and takes it back when the run fails",
    async (action, after) => {
      await using bench = await Workbench.create([plugin]);
      const first = await bench.start(config);
      expect(await call(first.runtime, "alice", { action: "read" })).toBe(beginning);
      await expect(call(first.runtime, "alice", { action, fail: true })).rejects.toMatchObject({
        code: "workflow_error",
      });
      expect(await call(first.runtime, "alice", { action: "read" })).toBe(beginning);
      expect(await call(first.runtime, "alice", { action })).toBe(after);
      expect(await call(first.runtime, "alice", { action: "read" })).toBe(after);
      expect(await call(first.runtime, "bob", { action: "read" })).toBe(beginning);
      await first.stop();
      const second = await bench.start(config);
      expect(await call(second.runtime, "alice", { action: "read" })).toBe(after);
    },
  );

  it("is out of reach for whoever kept a part of it", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config);
    await call(runtime, "alice", { action: "keep" });
    kept?.at.setTime(1);
    expect(() => kept?.ledger.set("stolen", 1n)).toThrow("revoked");
    expect(await call(runtime, "alice", { action: "read" })).toBe(beginning);
  });

  it.each(["unstorable", "wrong"])("stores nothing when what is left behind cannot be encoded (%s)", async (action) => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config);
    await call(runtime, "alice", { action: "number" });
    await expect(call(runtime, "alice", { action })).rejects.toMatchObject({ code: "STATE_INVALID" });
    expect(await call(runtime, "alice", { action: "read" })).toBe(beginning.replace(/0\]$/, "1]"));
  });

  it("stores nothing when a codec loses what it needs to read it again", async () => {
    const oneWay = z.codec(z.string().max(3), z.number(), {
      decode: Number,
      encode: (count) => `${count}`.padEnd(4, "."),
    });
    const lossy = definePerUserFunction({
      input: z.object({}),
      output: z.object({}),
      state: { version: 1, schema: z.object({ count: oneWay }), initial: () => ({ count: "1" }) },
      build: () => (_input, call) => {
        call.state.count = 2;
        return {};
      },
    });
    await using bench = await Workbench.create([{ id: "lossy", functions: { lossy } }]);
    const { runtime, store } = await bench.start("workflow: { _type: lossy }");
    await expect(call(runtime, "alice", {})).rejects.toMatchObject({ code: "STATE_INVALID" });
    expect(await store.count()).toBe(0);
  });

  it("is stored as the codecs encode it", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(config);
    await call(runtime, "alice", { action: "map" });
    const stored = await store.load({ application: "config", userId: "alice" });
    expect(stored?.components.get("workflow:codecs/codecs")?.state).toEqual({
      ...initial(),
      ledger: [
        ["rent", "9007199254740993"],
        ["food", "12"],
      ],
    });
  });
});
