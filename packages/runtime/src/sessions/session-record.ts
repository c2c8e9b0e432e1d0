import { type JsonValue, StoredStateError } from "@alcove/plugin-api";
import type { SessionCommit, SessionKey, StoredSession } from "@alcove/state";
import { freeze } from "immer";
import type { ApplicationPlan, ComponentPlan, StatePlan } from "../plan/application-plan.js";
import { schemaFaults } from "../runs/schema-check.js";
import type { ChangedState } from "../runs/state-drafts.js";
import { firstDifference, stateAsJson } from "./state-json.js";

interface StoredText {
  readonly version: number;
  readonly json: string;
}

/** The committed content of one session, as it stands on disk. Replaced as a whole after each commit, never changed. */
export interface SessionRecord {
  /** 0 until the first commit. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly lastActivityAtMs: number;
  readonly expiresAtMs: number;
  readonly runsCompleted: number;
  /** The states of the planned components by slot, deeply frozen. */
  readonly values: readonly object[];
  /** Every component state as JSON text by key, those of components that are no longer configured included. */
  readonly texts: ReadonlyMap<string, StoredText>;
}

/** Reads and writes session records for one application. */
export class SessionRecords {
  readonly #stateful: readonly { readonly component: ComponentPlan; readonly state: StatePlan }[];
  readonly #timeoutMs: number;

  /** @param timeoutMs How long a session lives after its last activity. */
  constructor(plan: ApplicationPlan, timeoutMs: number) {
    this.#stateful = plan.perUserComponents.flatMap((component) =>
      component.state === undefined ? [] : [{ component, state: component.state }],
    );
    this.#timeoutMs = timeoutMs;
  }

  /** The record of a session that begins now. @throws STATE_INVALID when a component's initial state breaks its schema. */
  create(nowMs: number): SessionRecord {
    return this.#complete(
      {
        revision: 0,
        createdAtMs: nowMs,
        lastActivityAtMs: nowMs,
        expiresAtMs: nowMs + this.#timeoutMs,
        runsCompleted: 0,
      },
      new Map(),
      new Map(),
    );
  }

  /** The record of a stored session. @throws STATE_UNREADABLE, STATE_VERSION_UNSUPPORTED */
  read(stored: StoredSession): SessionRecord {
    const { components, ...head } = stored;
    const texts = new Map<string, StoredText>();
    for (const [key, { version, state }] of components) {
      texts.set(key, { version, json: JSON.stringify(state) });
    }
    return this.#complete(head, components, texts);
  }

  /**
   * The change that makes a run durable, and the record that is true once it is.
   *
   * @throws STATE_INVALID when a state does not satisfy its schema or JSON cannot hold it.
   */
  prepare(
    key: SessionKey,
    record: SessionRecord,
    changes: readonly ChangedState[],
    nowMs: number,
  ): { commit: SessionCommit; next: SessionRecord } {
    const texts = changes.length === 0 ? record.texts : new Map(record.texts);
    const values = changes.length === 0 ? record.values : [...record.values];
    for (const { slot, value } of changes) {
      const { component, state } = this.#bySlot(slot);
      assertSatisfies(component, value, "left behind");
      (values as object[])[slot] = value;
      (texts as Map<string, StoredText>).set(state.key, {
        version: state.version,
        json: stateAsJson(component.name, value),
      });
    }
    const next: SessionRecord = {
      revision: record.revision + 1,
      createdAtMs: record.createdAtMs,
      lastActivityAtMs: nowMs,
      expiresAtMs: nowMs + this.#timeoutMs,
      runsCompleted: record.runsCompleted + 1,
      values,
      texts,
    };
    const commit: SessionCommit = {
      key,
      expectedRevision: record.revision,
      createdAtMs: next.createdAtMs,
      lastActivityAtMs: next.lastActivityAtMs,
      expiresAtMs: next.expiresAtMs,
      runsCompleted: next.runsCompleted,
      components: texts,
    };
    return { commit, next };
  }

  #complete(
    head: Omit<SessionRecord, "values" | "texts">,
    stored: StoredSession["components"],
    texts: Map<string, StoredText>,
  ): SessionRecord {
    const values: object[] = [];
    for (const { component, state } of this.#stateful) {
      const found = stored.get(state.key);
      const value = found === undefined ? initialState(component) : storedState(component, state, found);
      values[state.slot] = value;
      if (found === undefined) {
        texts.set(state.key, { version: state.version, json: stateAsJson(component.name, value) });
      }
    }
    return { ...head, values, texts };
  }

  #bySlot(slot: number): { component: ComponentPlan; state: StatePlan } {
    const found = this.#stateful.find(({ state }) => state.slot === slot);
    if (found === undefined) {
      throw new TypeError(`There is no state in slot ${slot}.`);
    }
    return found;
  }
}

function initialState(component: ComponentPlan): object {
  const value: unknown = component.definition.state?.initial(component.config as never);
  // Parsed, because the schema may fill in defaults; copied, because whoever made it may keep it.
  const parsed = parseState(component, value, "begins with");
  const copy = JSON.parse(stateAsJson(component.name, parsed)) as object;
  assertSatisfies(component, copy, "begins with");
  return copy;
}

function storedState(
  component: ComponentPlan,
  state: StatePlan,
  stored: { version: number; state: JsonValue },
): object {
  if (stored.version !== state.version) {
    throw new StoredStateError(
      "STATE_VERSION_UNSUPPORTED",
      `The stored state of ${component.name} has version ${stored.version}; ${component.type.qualifiedName} of ` +
        `${component.type.plugin.packageName} ${component.type.plugin.version} reads version ${state.version}.`,
    );
  }
  const parsed = component.definition.state?.schema.safeParse(stored.state);
  if (parsed?.data === undefined) {
    throw new StoredStateError("STATE_UNREADABLE", `The stored state of ${component.name} does not fit its schema.`, {
      cause: parsed?.error,
    });
  }
  return freeze(parsed.data, true);
}

/** @throws STATE_INVALID when the schema refuses the state. */
function parseState(component: ComponentPlan, value: unknown, verb: string): object {
  const parsed = component.definition.state?.schema.safeParse(value);
  if (parsed?.data === undefined) {
    const faults = parsed?.error === undefined ? [] : schemaFaults(parsed.error);
    const summary = faults.map(({ path, message }) => `${path.join(".") || "(the value)"}: ${message}`).join("; ");
    throw new StoredStateError("STATE_INVALID", `The state ${component.name} ${verb} breaks its schema: ${summary}`);
  }
  return parsed.data;
}

/**
 * A state that is stored has to be what its schema makes of it, or it would be another one after a restart.
 *
 * @throws STATE_INVALID
 */
function assertSatisfies(component: ComponentPlan, value: object, verb: string): void {
  const difference = firstDifference(value, parseState(component, value, verb), []);
  if (difference !== undefined) {
    throw new StoredStateError(
      "STATE_INVALID",
      `The state ${component.name} ${verb} is not what its schema makes of it: they differ at ${difference.join(".") || "the root"}. ` +
        "A state schema has to name every key, and must not transform.",
    );
  }
}
