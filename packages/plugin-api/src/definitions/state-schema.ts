import type { z } from "zod";

/** What a state's schema means for storing it. */
export interface StateSchemaNature {
  /** Whether stored and live form differ, because there are codecs in it. */
  readonly hasCodec: boolean;
  /** Why such a state cannot be stored, with the place; `undefined` when it can. */
  readonly fault: string | undefined;
}

type Schema = z.core.$ZodType;

// What JSON cannot hold. A codec may have it on its live side.
const unstorable: ReadonlySet<string> = new Set([
  "bigint",
  "date",
  "file",
  "function",
  "map",
  "promise",
  "set",
  "symbol",
]);

/**
 * Looks through the stored side of a state's schema. What a schema leaves open (`z.any()`, `z.custom()`) is looked at
 * when there are values.
 */
export function stateSchemaNature(schema: z.ZodType): StateSchemaNature {
  const walk = new SchemaWalk();
  walk.visit(schema, []);
  return { hasCodec: walk.hasCodec, fault: walk.fault };
}

class SchemaWalk {
  hasCodec = false;
  fault: string | undefined;
  readonly #seen = new Set<Schema>();

  visit(schema: Schema, path: readonly string[]): void {
    if (this.#seen.has(schema)) {
      return;
    }
    this.#seen.add(schema);
    const { def } = schema._zod;
    if (unstorable.has(def.type)) {
      this.#blame(`JSON holds no ${def.type}`, "declare a z.codec whose stored side is JSON", path);
    }
    if (def.type === "transform") {
      this.#blame("a transform goes one way only", "use z.codec, which leads back as well", path);
    }
    for (const [name, part] of this.#partsOf(schema)) {
      this.visit(part, name === "" ? path : [...path, name]);
    }
  }

  #blame(what: string, remedy: string, path: readonly string[]): void {
    this.fault ??= `${what} (at ${path.join(".") || "its root"}); ${remedy}.`;
  }

  /** The schemas a schema is made of, on its stored side. */
  #partsOf(schema: Schema): [string, Schema][] {
    const { def } = schema._zod as z.core.$ZodTypes["_zod"];
    switch (def.type) {
      case "object":
        return [...Object.entries(def.shape), ...(def.catchall === undefined ? [] : [named("*", def.catchall)])];
      case "array":
        return [["[]", def.element]];
      case "tuple":
        return [
          ...def.items.map((item, index) => named(`${index}`, item)),
          ...(def.rest ? [named("[]", def.rest)] : []),
        ];
      case "record":
        return [named("*", def.valueType)];
      case "union":
        return def.options.map((option) => named("", option));
      case "intersection":
        return [named("", def.left), named("", def.right)];
      case "lazy":
        return [named("", def.getter())];
      case "pipe":
        return this.#stagesOf(def);
      case "catch":
      case "optional":
      case "nullable":
      case "nonoptional":
      case "default":
      case "prefault":
      case "readonly":
        return [["", def.innerType]];
      default:
        return [];
    }
  }

  #stagesOf(def: z.core.$ZodPipeDef): [string, Schema][] {
    if (def.reverseTransform !== undefined) {
      this.hasCodec = true;
      return [["", def.in]];
    }
    return [
      ["", def.in],
      ["", def.out],
    ];
  }
}

function named(name: string, schema: Schema): [string, Schema] {
  return [name, schema];
}
