import { StoredStateError, stateSchemaNature, type z } from "@alcove/plugin-api";
import { schemaFaults } from "../runs/schema-check.js";
import { firstDifference, type StoredForm, storedForm } from "./state-json.js";

/** What a schema made of a value, or why it refused. */
export type Reading = { readonly data: unknown } | Refusal;

interface Refusal {
  readonly fault: string;
  readonly cause: unknown;
}

/** The schema of something that is stored as JSON: checks values on the way in and on the way out. */
export class StoredSchema {
  /** Whether stored and live form differ, because the schema has codecs. */
  readonly hasCodec: boolean;
  readonly #what: string;
  readonly #schema: z.ZodType;

  /** @param what What messages call a value, as the beginning of a sentence: `The state of notepad`. */
  constructor(what: string, schema: z.ZodType) {
    this.#what = what;
    this.#schema = schema;
    this.hasCodec = stateSchemaNature(schema).hasCodec;
  }

  /** The live form of a stored value. */
  decode(stored: unknown): Reading {
    return reading(() => this.#schema.safeParse(stored));
  }

  /** The stored side of a value in the form in which it is stored. @throws STATE_INVALID when JSON cannot hold it. */
  stored(value: unknown, previous?: object | undefined): StoredForm {
    return storedForm(this.#what, value, previous);
  }

  /**
   * A live value in the form in which it is stored, and from which it can be read again.
   *
   * @param subject What messages call this value: `The state notepad left behind`.
   * @param previous What it was when it was stored before.
   * @throws STATE_INVALID when it breaks the schema, or JSON cannot hold it.
   */
  capture(live: unknown, subject: string, previous?: object | undefined): StoredForm {
    const made = this.hasCodec ? reading(() => this.#schema.safeEncode(live)) : this.decode(live);
    if (!("data" in made)) {
      throw invalidValue(subject, made);
    }
    if (!this.hasCodec) {
      assertSame(live, made.data, subject);
      return this.stored(live, previous);
    }
    const stored = this.stored(made.data);
    const again = this.decode(stored.value);
    if (!("data" in again)) {
      throw invalidValue(`${subject}, once encoded and decoded again,`, again);
    }
    return stored;
  }
}

/** The error for a value that its schema refuses. */
export function invalidValue(subject: string, { fault, cause }: Refusal): StoredStateError {
  return new StoredStateError("STATE_INVALID", `${subject} breaks its schema: ${fault}`, { cause });
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

/** A value that is stored has to be what its schema makes of it, or it would be another one when it is read. */
function assertSame(live: unknown, parsed: unknown, subject: string): void {
  const difference = firstDifference(live, parsed, []);
  if (difference !== undefined) {
    throw new StoredStateError(
      "STATE_INVALID",
      `${subject} is not what its schema makes of it: they differ at ${difference.join(".") || "the root"}. ` +
        "A schema of what is stored has to name every key, and transforms by codecs only.",
    );
  }
}
