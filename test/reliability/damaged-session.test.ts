import { systemClock } from "@alcove/plugin-api";
import { openSqliteSessionStore, type VerifiedEntry } from "@alcove/state";
import { expect, test } from "vitest";
import { HttpClient } from "../e2e/http-client.js";
import { Arena } from "./arena.js";
import { damageText } from "./faults/flipped-bytes.js";
import { askForEvidence } from "./observer/evidence.js";

const users = ["alice", "bob", "carol"] as const;

async function withServer<Result>(arena: Arena, use: (client: HttpClient) => Promise<Result>): Promise<Result> {
  const server = await arena.start();
  const client = new HttpClient(server.url);
  try {
    return await use(client);
  } finally {
    client.close();
    await server.stop("SIGTERM");
  }
}

/** What each user holds after an operation, or the code of the error. */
function write(arena: Arena, operation: string): Promise<Record<string, unknown>> {
  return withServer(arena, async (client) => {
    const answers: Record<string, unknown> = {};
    for (const user of users) {
      const { evidence, code } = await askForEvidence(client, user, `${user}/${operation}`);
      answers[user] = evidence?.operations ?? code;
    }
    return answers;
  });
}

test("a damaged session is refused and reported, all others go on, and once it is removed its user begins anew", async () => {
  const arena = await Arena.create({ scenario: "damaged-session", seed: "none", nodeArguments: [] });
  try {
    await write(arena, "first");
    expect(damageText(arena.storePath, "bob/first")).toBeGreaterThan(0);
    expect(await write(arena, "second")).toEqual({
      alice: ["alice/first", "alice/second"],
      bob: "STATE_UNREADABLE",
      carol: ["carol/first", "carol/second"],
    });

    const store = await openSqliteSessionStore({ path: arena.storePath, clock: systemClock });
    const damaged: VerifiedEntry[] = [];
    await store.verify((entry) => entry.damaged !== undefined && damaged.push(entry));
    expect(damaged).toHaveLength(1);
    const listed = await store.list({ limit: 10 });
    const key = listed.find(({ entry }) => entry === damaged[0]?.entry)?.key;
    expect(key !== undefined && (await store.remove(key))).toBe(true);
    await store.close();

    expect(await write(arena, "third")).toEqual({
      alice: ["alice/first", "alice/second", "alice/third"],
      bob: ["bob/third"],
      carol: ["carol/first", "carol/second", "carol/third"],
    });
  } finally {
    await arena.dispose();
  }
});
