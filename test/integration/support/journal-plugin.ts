import { definePerUserFunction, type StateMigration, z } from "@alcove/plugin-api";
import type { InCodePlugin } from "./in-code-plugin.js";

/** The state, whichever version it has. */
export interface JournalState {
  count?: unknown;
  total?: unknown;
  log?: unknown;
}
/** A release of the plugin. */
export interface Release {
  readonly version: 1 | 2 | 3;
  /** Whether the step to this version throws. */
  readonly isBroken: boolean;
}

const schemas = {
  1: z.object({ count: z.number() }),
  2: z.object({ count: z.number(), log: z.array(z.string()) }),
  3: z.object({ total: z.number(), log: z.array(z.string()) }),
};
/** What a new user begins with. */
export const initials: Readonly<Record<1 | 2 | 3, JournalState>> = {
  1: { count: 0 },
  2: { count: 0, log: [] },
  3: { total: 0, log: [] },
};

/** How many entries are kept. */
export const keptEntries = 4;

/** What the steps do to the state, for plugin and model alike. */
export function step(version: number, state: JournalState): JournalState {
  return version === 2
    ? { ...state, log: [`${state.count} before`] }
    : { total: state.count, log: [...(state.log as string[]), "renamed"] };
}

/** What the steps append to the entries, likewise. */
export function stepEntry(version: number, state: JournalState): string {
  return version === 2 ? `${state.count} before` : "renamed";
}

/** What an addition makes of the state, likewise. */
export function added(version: number, state: JournalState, by: number): JournalState {
  const field = version === 3 ? "total" : "count";
  const log = version === 1 ? {} : { log: [...(state.log as string[]), `+${by}`] };
  return { ...state, [field]: (state[field] as number) + by, ...log };
}

/** The plugin: counts, keeps the latest entries in a collection, and from version 2 on a log in its state. */
export function journal({ version, isBroken }: Release): InCodePlugin {
  const migrations: Record<number, StateMigration> = {};
  for (let target = 2; target <= version; target += 1) {
    migrations[target] = (state, { append }) => {
      append("entries", { version: 1, item: stepEntry(target, state as JournalState) });
      if (isBroken && target === version) {
        throw new RangeError("a broken step");
      }
      return step(target, state as JournalState) as ReturnType<StateMigration>;
    };
  }
  return {
    id: "journal",
    functions: {
      journal: definePerUserFunction({
        input: z.object({ action: z.enum(["add", "fail", "read", "spoil"]), by: z.number() }),
        output: z.unknown(),
        state: {
          version,
          schema: schemas[version] as z.ZodType<object>,
          initial: () => structuredClone(initials[version]) as object,
          migrations,
        },
        collections: { entries: { item: z.string(), version: 1 } },
        build:
          () =>
          async ({ action, by }, call) => {
            const state: JournalState = call.state;
            const { entries } = call.collections;
            if (action !== "read") {
              Object.assign(state, added(version, current(state), by));
              entries.append(`+${by}`);
              entries.truncate({ keepLast: keptEntries });
            }
            const { items } = await entries.page({ direction: "forward", limit: 10 });
            if (action === "fail") {
              throw new RangeError("asked to fail");
            }
            const seen = { ...current(state), entries: items };
            if (action === "spoil") {
              state.log = new Date(0);
              state.count = "spoiled";
              state.total = "spoiled";
            }
            return seen;
          },
      }),
    },
  };
}

/** A plain copy of a draft. */
function current(state: object): JournalState {
  return JSON.parse(JSON.stringify(state)) as JournalState;
}
