import { type JsonValue, type StateDeclaration, StoredStateError, stateSchemaNature, type z } from "@alcove/plugin-api";
import type { ComponentPlan, StatePlan } from "../plan/application-plan.js";
import { schemaFaults } from "../runs/schema-check.js";
import { migrateState } from "./migrate-state.js";
import { firstDifference, storedForm } from "./state-json.js";

/** A component's state as it is, or will be, on disk. */
export interface CommittedState {
  /**
   * What a load of `json` would give, so that it makes no difference whether a session stayed in memory. Where the schema
   * has codecs it is their stored side, and deeply frozen, because their code gets to see it; else functions reach it by
   * drafts only, and its lists are not frozen.
   */
  readonly value: object;
  readonly json: string;
}

type Reading = { readonly data: unknown } | { readonly fault: string; readonly cause: unknown };

/** How the state of one component begins, is read, and is stored. The same for every user. */
export class ComponentState {
  readonly plan: StatePlan;
  /** Whether stored and live form differ, because the schema has codecs. */
  readonly hasCodec: boolean;
  readonly #component: ComponentPlan;
  readonly #declaration: StateDeclaration;

  constructor(component: ComponentPlan, declaration: StateDeclaration, plan: StatePlan) {
    this.plan = plan;
    this.#component = component;
    this.#declaration = declaration;
    this.hasCodec = stateSchemaNature(declaration.schema).hasCodec;
  }

  /** What a new user begins with. @throws STATE_INVALID */
  initial(): CommittedState {
    const { name, config } = this.#component;
    const live = this.#decode(this.#declaration.initial(config as never));
    if (!("data" in live)) {
      throw invalid(name, "begins with", live);
    }
    // Decoded, because the schema may fill in defaults.
    return this.capture(live.data, undefined, "begins with");
  }

  /** A stored state, migrated if need be. @throws STATE_UNREADABLE, STATE_VERSION_UNSUPPORTED, STATE_MIGRATION_FAILED */
  async restore(stored: { readonly version: number; readonly state: JsonValue }): Promise<CommittedState> {
    if (stored.version !== this.plan.version) {
      return this.#migrate(stored);
    }
    const live = this.#decode(stored.state);
    const value = this.hasCodec ? stored.state : "data" in live && live.data;
    if (!("data" in live) || !isObject(value)) {
      throw new StoredStateError(
        "STATE_UNREADABLE",
        `The stored state of ${this.#component.name} does not fit its schema.`,
        { cause: "cause" in live ? live.cause : undefined },
      );
    }
    return { value: this.#stored(value, undefined).value, json: JSON.stringify(stored.state) };
  }

  /**
   * What a run left behind, ready to be stored.
   *
   * @param previous The value that was committed before.
   * @throws STATE_INVALID when it breaks the schema, or JSON cannot hold it.
   */
  capture(live: unknown, previous: object | undefined, verb = "left behind"): CommittedState {
    const { name } = this.#component;
    const made = this.hasCodec ? this.#encode(live) : this.#decode(live);
    if (!("data" in made) || !isObject(made.data) || !isObject(live)) {
      throw invalid(name, verb, made);
    }
    if (!this.hasCodec) {
      this.#assertSame(live, made.data, verb);
      return this.#stored(live, previous);
    }
    const stored = this.#stored(made.data, undefined);
    const again = this.#decode(stored.value);
    if (!("data" in again)) {
      throw invalid(name, `${verb}, once encoded and decoded again,`, again);
    }
    return stored;
  }

  /** What a run drafts: the committed value itself, or where there are codecs what they make of it, afresh each time. */
  open(committed: object): object {
    if (!this.hasCodec) {
      return committed;
    }
    const live = this.#decode(committed);
    if (!("data" in live) || !isObject(live.data)) {
      throw invalid(this.#component.name, "is kept with", live);
    }
    return live.data;
  }

  #stored(state: object, previous: object | undefined): CommittedState {
    const { value, json } = storedForm(this.#component.name, state, { previous, freezesLists: this.hasCodec });
    return { value: value as object, json };
  }

  /** A state that is stored has to be what its schema makes of it, or it would be another one after a restart. */
  #assertSame(live: object, parsed: object, verb: string): void {
    const difference = firstDifference(live, parsed, []);
    if (difference !== undefined) {
      throw new StoredStateError(
        "STATE_INVALID",
        `The state ${this.#component.name} ${verb} is not what its schema makes of it: they differ at ` +
          `${difference.join(".") || "the root"}. A state schema has to name every key, and transforms by codecs only.`,
      );
    }
  }

  async #migrate(stored: { readonly version: number; readonly state: JsonValue }): Promise<CommittedState> {
    const migrated = await migrateState(this.#component, this.#declaration, stored);
    const live = this.#decode(migrated);
    try {
      if (!("data" in live)) {
        throw invalid(this.#component.name, "was migrated to", live);
      }
      return this.capture(live.data, undefined, "was migrated to");
    } catch (cause) {
      throw new StoredStateError("STATE_MIGRATION_FAILED", (cause as Error).message, { cause });
    }
  }

  #decode(value: unknown): Reading {
    return reading(() => this.#declaration.schema.safeParse(value));
  }

  #encode(value: unknown): Reading {
    return reading(() => this.#declaration.schema.safeEncode(value as object));
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A codec is code of the plugin: what it throws is no different from what a schema refuses. */
function reading(parse: () => z.ZodSafeParseResult<unknown>): Reading {
  try {
    const parsed = parse();
    return parsed.success ? { data: parsed.data } : { fault: summarise(parsed.error), cause: parsed.error };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : String(cause), cause };
  }
}

function summarise(error: z.ZodError): string {
  return schemaFaults(error)
    .map(({ path, message }) => `${path.join(".") || "(the value)"}: ${message}`)
    .join("; ");
}

function invalid(componentName: string, verb: string, found: Reading): StoredStateError {
  const fault = "fault" in found ? found.fault : "it has to be an object or an array";
  return new StoredStateError("STATE_INVALID", `The state ${componentName} ${verb} breaks its schema: ${fault}`, {
    cause: "cause" in found ? found.cause : undefined,
  });
}
