import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AlcoveError, StoreError, silentLogger } from "@alcove/plugin-api";
import type { ListedSession, SessionDescription, VerifiedEntry } from "@alcove/state";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ControlClient } from "./control-client.js";
import { type ListeningControl, listenForOwner } from "./control-server.js";
import type { RunWorkflow, SessionAdministration } from "./session-administration.js";

let folder = "";
let place = "";
let listening: ListeningControl[] = [];
let strangers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alcove-control-"));
  place = join(folder, "sessions.sqlite");
  writeFileSync(place, "");
});

afterEach(async () => {
  await Promise.all(listening.map((control) => control.close(100)));
  for (const stranger of strangers) {
    stranger.close();
  }
  [listening, strangers] = [[], []];
  rmSync(folder, { recursive: true, force: true });
});

const sound: ListedSession = {
  entry: "session/todo/alice",
  key: { application: "todo", userId: "alice" },
  bytes: 12,
  figures: { revision: 2, createdAtMs: 1, lastActivityAtMs: 2, expiresAtMs: 3, isExpired: false, runsCompleted: 2 },
  damaged: undefined,
};
const broken: ListedSession = {
  entry: "session/todo/~1",
  key: undefined,
  bytes: 0,
  figures: undefined,
  damaged: "broken \u2028 line",
};
const description: SessionDescription = {
  ...sound,
  components: [{ name: "notes", version: 1, bytes: 2, value: JSON.parse('{"__proto__":["\\u2028"]}') }],
  records: [{ kind: "collection/notes", count: 2, bytes: 20, damaged: 1 }],
};
const damage: VerifiedEntry = { entry: "session/todo/bob/1", kind: "record", bytes: 3, damaged: "x" };

/** Notes what it is asked for, and answers with the same as always. */
class FakeAdministration implements SessionAdministration {
  readonly calls: unknown[][] = [];

  async *list(limit: number | undefined): AsyncGenerator<ListedSession> {
    this.calls.push(["list", limit]);
    yield* [sound, broken];
  }
  async describe(userId: string): Promise<SessionDescription> {
    this.calls.push(["describe", userId]);
    return description;
  }
  async export(userId: string): Promise<string> {
    this.calls.push(["export", userId]);
    return '{"user_id":"é\u2028"}';
  }
  async import(text: string, replace: boolean) {
    this.calls.push(["import", text, replace]);
    return { application: "todo", userId: "alice" };
  }
  async delete(userId: string): Promise<void> {
    this.calls.push(["delete", userId]);
  }
  async deleteEntry(entry: string): Promise<void> {
    this.calls.push(["deleteEntry", entry]);
  }
  async verify(onDamaged: (entry: VerifiedEntry) => void) {
    onDamaged(damage);
    return { entries: 9, damaged: 1 };
  }
  async backup(file: string, overwrite: boolean): Promise<void> {
    this.calls.push(["backup", file, overwrite]);
  }
}

interface Parts {
  readonly administration?: SessionAdministration;
  readonly run?: RunWorkflow;
  readonly at?: string;
}

async function start({ administration = new FakeAdministration(), run, at = place }: Parts = {}) {
  const options = { application: "to/do é", administration, run: run ?? (async () => '"done"'), logger: silentLogger };
  const control = await listenForOwner(options, at);
  listening.push(control);
  return { control, client: new ControlClient({ socketPath: control.socketPath, application: "to/do é" }) };
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) {
    all.push(item);
  }
  return all;
}

describe("the control server and its client", () => {
  it("hand everything through as it is", async () => {
    const administration = new FakeAdministration();
    const { client } = await start({ administration, run: async (userId, input) => JSON.stringify([userId, input]) });
    expect(await collected(client.list(7))).toEqual([sound, broken]);
    expect(await collected(client.list(undefined))).toEqual([sound, broken]);
    const described = await client.describe("a/b%2fé");
    expect(described).toEqual(description);
    expect(JSON.stringify(described.components[0]?.value)).toBe('{"__proto__":["\u2028"]}');
    expect(await client.export("alice")).toBe('{"user_id":"é\u2028"}');
    expect(await client.import('{"é":1}', true)).toEqual({ application: "todo", userId: "alice" });
    await client.delete("..");
    await client.deleteEntry("session/a%0020b/~12");
    const found: VerifiedEntry[] = [];
    expect(await client.verify((entry) => found.push(entry))).toEqual({ entries: 9, damaged: 1 });
    expect(found).toEqual([damage]);
    await client.backup("/a/b.sqlite", true);
    expect(await client.run("alice", "hello")).toBe('["alice","hello"]');
    expect(administration.calls).toEqual([
      ["list", 7],
      ["list", undefined],
      ["describe", "a/b%2fé"],
      ["export", "alice"],
      ["import", '{"é":1}', true],
      ["delete", ".."],
      ["deleteEntry", "session/a%0020b/~12"],
      ["backup", "/a/b.sqlite", true],
    ]);
  });

  it("hand errors through with code, message and details, also those other clients are not told", async () => {
    const administration = new FakeAdministration();
    administration.delete = () =>
      Promise.reject(new AlcoveError("STORE_FAILED", "The disk is gone.", { details: { disk: "/dev/x" } }));
    administration.describe = () => Promise.reject(new TypeError("a fault"));
    const { client } = await start({ administration });
    await expect(client.delete("alice")).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: "The disk is gone.",
      details: { disk: "/dev/x" },
    });
    await expect(client.describe("alice")).rejects.toMatchObject({ code: "INTERNAL", message: "a fault" });
  });

  it("hand on what goes wrong in the middle of a list or a verification, after what came before it", async () => {
    const administration = new FakeAdministration();
    const failure = new StoreError("STORE_FAILED", "The disk is gone.");
    administration.list = async function* () {
      yield sound;
      throw failure;
    };
    administration.verify = (onDamaged) => {
      onDamaged(damage);
      return Promise.reject(failure);
    };
    const { client } = await start({ administration });
    const listed: ListedSession[] = [];
    const reading = (async () => {
      for await (const session of client.list(undefined)) {
        listed.push(session);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(listed).toEqual([sound]);
    const found: VerifiedEntry[] = [];
    await expect(client.verify((entry) => found.push(entry))).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(found).toEqual([damage]);
  });

  it("list far more sessions than are held in memory at once", async () => {
    const administration = new FakeAdministration();
    let given = 0;
    administration.list = async function* () {
      for (; given < 1_000_000; given += 1) {
        yield sound;
      }
    };
    const { client } = await start({ administration });
    let taken = 0;
    for await (const _ of client.list(undefined)) {
      taken += 1;
      if (taken === 1_000) {
        break;
      }
    }
    expect(given).toBeLessThan(100_000);
  });

  it("refuse whoever means another application", async () => {
    const { control } = await start();
    const other = new ControlClient({ socketPath: control.socketPath, application: "other" });
    await expect(other.delete("alice")).rejects.toMatchObject({
      code: "STORE_HELD",
      message: expect.stringContaining("to/do é"),
    });
  });

  it("tell a run that its caller has gone", async () => {
    let [begin, end] = [(): void => undefined, (): void => undefined];
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const aborted = new Promise<void>((resolve) => {
      end = resolve;
    });
    const run: RunWorkflow = (_userId, _input, signal) =>
      new Promise((_resolve, reject) => {
        begin();
        signal.addEventListener("abort", () => {
          end();
          reject(new AlcoveError("RUN_ABORTED", "It was cancelled."));
        });
      });
    const { control, client } = await start({ run });
    const running = client.run("alice", "{}").catch((error: unknown) => error);
    await begun;
    await control.close(50);
    await aborted;
    expect(await running).toMatchObject({ code: "OUTCOME_UNKNOWN" });
  });

  it("say so when nobody answers, or something else than this server", async () => {
    const nobody = new ControlClient({ socketPath: join(folder, "nobody"), application: "x" });
    await expect(nobody.delete("alice")).rejects.toMatchObject({ code: "STORE_HELD" });
    const socketPath = join(folder, "stranger");
    const stranger = createServer((socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"surprise":42}');
    });
    strangers.push(stranger);
    await new Promise<void>((resolve) => stranger.listen(socketPath, resolve));
    const mistaken = new ControlClient({ socketPath, application: "x" });
    await expect(mistaken.describe("alice")).rejects.toMatchObject({ code: "INTERNAL" });
  });
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe("the control socket", () => {
  it("is the owner's alone, and gone with its folder when the server closes", async () => {
    const { control } = await start();
    expect(control.socketPath).toBe(`${place}.control/socket`);
    expect([modeOf(control.socketPath), modeOf(dirname(control.socketPath))]).toEqual([0o600, 0o700]);
    await control.close(100);
    await control.close(100);
    expect(existsSync(`${place}.control`)).toBe(false);
  });

  it("takes the place of one that a killed server left behind, in a folder somebody has opened since", async () => {
    mkdirSync(`${place}.control`);
    chmodSync(`${place}.control`, 0o777);
    const script = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
    spawnSync(process.execPath, ["--eval", script, `${place}.control/socket`]);
    expect(statSync(`${place}.control/socket`).isSocket()).toBe(true);
    const { client } = await start();
    expect(await client.export("alice")).toContain("user_id");
    expect(modeOf(`${place}.control`)).toBe(0o700);
  });

  it("lies among the temporary files when its path would be too long, always at the same place for one store", async () => {
    const deep = join(folder, "d".repeat(100));
    mkdirSync(deep);
    const at = join(deep, "sessions.sqlite");
    writeFileSync(at, "");
    const first = await start({ at });
    expect(dirname(dirname(first.control.socketPath))).toBe(tmpdir());
    expect(modeOf(dirname(first.control.socketPath))).toBe(0o700);
    expect(await first.client.export("alice")).toContain("user_id");
    await first.control.close(100);
    expect(existsSync(dirname(first.control.socketPath))).toBe(false);
    const second = await start({ at });
    expect(second.control.socketPath).toBe(first.control.socketPath);
  });

  it("is not put where the folder is no folder, and leaves it as it is", async () => {
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, `${place}.control`);
    await expect(start()).rejects.toThrow("no folder");
    expect(existsSync(join(elsewhere, "socket"))).toBe(false);
  });
});
