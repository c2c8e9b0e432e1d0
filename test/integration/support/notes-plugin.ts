import {
  defineFunction,
  defineHttpRoutes,
  definePerUserFunctionGroup,
  definePerUserHttpRoutes,
  functionGroupRef,
  functionRef,
  ResourceConflictError,
  ResourceNotFoundError,
  z,
} from "@alcove/plugin-api";

const note = z.object({ id: z.number(), text: z.string() });
const anything = z.object({});

/** A list of notes that each user has. */
const notes = definePerUserFunctionGroup({
  functions: {
    add: { input: z.object({ text: z.string() }), output: note },
    list: { input: anything, output: z.array(note) },
    remove: { input: z.object({ id: z.number() }), output: z.boolean() },
  },
  state: {
    version: 1,
    schema: z.object({ next: z.number(), notes: z.array(note) }),
    initial: () => ({ next: 1, notes: [] }),
  },
  build: () => ({
    add: ({ text }, { state }) => {
      const added = { id: state.next, text };
      state.next += 1;
      state.notes.push(added);
      return { ...added };
    },
    list: (_input, { state }) => state.notes.map((each) => ({ ...each })),
    remove: ({ id }, { state }) => {
      const before = state.notes.length;
      state.notes = state.notes.filter((each) => each.id !== id);
      return state.notes.length < before;
    },
  }),
});

const userRoutes = definePerUserHttpRoutes({
  config: z.object({ notes: functionGroupRef({ default: "notes" }) }),
  routes: {
    "GET /items": {
      description: "Lists the notes.",
      query: z.object({
        limit: z.coerce.number().int().min(1).max(50).default(10).describe("How many."),
        tag: z.array(z.string()).default([]),
      }),
      output: z.object({ notes: z.array(note), tags: z.array(z.string()) }),
    },
    "POST /items": {
      description: "Adds a note.",
      body: z.object({ text: z.string().min(1), fails: z.boolean().default(false) }),
      output: note,
      status: 201,
    },
    "DELETE /items/{id}": {
      description: "Removes a note.",
      params: z.object({ id: z.coerce.number().int().min(1) }),
    },
    "GET /who/{name}": {
      description: "Tells what the function sees.",
      output: z.object({
        name: z.string(),
        userId: z.string(),
        headers: z.record(z.string(), z.string()),
        path: z.string(),
      }),
    },
    "PUT /busy": { description: "Is busy." },
    "GET /wait": { description: "Waits until it is given up." },
  },
  build({ config: { notes } }) {
    const member = (name: "add" | "list" | "remove") => {
      const handle = notes.functions[name];
      if (handle === undefined) throw new TypeError(`There is no ${name}.`);
      return handle;
    };
    return {
      "GET /items": async ({ query }, call) => {
        const all = z.array(note).parse(await member("list").invoke({}, call));
        return { notes: all.slice(0, query.limit), tags: query.tag };
      },
      "POST /items": async ({ body }, call) => {
        const added = note.parse(await member("add").invoke({ text: body.text }, call));
        if (body.fails) throw new RangeError("It was to fail.");
        return added;
      },
      "DELETE /items/{id}": async ({ params }, call) => {
        const isRemoved = await member("remove").invoke({ id: params.id }, call);
        if (isRemoved !== true) throw new ResourceNotFoundError(`There is no note ${params.id}.`);
      },
      "GET /who/{name}": ({ params }, call) => ({
        name: params.name,
        userId: call.userId,
        headers: { ...call.run.request?.headers },
        path: call.run.request?.path ?? "",
      }),
      "PUT /busy": () => {
        throw new ResourceConflictError("It is busy.");
      },
      "GET /wait": (_input, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("It was given up.")));
        }),
    };
  },
});

const sharedRoutes = defineHttpRoutes({
  config: z.object({ clock: functionRef({ default: "clock" }) }),
  routes: {
    "GET /status": {
      access: "public",
      description: "Tells anybody the time.",
      output: z.object({ nowMs: z.number(), userId: z.string().nullable(), isKnown: z.boolean() }),
    },
    "POST /reindex": {
      access: "operator",
      description: "Makes the index anew.",
      output: z.object({ userId: z.string().nullable() }),
      status: 202,
    },
    "POST /fails": { access: "public", description: "Fails." },
  },
  build: ({ config }) => ({
    "GET /status": async (_input, call) => ({
      nowMs: z.number().parse(await config.clock.invoke({}, call)),
      userId: call.userId ?? null,
      isKnown: call.principal !== undefined,
    }),
    "POST /reindex": (_input, call) => ({ userId: call.userId ?? null }),
    "POST /fails": () => {
      throw new RangeError("no");
    },
  }),
});

const clock = defineFunction({
  input: anything,
  output: z.number(),
  build:
    ({ clock: time }) =>
    () =>
      time.nowMs(),
});
const flow = defineFunction({ input: anything, output: anything, build: () => () => ({}) });

/** A plugin with routes of users, of the public and of operators. Its workflow does nothing. */
export const notesPlugin = {
  id: "notes",
  functions: { clock, flow },
  functionGroups: { per_user_notes: notes },
  httpRoutes: { user_routes: userRoutes, shared_routes: sharedRoutes },
};

/** Its routes, served. */
export const notesConfig = {
  workflow: { _type: "flow" },
  functions: { clock: { _type: "clock" } },
  function_groups: { notes: { _type: "per_user_notes" } },
  http_routes: { mine: { _type: "user_routes" }, common: { _type: "shared_routes" } },
};
