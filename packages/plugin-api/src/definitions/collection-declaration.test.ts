import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { CollectionDeclaration, CollectionItemMigration } from "./collection-declaration.js";
import { defineFunction, definePerUserFunction } from "./define-function.js";
import { definePerUserFunctionGroup } from "./define-function-group.js";

const step: CollectionItemMigration = (item) => item;
const functions = { add: { input: z.string(), output: z.number() } };

function define(name: string, declaration: Partial<CollectionDeclaration>) {
  return definePerUserFunction({
    input: z.object({}),
    output: z.object({}),
    collections: { [name]: { item: z.string(), version: 1, ...declaration } },
    build: () => () => ({}),
  });
}

describe("a declaration of collections", () => {
  it("stands in the definition by name, with or without a state, for functions and groups", () => {
    const collections = { notes: { item: z.string(), version: 1 } };
    const group = definePerUserFunctionGroup({ functions, collections, build: () => ({ add: () => 1 }) });
    expect(group).toMatchObject({ state: undefined, collections });
    expect(define("notes", {}).collections).toMatchObject({ notes: { version: 1 } });
  });

  it("is empty where there is none, and for shared functions", () => {
    const shared = defineFunction({ input: z.string(), output: z.string(), build: () => (text) => text });
    const perUser = definePerUserFunction({ input: z.string(), output: z.string(), build: () => (text) => text });
    expect([shared.collections, perUser.collections]).toEqual([{}, {}]);
  });

  it.each(["notes", "a", "Notes_2", "a-b", "x".repeat(100)])("may be called %s", (name) => {
    expect(Object.keys(define(name, {}).collections)).toEqual([name]);
  });

  it.each(["", "a b", "a/b", "a.b", "ä", "a%2Fb", "x".repeat(101)])("cannot be called %o", (name) => {
    expect(() => define(name, {})).toThrow("cannot name a collection");
  });

  it.each<[string, Partial<CollectionDeclaration>, string]>([
    ["version 0", { version: 0 }, "The collection notes has a version that is a whole number from 1 on"],
    ["a hole in its migrations", { version: 3, migrations: { 2: step } }, "none leads to version 3"],
    ["a migration beyond its version", { version: 1, migrations: { 2: step } }, "a migration to version 2"],
    [
      "items JSON cannot hold",
      { item: z.object({ at: z.date() }) },
      "notes cannot be stored: JSON holds no date (at at)",
    ],
    ["items by a one-way transform", { item: z.string().transform(Number) }, "one way only"],
  ])("is refused with %s when the definition is made", (_what, declaration, message) => {
    expect(() => define("notes", declaration)).toThrow(message);
  });
});
