import { type StateDeclaration, type StateMigrationContext, StoredStateError } from "@alcove/plugin-api";
import type { ComponentPlan, StatePlan } from "../plan/application-plan.js";
import { migrateStored, readerName, type StoredVersion } from "./migrate-stored.js";
import { invalidValue, type Reading, StoredSchema } from "./stored-schema.js";

/** A component's state as it is, or will be, on disk. */
export interface CommittedState {
  /**
   * What a load of `json` would give, so that it makes no difference whether a session stayed in memory; deeply frozen.
   * Where the schema has codecs it is their stored side.
   */
  readonly value: object;
  readonly json: string;
}

/** How the state of one component begins, is read, and is stored. The same for every user. */
export class ComponentState {
  readonly plan: StatePlan;
  readonly component: ComponentPlan;
  readonly #declaration: StateDeclaration;
  readonly #schema: StoredSchema;

  constructor(component: ComponentPlan, declaration: StateDeclaration, plan: StatePlan) {
    this.plan = plan;
    this.component = component;
    this.#declaration = declaration;
    this.#schema = new StoredSchema(`The state of ${component.name}`, declaration.schema);
  }

  /** Whether stored and live form differ, because the schema has codecs. */
  get hasCodec(): boolean {
    return this.#schema.hasCodec;
  }

  /** What a new user begins with. @throws STATE_INVALID */
  initial(): CommittedState {
    const live = this.#schema.decode(this.#declaration.initial(this.component.config as never));
    // Decoded, because the schema may fill in defaults.
    return this.capture(this.#objectOf(live, "begins with"), undefined, "begins with");
  }

  /**
   * A stored state, migrated if need be.
   *
   * @param filling What the steps have at hand.
   * @throws STATE_UNREADABLE, STATE_VERSION_UNSUPPORTED, STATE_MIGRATION_FAILED
   */
  async restore(stored: StoredVersion, filling: StateMigrationContext): Promise<CommittedState> {
    if (stored.version !== this.plan.version) {
      return this.#migrate(stored, filling);
    }
    const live = this.#schema.decode(stored.value);
    const value = this.hasCodec ? stored.value : "data" in live && live.data;
    if (!("data" in live) || !isObject(value)) {
      throw new StoredStateError(
        "STATE_UNREADABLE",
        `The stored state of ${this.component.name} does not fit its schema.`,
        { cause: "cause" in live ? live.cause : undefined },
      );
    }
    return { value: this.#schema.stored(value).value as object, json: JSON.stringify(stored.value) };
  }

  /**
   * What a run left behind, ready to be stored.
   *
   * @param previous The value that was committed before.
   * @throws STATE_INVALID when it breaks the schema, or JSON cannot hold it.
   */
  capture(live: unknown, previous: object | undefined, verb = "left behind"): CommittedState {
    const { value, json } = this.#schema.capture(live, this.#subject(verb), previous);
    return { value: this.#objectOf(isObject(live) ? { data: value } : { data: live }, verb), json };
  }

  /** What a run drafts: the committed value itself, or where there are codecs what they make of it, afresh each time. */
  open(committed: object): object {
    return this.hasCodec ? this.#objectOf(this.#schema.decode(committed), "is kept with") : committed;
  }

  async #migrate(stored: StoredVersion, filling: StateMigrationContext): Promise<CommittedState> {
    const names = { what: `state of ${this.component.name}`, reader: readerName(this.component) };
    const migrated = await migrateStored(names, this.#declaration, stored, (step, state) => step(state, filling));
    try {
      const live = this.#objectOf(this.#schema.decode(migrated), "was migrated to");
      return this.capture(live, undefined, "was migrated to");
    } catch (cause) {
      throw new StoredStateError("STATE_MIGRATION_FAILED", (cause as Error).message, { cause });
    }
  }

  /** @throws STATE_INVALID */
  #objectOf(found: Reading, verb: string): object {
    if ("data" in found && isObject(found.data)) {
      return found.data;
    }
    const reading = "fault" in found ? found : { fault: "it has to be an object or an array", cause: undefined };
    throw invalidValue(this.#subject(verb), reading);
  }

  #subject(verb: string): string {
    return `The state ${this.component.name} ${verb}`;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
