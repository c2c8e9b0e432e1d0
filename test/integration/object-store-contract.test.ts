import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectStoreDefinition } from "@alcove/plugin-api";
import { objectStoreContract } from "@alcove/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { filingConfig, filingPlugin } from "./support/filing-plugin.js";
import { Workbench } from "./support/test-application.js";

/** The definition of a type that comes with Alcove. @param fields Any that the type takes. */
async function builtInType(fields: string): Promise<ObjectStoreDefinition> {
  await using bench = await Workbench.create([filingPlugin]);
  const { plan } = await bench.plan(filingConfig(fields));
  const store = plan?.sharedComponents.find(({ section }) => section === "object_stores");
  if (store?.definition.kind !== "object_store") {
    throw new TypeError(`There is no object store ${fields}.`);
  }
  return store.definition;
}

describe("the object store in memory keeps the contract", async () => {
  const definition = await builtInType("{ _type: in_memory }");
  for (const { name, run } of objectStoreContract({ definition, survivesRestart: false })) {
    it(name, run);
  }
});

describe("the object store in files keeps the contract", async () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "alcove-object-contract-"));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const cases = objectStoreContract({
    definition: await builtInType("{ _type: file_system, path: /nowhere }"),
    config: async () => ({ path: await mkdtemp(join(folder, "store-")) }),
    survivesRestart: true,
  });
  for (const { name, run } of cases) {
    it(name, run);
  }
});
