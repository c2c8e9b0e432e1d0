import { expect } from "vitest";
import { note, notesOf } from "./assistant-client.js";
import type { ServerProcess } from "./server-process.js";
import { test } from "./workplace.js";

// Twenty take minutes; three are enough to notice a broken promise.
const KILLS = Number(process.env["ALCOVE_TEST_KILLS"] ?? 3);
const WRITERS = 64;
const USERS = 200;
const ACKNOWLEDGED_PER_KILL = 1_000;

/** Remembers, outside the server, what was sent and what was acknowledged. */
class Observer {
  readonly sent = new Set<string>();
  readonly acknowledged = new Set<string>();
  readonly missing: string[] = [];
  readonly foreign: string[] = [];
  readonly repeated: string[] = [];

  /** Compares the stored notes of one user with what is remembered. A note carries the name of its user. */
  compare(user: string, stored: readonly string[]): void {
    const found = new Set(stored);
    if (found.size !== stored.length) {
      this.repeated.push(...stored.filter((text, index) => stored.indexOf(text) !== index));
    }
    this.foreign.push(...stored.filter((text) => !this.sent.has(text) || !text.startsWith(`${user} `)));
    this.missing.push(...[...this.acknowledged].filter((text) => text.startsWith(`${user} `) && !found.has(text)));
  }
}

const userNames = Array.from({ length: USERS }, (_, index) => `user-${index}`);

/** Writes notes of all users until the server is gone; kills it, with writers in the middle of it, after enough replies. */
async function writeUntilKilled(server: ServerProcess, observer: Observer, round: number): Promise<number> {
  let acknowledged = 0;
  let isKilled = false;
  const write = async (writer: number): Promise<void> => {
    for (let turn = 0; !isKilled; turn += 1) {
      const user = userNames[(writer * 7 + turn * 13) % USERS] ?? "";
      const text = `${user} round ${round} writer ${writer} turn ${turn}`;
      observer.sent.add(text);
      const reply = await note(server.client, user, "add", text);
      if (reply.success) {
        observer.acknowledged.add(text);
        acknowledged += 1;
      }
      if (acknowledged >= ACKNOWLEDGED_PER_KILL + round * 17 && !isKilled) {
        isKilled = true;
        server.signal("SIGKILL");
      }
    }
  };
  const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer));
  const outcomes = await Promise.allSettled(writers);
  await server.ended();
  expect(outcomes.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
  return acknowledged;
}

test(`kill -9 under load, ${KILLS} times, loses and repeats nothing`, { timeout: 60_000 + KILLS * 30_000 }, async ({
  workplace,
}) => {
  const overrides = { "functions.notepad.max_notes": "1000000" };
  const observer = new Observer();
  for (let round = 0; round < KILLS; round += 1) {
    const server = await workplace.start({ overrides });
    expect(await writeUntilKilled(server, observer, round)).toBeGreaterThanOrEqual(ACKNOWLEDGED_PER_KILL);

    const restarted = await workplace.start({ overrides });
    await Promise.all(userNames.map(async (user) => observer.compare(user, await notesOf(restarted.client, user))));
    expect({ missing: observer.missing, foreign: observer.foreign, repeated: observer.repeated }).toEqual({
      missing: [],
      foreign: [],
      repeated: [],
    });
    await restarted.stop("SIGKILL");
  }
  expect(observer.acknowledged.size).toBeGreaterThanOrEqual(KILLS * ACKNOWLEDGED_PER_KILL);
});
