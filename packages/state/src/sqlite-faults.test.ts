import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "@alcove/plugin-api";
import sqlite3 from "sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionCommit, SessionKey } from "./session-store.js";
import { openSqliteConnection } from "./sqlite-connection.js";
import { openSqliteSessionStore, type SqliteSessionStore } from "./sqlite-session-store.js";
import { withAdapter } from "./test-support/adapter-beneath.js";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const isRoot = process.getuid?.() === 0;
const hasStrace = spawnSync("strace", ["-V"]).status === 0;
const key = (userId: string): SessionKey => ({ application: "test", userId });

let folder = "";
let path = "";
let store: SqliteSessionStore | undefined;

/** The statements that were prepared and are not finalized. */
const prepared = new Set<sqlite3.Statement>();

beforeEach(() => {
  prepared.clear();
  const prepare = sqlite3.Database.prototype.prepare as (...all: unknown[]) => sqlite3.Statement;
  vi.spyOn(sqlite3.Database.prototype, "prepare").mockImplementation(function (
    this: sqlite3.Database,
    ...all: unknown[]
  ) {
    const statement = prepare.apply(this, all);
    prepared.add(statement);
    return statement;
  });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alcove-faults-"));
  path = join(folder, "sessions.sqlite");
});

afterEach(async () => {
  vi.restoreAllMocks();
  await store?.close();
  store = undefined;
  rmSync(folder, { recursive: true });
});

async function open(maxSessionBytes?: number): Promise<SqliteSessionStore> {
  store = await openSqliteSessionStore({
    path,
    clock: systemClock,
    ...(maxSessionBytes === undefined ? {} : { maxSessionBytes }),
  });
  return store;
}

function commitOf(userId: string, expectedRevision: number, state: unknown = expectedRevision + 1): SessionCommit {
  const nowMs = Date.now();
  return {
    key: key(userId),
    expectedRevision,
    createdAtMs: nowMs,
    lastActivityAtMs: nowMs,
    expiresAtMs: nowMs + 3_600_000,
    runsCompleted: expectedRevision + 1,
    components: new Map([["notes", { version: 1, json: JSON.stringify(state) }]]),
    records: [{ kind: "put", name: "a", json: JSON.stringify(expectedRevision + 1) }],
  };
}

/** What is stored of a user: the revision of the session, and of its record, which are always the same. */
async function storedOf(of: SqliteSessionStore, userId: string): Promise<unknown[]> {
  return [(await of.load(key(userId)))?.revision, await of.readRecord(key(userId), "a")];
}

/** The driver's handle of the connection that was opened last. */
async function driverHandle(of: SqliteSessionStore): Promise<sqlite3.Database> {
  const all = vi.spyOn(sqlite3.Database.prototype, "all");
  await of.count();
  const handle = all.mock.contexts.at(-1) as sqlite3.Database;
  all.mockRestore();
  return handle;
}

/** Closes a connection behind the store's back, together with the statements that are prepared on it, which would keep it open. */
async function closed(handle: sqlite3.Database): Promise<void> {
  for (const statement of prepared) {
    statement.finalize();
  }
  prepared.clear();
  await new Promise<void>((resolve, reject) => handle.close((error) => (error === null ? resolve() : reject(error))));
}

describe("a full disk", () => {
  it("is said to be full, loses nothing, and serves again when there is room", async (context) => {
    context.skip(!isRoot, "only root can mount a small file system");
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
    context.skip(mounted.status !== 0, `no small file system can be mounted: ${String(mounted.stderr)}`);
    try {
      const opened = await open();
      await opened.commit(commitOf("alice", 0));
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(join(folder, "ballast"), Buffer.alloc((bavail - 20) * bsize));
      const filling = "x".repeat(200_000);
      const [large, small] = await Promise.allSettled([
        opened.commit(commitOf("large", 0, filling)),
        opened.commit(commitOf("alice", 1)),
      ]);
      expect(large).toMatchObject({ reason: { code: "STORE_FULL", retryAfterSeconds: expect.any(Number) } });
      expect(small).toMatchObject({ status: "fulfilled" });
      expect(await storedOf(opened, "alice")).toEqual([2, 2]);
      expect(await storedOf(opened, "large")).toEqual([undefined, undefined]);
      expect([...opened.figures.commitFailures]).toEqual([["STORE_FULL", 1]]);
      expect(opened.figures.commits).toBe(2);
      rmSync(join(folder, "ballast"));
      await opened.commit(commitOf("large", 0, filling));
      expect(await storedOf(opened, "large")).toEqual([1, 1]);
      await opened.close();
      expect(await storedOf(await open(), "alice")).toEqual([2, 2]);
    } finally {
      await store?.close();
      execFileSync("umount", [folder]);
    }
  });
});

describe("a database that cannot be written", () => {
  it("refuses the change, and serves again by itself", async () => {
    const { store: opened, adapter } = await withAdapter(() => open());
    await opened.commit(commitOf("alice", 0));
    await adapter.query("PRAGMA query_only = ON");
    await expect(opened.commit(commitOf("alice", 1))).rejects.toMatchObject({
      code: "STORE_FAILED",
      retryAfterSeconds: expect.any(Number),
    });
    expect(opened.figures.lastWrite).toMatchObject({ failure: "STORE_FAILED" });
    expect(await storedOf(opened, "alice")).toEqual([1, 1]);
    await opened.commit(commitOf("alice", 1));
    expect(opened.figures.lastWrite).toMatchObject({ failure: undefined });
    expect(await storedOf(opened, "alice")).toEqual([2, 2]);
  });

  it("says so when it is asked whether it takes changes", async () => {
    const { store: opened, adapter } = await withAdapter(() => open());
    await opened.checkWritable();
    await adapter.query("PRAGMA query_only = ON");
    await expect(opened.checkWritable()).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(opened.figures.lastWrite).toMatchObject({ failure: "STORE_FAILED" });
    await opened.checkWritable();
    expect(opened.figures.lastWrite).toMatchObject({ failure: undefined });
  });
});

describe("a connection that was closed underneath the store", () => {
  it("is opened again, with all its settings, without anybody noticing", async () => {
    const opened = await open();
    await opened.commit(commitOf("alice", 0));
    for (const call of [() => opened.load(key("alice")), () => opened.commit(commitOf("alice", 1))]) {
      await closed(await driverHandle(opened));
      await call();
    }
    expect(await storedOf(opened, "alice")).toEqual([2, 2]);
    const handle = await driverHandle(opened);
    const rows = await new Promise((resolve) => handle.all("PRAGMA synchronous", (_, found) => resolve(found)));
    expect(rows).toEqual([{ synchronous: 2 }]);
    await expect(openSqliteSessionStore({ path, clock: systemClock })).rejects.toMatchObject({ code: "STORE_HELD" });
  });

  it("fails for as long as another program has the database, and serves again after that", async () => {
    const opened = await open();
    await opened.commit(commitOf("alice", 0));
    await closed(await driverHandle(opened));
    const other = await openSqliteConnection(path, 0);
    await other.query("BEGIN EXCLUSIVE");
    await expect(opened.commit(commitOf("alice", 1))).rejects.toMatchObject({
      code: "STORE_FAILED",
      retryAfterSeconds: 1,
    });
    await expect(opened.load(key("alice"))).rejects.toMatchObject({ code: "STORE_FAILED", retryAfterSeconds: 1 });
    expect([...opened.figures.commitFailures, ...opened.figures.readFailures]).toEqual([
      ["STORE_FAILED", 1],
      ["STORE_FAILED", 1],
    ]);
    await other.close();
    await opened.commit(commitOf("alice", 1));
    expect(await storedOf(opened, "alice")).toEqual([2, 2]);
  }, 20_000);

  it("is not opened again by a store that is closed", async () => {
    const opened = await open();
    await opened.close();
    await expect(opened.load(key("alice"))).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await (await openSqliteConnection(path, 0)).close();
  });
});

describe("a session that is too large", () => {
  it("is refused by itself, at the byte, without holding up anybody", async () => {
    const opened = await open(2_000);
    const [large, small] = await Promise.allSettled([
      opened.commit(commitOf("large", 0, "é".repeat(1_000))),
      opened.commit(commitOf("small", 0, "é".repeat(850))),
    ]);
    expect(large).toMatchObject({ reason: { code: "STATE_TOO_LARGE", message: expect.stringContaining("2000") } });
    expect(small.status).toBe("fulfilled");
    expect(await opened.load(key("large"))).toBeUndefined();
  });
});

// Runs the built package: it commits at each line of its input, and answers with the outcome.
const committerScript = `
  import { createInterface } from "node:readline";
  import { systemClock } from "@alcove/plugin-api";
  import { openSqliteSessionStore } from "@alcove/state";
  const store = await openSqliteSessionStore({ path: process.argv[1], clock: systemClock });
  const key = { application: "test", userId: "alice" };
  const commit = async () => {
    const revision = (await store.load(key))?.revision ?? 0;
    const now = store.nowMs();
    const components = new Map([["notes", { version: 1, json: "1" }]]);
    await store.commit({ key, expectedRevision: revision, createdAtMs: now, lastActivityAtMs: now,
      expiresAtMs: now + 3600000, runsCompleted: 1, components });
    return "revision " + (revision + 1);
  };
  console.log("open");
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(await commit().catch((error) => error.code));
  }
  await store.close();
`;

/** Runs it in a process of its own, under another program if one is given. */
function startCommitter(wrapper: readonly string[] = []) {
  const node = [process.execPath, "--input-type=module", "--eval", committerScript, path];
  const [program = "", ...programArguments] = [...wrapper, ...node];
  const child = spawn(program, programArguments, { cwd: packageFolder, stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => (await answers.next()).value;
  const commit = (): Promise<unknown> => {
    child.stdin.write("commit\n");
    return answer();
  };
  return { child, exited, answer, commit };
}

/** Attaches `strace` to a process; what it returns detaches it. */
async function trace(child: ChildProcess, straceArguments: readonly string[]): Promise<() => Promise<void>> {
  const tracer = spawn("strace", ["-f", "-p", String(child.pid), ...straceArguments], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(tracer, "exit");
  await once(tracer.stderr, "data");
  return async () => {
    tracer.kill("SIGINT");
    await ended;
  };
}

describe("a disk that fails", () => {
  it.for([
    ["fsync", "fsync,fdatasync", "EIO", "OUTCOME_UNKNOWN"],
    ["writing", "pwrite64", "EIO", "OUTCOME_UNKNOWN"],
    ["room", "pwrite64", "ENOSPC", "STORE_FULL"],
  ] as const)(
    "at %s leaves the outcome to be read, and the same store serves again afterwards",
    { timeout: 30_000 },
    async ([, calls, errno, code], context) => {
      context.skip(!hasStrace || !isRoot, "faults of the disk are injected with strace, by root");
      const { child, exited, answer, commit } = startCommitter();
      expect([await answer(), await commit()]).toEqual(["open", "revision 1"]);

      const stopTracing = await trace(child, ["-o", "/dev/null", "-e", `inject=${calls}:error=${errno}`]);
      expect(await commit()).toBe(code);
      await stopTracing();

      expect(await commit()).toMatch(/^revision [23]$/);
      child.stdin.end();
      await exited;
      expect((await (await open()).load(key("alice")))?.revision).toBeGreaterThanOrEqual(2);
    },
  );
});

describe("a log of which the system may have forgotten a part that never reached the disk", () => {
  const withoutTracing = "system calls are followed with strace, by root";
  const tracing = (traceFile: string) => ["-y", "-s", "0", "-e", "trace=pwrite64,fsync,fdatasync", "-o", traceFile];

  /** What happened to the log before the database file was first written, in order. */
  function changesOfLogBeforeCheckpoint(traceFile: string): string[] {
    const changes = readFileSync(traceFile, "utf8")
      .split("\n")
      .flatMap((line) => {
        const [, call = "", file = "", range = ""] =
          /(\w+)\(\d+<[^>]*\/sessions\.sqlite(|-wal)>(?:, ""\.\.\., (\d+, \d+))?/.exec(line) ?? [];
        return call === "" ? [] : [{ what: `${call} ${range}`.trim(), isOfLog: file !== "" }];
      });
    const checkpoint = changes.findIndex(({ what, isOfLog }) => !isOfLog && what.startsWith("pwrite64"));
    expect(checkpoint).toBeGreaterThan(0);
    return changes.slice(0, checkpoint).map(({ what }) => what.replace("fdatasync", "fsync"));
  }

  it("is written once more before the checkpoint that follows a failed fsync", { timeout: 30_000 }, async (context) => {
    context.skip(!hasStrace || !isRoot, withoutTracing);
    const { child, exited, answer, commit } = startCommitter();
    expect([await answer(), await commit()]).toEqual(["open", "revision 1"]);
    const stopFailing = await trace(child, ["-o", "/dev/null", "-e", "inject=fsync,fdatasync:error=EIO"]);
    expect(await commit()).toBe("OUTCOME_UNKNOWN");
    await stopFailing();

    const { size } = statSync(`${path}-wal`);
    const traceFile = join(folder, "trace.txt");
    const stopTracing = await trace(child, tracing(traceFile));
    expect(await commit()).toMatch(/^revision/);
    await stopTracing();
    expect(changesOfLogBeforeCheckpoint(traceFile).slice(0, 2)).toEqual([`pwrite64 ${size}, 0`, "fsync"]);
    child.stdin.end();
    await exited;
  });

  it("is written once more before the first checkpoint of another process", { timeout: 30_000 }, async (context) => {
    context.skip(!hasStrace || !isRoot, withoutTracing);
    const killed = startCommitter();
    expect([await killed.answer(), await killed.commit()]).toEqual(["open", "revision 1"]);
    killed.child.kill("SIGKILL");
    await killed.exited;

    const { size } = statSync(`${path}-wal`);
    const traceFile = join(folder, "trace.txt");
    const { child, exited, answer } = startCommitter(["strace", "-D", "-f", ...tracing(traceFile)]);
    expect(await answer()).toBe("open");
    child.stdin.end();
    await exited;
    expect(changesOfLogBeforeCheckpoint(traceFile).slice(0, 2)).toEqual([`pwrite64 ${size}, 0`, "fsync"]);
  });
});

describe("a damaged place of the database file where a session's key stands", () => {
  it("never makes the session look as if there were none", async () => {
    const userId = "alice";
    for (const other of ["aaron", userId, "bob"]) {
      await (store ?? (await open())).commit({ ...commitOf(other, 0), records: [] });
    }
    await store?.close();
    const whole = readFileSync(path);
    const text = Buffer.from(`session/test/${userId}`);
    const places: number[] = [];
    for (let at = whole.indexOf(text); at !== -1; at = whole.indexOf(text, at + 1)) {
      places.push(at + text.length - 1);
    }
    // The row, the index by which it is found, and the other index.
    expect(places).toHaveLength(3);

    const outcomes: string[] = [];
    for (const place of places) {
      const damaged = Buffer.from(whole);
      damaged[place] = (damaged[place] ?? 0) ^ 0x01;
      writeFileSync(path, damaged);
      const opened = await open();
      const load = opened.load(key(userId)).then(
        (session) => session?.revision ?? "none",
        ({ code }) => code,
      );
      const { damaged: reported } = await opened.verify(() => undefined);
      outcomes.push(`${await load}, ${reported} reported`);
      await store?.close();
    }
    expect(outcomes.sort()).toEqual(["1, 0 reported", "1, 1 reported", "STATE_UNREADABLE, 1 reported"]);
  });
});
