import assert from "node:assert/strict";
import { AlcoveError } from "@alcove/plugin-api";
import { exportedSessionSchema } from "@alcove/state";
import type { TestUser } from "../test-alcove/test-user.js";
import type { ConformanceCase } from "./behaviour-cases.js";
import type { ConformanceRoom } from "./conformance-room.js";
import { type ExampleCall, play } from "./play.js";

/** Upgrades: states of earlier releases are taken, those of later ones refused and kept. */
export const migrationCase: ConformanceCase = {
  name: "takes the states of earlier releases, and refuses and keeps those of later ones",
  check: checkMigrations,
};

interface StoredComponent {
  /** What the session calls it, e.g. `functions.notes:my-plugin/notes`. */
  readonly key: string;
  /** The type, which is its name in the configuration too. */
  readonly type: string;
  readonly version: number;
}

async function checkMigrations(room: ConformanceRoom): Promise<void> {
  const { alcove, ownCalls, options } = room;
  const user = alcove.user("present");
  await play(user, ownCalls, options);
  const text = await alcove.application.store.exportSession({
    application: alcove.application.config.general.application,
    userId: user.id,
  });
  for (const [key, { version }] of Object.entries(await user.stored())) {
    const type = /^[a-z_]+\.([^:]+):/.exec(key)?.[1];
    const call = ownCalls.find(({ function: name }) => name === type || name.startsWith(`${type}__`));
    if (text === undefined || type === undefined || call === undefined) {
      continue;
    }
    const component = { key, type, version };
    await refusesLater(room, text, component, call);
    await takesEarlier(room, text, component, call);
  }
}

async function refusesLater(
  room: ConformanceRoom,
  text: string,
  component: StoredComponent,
  call: ExampleCall,
): Promise<void> {
  const user = room.alcove.user(`later-${component.type}`);
  const value =
    exportedSessionSchema.parse(JSON.parse(text)).components.find(({ name }) => name === component.key)?.state ?? {};
  await store(room, text, user, component.key, { version: component.version + 1, value });
  const before = await user.stored();
  const outcome = await user.call(call.function, call.input).then(
    () => "answered",
    (error: unknown) => (AlcoveError.is(error) ? error.code : String(error)),
  );
  assert.equal(outcome, "STATE_VERSION_UNSUPPORTED", `${component.type} was to refuse a state of a later version.`);
  assert.deepEqual(await user.stored(), before, `${component.type} was to keep a state of a later version as it was.`);
}

async function takesEarlier(
  room: ConformanceRoom,
  text: string,
  component: StoredComponent,
  call: ExampleCall,
): Promise<void> {
  const { type, version, key } = component;
  const earlier = room.options.earlierStates?.[type] ?? [];
  assert(
    version === 1 || earlier.length > 0,
    `${type} is at version ${version}. Give a state of each version its migrations begin at: earlierStates: { ${type}: [{ version: ${version - 1}, value: … }] }.`,
  );
  for (const state of earlier) {
    const user = room.alcove.user(`version-${state.version}-of-${type}`);
    await store(room, text, user, key, state);
    await user.call(call.function, call.input);
    const stored = (await user.stored())[key]?.version;
    assert.equal(stored, version, `${type} was to store a state of version ${state.version} in its present version.`);
  }
}

/** Stores a session that differs from the exported one in its user and the state of one component. */
async function store(
  { alcove }: ConformanceRoom,
  text: string,
  user: TestUser,
  key: string,
  { version, value }: { readonly version: number; readonly value: unknown },
): Promise<void> {
  const session = exportedSessionSchema.parse(JSON.parse(text));
  const changed = {
    ...session,
    user_id: user.id,
    components: [{ name: key, version, state: value }],
    collections: [],
    records: [],
  };
  const { store: sessions, config } = alcove.application;
  await sessions.importSession(JSON.stringify(changed), { application: config.general.application });
}
