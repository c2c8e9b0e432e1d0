import { expect, test } from "vitest";
import { type CommandResult, runAlcove } from "../e2e/command-line.js";
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

/** `alcove sessions …` on the store, which no server holds. */
function sessions(arena: Arena, ...sessionsArguments: readonly string[]): Promise<CommandResult> {
  const place = ["--config_file", arena.configFile, "--override", "general.store.path", arena.storePath];
  return runAlcove(["sessions", ...sessionsArguments, ...place], { cwd: arena.folder });
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

    const verified = await sessions(arena, "verify");
    expect(verified.exitCode).toBe(1);
    expect(verified.output).toContain("1 damaged");
    expect((await sessions(arena, "list")).output).toMatch(/damaged/);
    expect((await sessions(arena, "delete", "bob")).exitCode).toBe(0);
    expect((await sessions(arena, "verify")).exitCode).toBe(0);

    expect(await write(arena, "third")).toEqual({
      alice: ["alice/first", "alice/second", "alice/third"],
      bob: ["bob/third"],
      carol: ["carol/first", "carol/second", "carol/third"],
    });
  } finally {
    await arena.dispose();
  }
});
