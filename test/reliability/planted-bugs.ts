import { z } from "zod";
import type { ComplaintKind } from "./complaint.js";

const editSchema = z.object({
  /** Stands in the built module exactly once. */
  find: z.string(),
  replace: z.string(),
});

/** What of a bug the server process has to know. */
export const plantingSchema = z.object({
  name: z.string(),
  /** The built module, from the root of the workspace. */
  module: z.string(),
  edits: z.array(editSchema).min(1),
});

/** A bug that is planted into a built module when a server imports it, and what has to find it. */
export interface PlantedBug extends z.output<typeof plantingSchema> {
  readonly scenario: string;
  /** After how many faults it has to be found. */
  readonly faultsAtMost: number;
  /** What it has to be found as; another complaint does not count. */
  readonly seenAs: readonly ComplaintKind[];
}

const residentSession = "packages/runtime/dist/sessions/resident-session.js";
const keyvSessionStore = "packages/state/dist/keyv-session-store.js";
const writeQueue = "packages/state/dist/write-queue.js";

const awaitedCommit = "await store.commit(whole);";

/** Every planted bug. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "reply before commit",
    module: residentSession,
    edits: [
      {
        find: awaitedCommit,
        replace: awaitedCommit.replace("await store", "void store").replace(";", ".catch(() => undefined);"),
      },
    ],
    scenario: "kill",
    faultsAtMost: 12,
    seenAs: ["lost"],
  },
  {
    name: "batch acknowledged before it is written, several in flight",
    module: writeQueue,
    edits: [
      {
        find: "const taken = await this.#attempt(() => this.#options.writeBatch(batch));",
        replace:
          "void this.#attempt(() => this.#options.writeBatch(batch)).catch(() => undefined); const taken = batch.map(() => true);",
      },
    ],
    scenario: "kill",
    faultsAtMost: 12,
    seenAs: ["lost"],
  },
  {
    name: "lost rollback: a failed run's changes stay in memory",
    module: "packages/runtime/dist/runs/state-drafts.js",
    edits: [
      {
        find: "            this.finish();",
        replace: "            for (const { slot, value } of this.finish()) this.#committed[slot] = value;",
      },
    ],
    scenario: "kill",
    faultsAtMost: 4,
    seenAs: ["phantom"],
  },
  {
    name: "shared cache: a user finds the room of another one",
    module: "packages/runtime/dist/sessions/residency.js",
    edits: [
      {
        find: "let place = this.#places.get(userId);",
        replace: "let place = this.#places.get(userId) ?? [...this.#places].find(([id]) => id[0] === userId[0])?.[1];",
      },
    ],
    scenario: "kill",
    faultsAtMost: 4,
    seenAs: ["foreign"],
  },
  {
    name: "idempotency record not consulted",
    module: "packages/runtime/dist/sessions/recorded-replies.js",
    edits: [{ find: "const entry = (await this.#loadIndex()).get(hash);", replace: "const entry = undefined;" }],
    scenario: "kill",
    faultsAtMost: 4,
    seenAs: ["doubled"],
  },
  {
    name: "idempotency record in a commit of its own",
    module: residentSession,
    edits: [
      {
        find: awaitedCommit,
        replace:
          "await store.commit(commit); if (recording !== undefined) { await store.commit({ ...commit, replaces: commit.components, expectedRevision: next.revision, records: recording.records }); next.revision += 1; }",
      },
    ],
    scenario: "kill",
    faultsAtMost: 40,
    seenAs: ["doubled"],
  },
  {
    name: "turn not taken: runs of one user in parallel",
    module: residentSession,
    edits: [{ find: "new FairSemaphore(1, ", replace: "new FairSemaphore(1000, " }],
    scenario: "kill",
    faultsAtMost: 4,
    // The store's revisions turn what would be lost into refusals that nobody has to expect.
    seenAs: ["lost", "torn", "other"],
  },
  {
    name: "only the first changed component reaches the disk",
    module: "packages/runtime/dist/sessions/session-record.js",
    edits: [
      {
        find: "texts.set(state.plan.key, text);",
        replace: "if (slot === changes[0].slot) texts.set(state.plan.key, text);",
      },
    ],
    scenario: "kill",
    faultsAtMost: 4,
    seenAs: ["torn"],
  },
  {
    name: "items of a collection are no part of the commit",
    module: "packages/runtime/dist/sessions/session-record.js",
    edits: [
      {
        find: "collected === undefined ? commit : { ...commit, records: collected.records }",
        replace: "commit",
      },
    ],
    scenario: "kill",
    faultsAtMost: 4,
    // Missing items are noticed by whoever reads them, who is refused.
    seenAs: ["torn", "other"],
  },
  {
    name: "sweeper removes living sessions",
    module: keyvSessionStore,
    edits: [{ find: "const expiredAtMs = this.nowMs();", replace: "const expiredAtMs = this.nowMs() + 86400000;" }],
    scenario: "kill",
    faultsAtMost: 12,
    seenAs: ["lost"],
  },
  {
    name: "resurrect on wake: an expired session is loaded",
    module: "packages/state/dist/session-reader.js",
    edits: [{ find: "(await this.#isGone(session.expiresAtMs)) ? undefined : session", replace: "session" }],
    scenario: "clock-jumps",
    faultsAtMost: 12,
    seenAs: ["resurrected"],
  },
  {
    name: "recorded time not honoured after a restart",
    module: keyvSessionStore,
    edits: [{ find: "this.#parts.time.startFrom(facts.timeMs);", replace: "" }],
    scenario: "clock-jumps",
    faultsAtMost: 24,
    // With the clock set back, what is used expires by that clock: too early as soon as it is set right again.
    seenAs: ["resurrected", "lost"],
  },
  {
    name: "session expires early",
    module: "packages/runtime/dist/sessions/session-record.js",
    edits: [
      {
        find: "expiresAtMs: nowMs + this.#timeoutMs,",
        replace: "expiresAtMs: nowMs + this.#timeoutMs / 2,",
      },
    ],
    scenario: "clock-jumps",
    faultsAtMost: 12,
    seenAs: ["lost"],
  },
  {
    name: "skip fsync: synchronous=NORMAL",
    module: "packages/state/dist/sqlite-settings.js",
    edits: [{ find: '["synchronous", "FULL", 2]', replace: '["synchronous", "NORMAL", 1]' }],
    scenario: "power-loss",
    faultsAtMost: 20,
    seenAs: ["lost"],
  },
  {
    name: "skip fsync: synchronous=OFF",
    module: "packages/state/dist/sqlite-settings.js",
    edits: [{ find: '["synchronous", "FULL", 2]', replace: '["synchronous", "OFF", 0]' }],
    scenario: "power-loss",
    faultsAtMost: 20,
    seenAs: ["lost"],
  },
  {
    name: "checksum not verified",
    module: "packages/state/dist/stored-entry.js",
    edits: [{ find: "inHexadecimal(checksumOf(entryKey, expiresAt, revision, body)) !== checksum || ", replace: "" }],
    scenario: "flipped-database-bytes",
    faultsAtMost: 60,
    seenAs: ["foreign", "torn"],
  },
  {
    name: "memory ahead of disk after a refused commit",
    module: residentSession,
    edits: [{ find: awaitedCommit, replace: `this.#record = next; ${awaitedCommit}` }],
    scenario: "full-disk",
    faultsAtMost: 10,
    seenAs: ["phantom", "other"],
  },
  {
    name: "unknown outcome taken for success",
    module: residentSession,
    edits: [
      {
        find: awaitedCommit,
        replace: awaitedCommit.replace(
          ");",
          ').catch((error) => { if (error.code !== "OUTCOME_UNKNOWN") throw error; });',
        ),
      },
    ],
    scenario: "failing-disk",
    faultsAtMost: 20,
    seenAs: ["lost"],
  },
  {
    name: "shutdown cuts connections off instead of draining them",
    module: "packages/server/dist/connection-drain.js",
    edits: [{ find: "}, timeoutMs);", replace: "}, 0);" }],
    scenario: "drain",
    faultsAtMost: 6,
    seenAs: ["other"],
  },
  {
    name: "a stopping server replies without a commit",
    module: residentSession,
    edits: [
      {
        find: awaitedCommit,
        replace: `this.constructor.isStopping ??= process.once("SIGTERM", () => { this.constructor.isStopping = true; }); if (this.constructor.isStopping !== true) ${awaitedCommit}`,
      },
    ],
    scenario: "drain",
    faultsAtMost: 6,
    seenAs: ["lost"],
  },
];

/** The bug of a name. @throws TypeError */
export function plantedBug(name: string): PlantedBug {
  const bug = plantedBugs.find((each) => each.name === name);
  if (bug === undefined) {
    throw new TypeError(`There is no planted bug "${name}".`);
  }
  return bug;
}

/** The text of a module with the bug in it. @throws TypeError when the module is no longer what the bug was made for. */
export function withBug({ name, module, edits }: z.output<typeof plantingSchema>, source: string): string {
  let planted = source;
  for (const { find, replace } of edits) {
    const parts = planted.split(find);
    if (parts.length !== 2) {
      throw new TypeError(
        `The bug "${name}" cannot be planted: ${module} holds ${parts.length - 1} times, and not once: ${find}`,
      );
    }
    planted = parts.join(replace);
  }
  return planted;
}
