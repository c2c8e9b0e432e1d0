import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeyvSessionStore, openSqliteSessionStore } from "@alcove/state";
import { sessionStoreContract } from "@alcove/testing";
import { afterAll, beforeAll, describe, it } from "vitest";

describe("the SQLite session store keeps the contract", () => {
  let folder = "";
  let opened = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "alcove-contract-"));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const cases = sessionStoreContract({
    open(clock) {
      opened += 1;
      return openSqliteSessionStore({ path: join(folder, `${opened}.sqlite`), clock });
    },
    reopen: (clock) => openSqliteSessionStore({ path: join(folder, `${opened}.sqlite`), clock }),
  });
  for (const { name, run } of cases) {
    it(name, run);
  }
});

describe("a session store over a Map keeps the contract", () => {
  let entries = new Map<string, unknown>();

  const cases = sessionStoreContract({
    open(clock) {
      entries = new Map();
      return createKeyvSessionStore({ keyvAdapter: entries, clock });
    },
    reopen: (clock) => createKeyvSessionStore({ keyvAdapter: entries, clock }),
  });
  for (const { name, run } of cases) {
    it(name, run);
  }
});
