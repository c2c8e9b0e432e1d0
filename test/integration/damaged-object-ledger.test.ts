import { type Logger, silentLogger } from "@alcove/plugin-api";
import { createKeyvSessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { BreakableStore } from "./support/breakable-object-store.js";
import { type FilingInput, filingConfig, filingPlugin } from "./support/filing-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const timeoutMs = 30 * 60_000;

/** An application with an object of each user, on a session store whose entries the test can damage. */
async function damageableScene() {
  const files = new BreakableStore();
  const bench = await Workbench.create([filingPlugin, files.plugin]);
  const entries = new Map<string, unknown>();
  const store = await createKeyvSessionStore({ keyvAdapter: entries, clock: bench.clock });
  const errors: Parameters<Logger["error"]>[] = [];
  const logger: Logger = { ...silentLogger, error: (...line) => void errors.push(line), child: () => logger };
  const { runtime } = await bench.start(filingConfig("{ _type: breakable }"), { store, logger });
  const ask = (userId: string, input: FilingInput): Promise<unknown> => call(runtime, userId, input);
  for (const userId of ["alice", "bob", "carol"]) {
    await ask(userId, { action: "put", text: userId });
  }
  return {
    bench,
    runtime,
    store,
    files,
    errors,
    ask,
    endSession: (userId: string): Promise<void> =>
      runtime.sessions.endSession(
        userId,
        async () => void (await store.remove({ application: "config", userId })),
        10_000,
      ),
    /** Changes the first entry of the ledger under a name that holds a text, and tells its name. */
    damage: (kind: string, holding = ""): string => {
      const [name = "", text] =
        [...entries].find(([entry, value]) => entry.includes(`/${kind}/`) && String(value).includes(holding)) ?? [];
      expect(name).not.toBe("");
      entries.set(name, String(text).replace('"files"', '"FILES"'));
      return name;
    },
    /** Whose objects are stored. */
    owners: (): string[] => Array.from(files.objects.values(), ({ body }) => new TextDecoder().decode(body)).sort(),
  };
}

describe("where what is noted of objects is damaged", () => {
  it("as those of an ended session, everybody else's are removed, and it is reported", async () => {
    const { bench, runtime, store, files, errors, endSession, damage, owners } = await damageableScene();
    await using _ = bench;
    files.mood = "down";
    await endSession("alice");
    const damaged = damage("ended");
    files.mood = "sound";
    bench.clock.advance(timeoutMs);
    await runtime.sweep();
    await runtime.sweep();
    expect(owners()).toEqual(["alice"]);
    expect(errors).toEqual([
      [
        "What is noted of a session's objects cannot be read; they are not removed from their store",
        { record: expect.stringMatching(/^ended\//), error: expect.objectContaining({ code: "STATE_UNREADABLE" }) },
      ],
    ]);
    const found: string[] = [];
    await store.verify(({ entry, damaged: damage }) => void (damage !== undefined && found.push(entry)));
    expect(found).toEqual([damaged]);
  });

  it("as those of a user, everybody else's are removed when their sessions have expired", async () => {
    const { bench, runtime, errors, damage, owners } = await damageableScene();
    await using _ = bench;
    damage("user", '"alice"');
    bench.clock.advance(timeoutMs);
    await runtime.sweep();
    await runtime.sweep();
    expect(owners()).toEqual(["alice"]);
    expect(errors).toHaveLength(1);
  });

  it("as those of a user, the user is told, and begins anew with the session that follows a deleted one", async () => {
    const { bench, errors, ask, endSession, damage, owners } = await damageableScene();
    await using _ = bench;
    damage("user", '"alice"');
    await expect(ask("alice", { action: "list" })).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    expect(await ask("bob", { action: "list" })).toMatchObject({ result: { objects: [{ key: "note" }] } });
    await endSession("alice");
    expect(errors).toEqual([
      [
        expect.stringContaining("out of sight"),
        expect.objectContaining({ objects: expect.stringMatching(/^users\//) }),
      ],
    ]);
    expect(await ask("alice", { action: "list" })).toEqual({ result: { objects: [] } });
    expect(owners()).toEqual(["alice", "bob", "carol"]);
  });
});
