import {
  type CallContext,
  defineFunction,
  definePerUserFunction,
  functionRef,
  type ObjectStore,
  type ObjectStoreHandle,
  objectStoreRef,
  z,
} from "@alcove/plugin-api";

const input = z.object({
  action: z.enum(["put", "get", "stat", "delete", "list"]),
  key: z.string().default("note"),
  text: z.string().default(""),
  options: z.record(z.string(), z.unknown()).default({}),
  /** Whether the run is to fail after it. */
  fails: z.boolean().default(false),
  /** Whether to ask the shared function instead. */
  shared: z.boolean().default(false),
});
const output = z.object({ result: z.unknown() });

/** What a test asks of a store. */
export type FilingInput = z.input<typeof input>;

async function act(
  store: ObjectStore,
  { action, key, text, options, fails }: z.output<typeof input>,
): Promise<unknown> {
  const result = await perform(store, { action, key, text, options });
  if (fails) {
    throw new RangeError("It was asked to fail.");
  }
  return result;
}

async function perform(
  store: ObjectStore,
  { action, key, text, options }: Pick<z.output<typeof input>, "action" | "key" | "text" | "options">,
): Promise<unknown> {
  switch (action) {
    case "put":
      return store.put(key, text, options);
    case "get": {
      const { body, ...facts } = await store.get(key);
      return { ...facts, text: new TextDecoder().decode(body) };
    }
    case "stat":
      return store.stat(key);
    case "delete":
      return store.delete(key);
    case "list":
      return store.list(options);
  }
}

const sharedFiling = defineFunction({
  config: z.object({ files: objectStoreRef({ default: "files" }) }),
  input,
  output,
  build:
    ({ config }) =>
    async (asked, call) => ({ result: (await act(config.files.of(call), asked)) ?? null }),
});

/** Files what a test says: in the user's own objects, or through the shared function in those all users share. */
const userFiling = definePerUserFunction({
  config: z.object({
    files: objectStoreRef({ default: "files" }),
    common: functionRef({ default: "common", input, output }),
  }),
  input,
  output,
  state: { version: 1, schema: z.object({ calls: z.number() }), initial: () => ({ calls: 0 }) },
  build:
    ({ config }) =>
    async (asked, call) => {
      call.state.calls += 1;
      return asked.shared
        ? config.common.invoke(asked, call)
        : { result: (await act(config.files.of(call), asked)) ?? null };
    },
});

/** Lets a test get at the handle and the context of a call. */
export function grasping(seen: { handle?: ObjectStoreHandle; call?: CallContext }) {
  return definePerUserFunction({
    config: z.object({ files: objectStoreRef({ default: "files" }) }),
    input: z.object({}),
    output: z.object({}),
    build:
      ({ config }) =>
      (_input, call) => {
        seen.handle = config.files;
        seen.call = call;
        return {};
      },
  });
}

/** The plugin of the tests of object stores. */
export const filingPlugin = { id: "filing", functions: { shared_filing: sharedFiling, user_filing: userFiling } };

/** A configuration of it. @param store The fields of the object store. */
export function filingConfig(store = "{ _type: in_memory }"): string {
  return [
    `object_stores: { files: ${store} }`,
    "functions: { common: { _type: shared_filing } }",
    "workflow: { _type: user_filing }",
  ].join("\n");
}
