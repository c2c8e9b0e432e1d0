import type { CommittedComponentState, SessionCommit, SessionKey, StoredSession } from "@alcove/state";
import type { ApplicationPlan, ComponentPlan } from "../plan/application-plan.js";
import { type ChangedState, StateDrafts } from "../runs/state-drafts.js";
import {
  type CollectionChanges,
  type CollectionContent,
  type CollectionContents,
  changedCollections,
  contentOf,
} from "./collection-content.js";
import { CollectionFilling } from "./collection-filling.js";
import { CollectionItems } from "./collection-items.js";
import { ComponentState } from "./component-state.js";
import { StateText } from "./state-text.js";

/** The committed content of one session, as it stands on disk. Replaced as a whole after each commit, never changed. */
export interface SessionRecord extends CollectionContents {
  /** 0 until the first commit. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly lastActivityAtMs: number;
  readonly expiresAtMs: number;
  readonly runsCompleted: number;
  /** The states of the planned components by slot, deeply frozen. */
  readonly values: readonly object[];
  /** Every component state as JSON text by key, those of components that are no longer configured included. */
  readonly texts: ReadonlyMap<string, CommittedComponentState>;
  /** Whether the texts are those on disk; not so after a migration, until the next commit. */
  readonly textsAreStored: boolean;
}

type ComponentItems = ReadonlyMap<string, CollectionItems>;

/** What a run changed. */
export interface RunChanges {
  readonly states: readonly ChangedState[];
  /** `undefined` when the run touched none. */
  readonly collections: CollectionChanges | undefined;
}

/** A run's changes on their way to the store. */
export interface PreparedCommit {
  readonly commit: SessionCommit;
  /** What is true once the commit is stored. */
  readonly next: SessionRecord;
  /** The texts that were made for it, to be released then. */
  readonly changedTexts: readonly StateText[];
}

const noItems: ComponentItems = new Map();
const noChanges: CollectionChanges = new Map();

/** Reads and writes session records for one application. */
export class SessionRecords {
  // By slot.
  readonly #states: readonly ComponentState[];
  readonly #hasCodecs: boolean;
  readonly #items: ReadonlyMap<ComponentPlan, ComponentItems>;
  readonly #timeoutMs: number;

  /** @param timeoutMs How long a session lives after its last activity. */
  constructor(plan: ApplicationPlan, timeoutMs: number) {
    const states: ComponentState[] = [];
    for (const component of plan.perUserComponents) {
      if (component.state !== undefined && component.definition.state !== undefined) {
        states[component.state.slot] = new ComponentState(component, component.definition.state, component.state);
      }
    }
    this.#states = states;
    this.#hasCodecs = states.some(({ hasCodec }) => hasCodec);
    this.#items = new Map(
      plan.perUserComponents.map((component) => [
        component,
        new Map(component.collections.map((each) => [each.name, CollectionItems.of(component, each)])),
      ]),
    );
    this.#timeoutMs = timeoutMs;
  }

  /** The record of a session that begins now. @throws STATE_INVALID when a component's initial state breaks its schema. */
  create(nowMs: number): SessionRecord {
    const times = { createdAtMs: nowMs, lastActivityAtMs: nowMs, expiresAtMs: nowMs + this.#timeoutMs };
    const begun = { ...times, revision: 0, runsCompleted: 0, textsAreStored: false };
    return this.#complete({ ...begun, collections: new Map(), filled: noChanges }, new Map(), new Map());
  }

  /**
   * The record of a stored session. States of older versions are migrated in it, which may fill collections; on disk they
   * stay as they are until a run commits. States and collections of components that are not planned are kept as they are.
   *
   * @throws STATE_UNREADABLE, STATE_VERSION_UNSUPPORTED, STATE_MIGRATION_FAILED
   */
  async read(stored: StoredSession): Promise<SessionRecord> {
    const { components, ...head } = stored;
    // What the store writes again in any case counts as changed by the next commit, and so does what a migration makes.
    const next = stored.revision + 1;
    const texts = new Map<string, CommittedComponentState>();
    for (const [key, { version, state, changedInRevision = next }] of components) {
      texts.set(key, { version, json: JSON.stringify(state), changedInRevision });
    }
    const restored = new Map<string, object>();
    const filled = new Map<CollectionItems, CollectionContent>();
    let textsAreStored = true;
    for (const state of this.#states) {
      const { key, version } = state.plan;
      const found = components.get(key);
      if (found !== undefined) {
        const filling = new CollectionFilling(state.component.name, this.itemsOf(state.component));
        const { value, json } = await state.restore({ version: found.version, value: found.state }, filling);
        restored.set(key, value);
        if (found.version !== version) {
          texts.set(key, { version, json, changedInRevision: next });
          textsAreStored = false;
        }
        for (const [items, unstored] of await filling.finish()) {
          const { first, next: following } = contentOf({ ...head, filled: noChanges }, items);
          filled.set(items, { first, next: following + unstored.length, unstored });
        }
      }
    }
    return this.#complete({ ...head, textsAreStored, filled: filled.size === 0 ? noChanges : filled }, restored, texts);
  }

  /** The collections of a component by the names it declares them by. */
  itemsOf(component: ComponentPlan): ComponentItems {
    return this.#items.get(component) ?? noItems;
  }

  /** Drafts of a record's states for one run. */
  drafts(record: SessionRecord): StateDrafts {
    return this.#hasCodecs
      ? new StateDrafts(record.values, (slot, value) => this.#bySlot(slot).open(value))
      : new StateDrafts(record.values);
  }

  /**
   * The change that makes a run durable, and the record that is true once it is.
   *
   * @throws STATE_INVALID when a state does not satisfy its schema or JSON cannot hold it.
   */
  prepare(
    key: SessionKey,
    record: SessionRecord,
    { states: changes, collections: changedLists = noChanges }: RunChanges,
    nowMs: number,
  ): PreparedCommit {
    const changedTexts: StateText[] = [];
    const texts = changes.length === 0 ? record.texts : new Map(record.texts);
    const values = changes.length === 0 ? record.values : [...record.values];
    for (const { slot, value: live } of changes) {
      const state = this.#bySlot(slot);
      const { value, json } = state.capture(live, values[slot]);
      (values as object[])[slot] = value;
      const text = new StateText({
        version: state.plan.version,
        changedInRevision: record.revision + 1,
        value,
        json,
      });
      changedTexts.push(text);
      (texts as Map<string, CommittedComponentState>).set(state.plan.key, text);
    }
    const collected = changedCollections(record, changedLists);
    const next: SessionRecord = {
      revision: record.revision + 1,
      createdAtMs: record.createdAtMs,
      lastActivityAtMs: nowMs,
      expiresAtMs: nowMs + this.#timeoutMs,
      runsCompleted: record.runsCompleted + 1,
      values,
      texts,
      textsAreStored: true,
      collections: collected?.collections ?? record.collections,
      filled: noChanges,
    };
    const commit: SessionCommit = {
      key,
      expectedRevision: record.revision,
      createdAtMs: next.createdAtMs,
      lastActivityAtMs: next.lastActivityAtMs,
      expiresAtMs: next.expiresAtMs,
      runsCompleted: next.runsCompleted,
      components: texts,
      replaces: record.textsAreStored ? record.texts : undefined,
      collections: next.collections,
    };
    return {
      commit: collected === undefined ? commit : { ...commit, records: collected.records },
      next,
      changedTexts,
    };
  }

  #complete(
    head: Omit<SessionRecord, "values" | "texts">,
    restored: ReadonlyMap<string, object>,
    texts: Map<string, CommittedComponentState>,
  ): SessionRecord {
    const values = this.#states.map((state) => {
      const { key, version } = state.plan;
      const found = restored.get(key);
      if (found !== undefined) {
        return found;
      }
      const { value, json } = state.initial();
      texts.set(key, { version, json, changedInRevision: head.revision + 1 });
      return value;
    });
    return { ...head, values, texts };
  }

  #bySlot(slot: number): ComponentState {
    const found = this.#states[slot];
    if (found === undefined) {
      throw new TypeError(`There is no state in slot ${slot}.`);
    }
    return found;
  }
}
