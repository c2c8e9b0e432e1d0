import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { note } from "./assistant-client.js";
import { test } from "./workplace.js";

const hasStrace = spawnSync("strace", ["--version"]).status === 0;

interface SystemCall {
  readonly text: string;
  /** Lines of the trace on which the call began and ended. */
  readonly begin: number;
  readonly end: number;
}

/** Puts calls together that the trace shows in two lines, because another thread spoke in between. */
function readTrace(trace: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { text: string; begin: number }>();
  trace.split("\n").forEach((line, index) => {
    const [, thread = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith("<unfinished ...>")) {
      unfinished.set(thread, { text: rest, begin: index });
    } else if (rest.startsWith("<... ")) {
      const begun = unfinished.get(thread);
      if (begun !== undefined) {
        calls.push({ text: begun.text + rest, begin: begun.begin, end: index });
      }
    } else {
      calls.push({ text: rest, begin: index, end: index });
    }
  });
  return calls;
}

test.skipIf(!hasStrace)(
  "the write-ahead log is synced to disk before the reply is written (skipped without strace)",
  async ({ workplace }) => {
    const traceFile = join(workplace.folder, "trace.txt");
    const traced = "trace=read,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync";
    // A reply that does not wait would overtake a slow disk, and be noticed.
    const slowedDown = "inject=fsync,fdatasync:delay_enter=200000";
    const server = await workplace.start({
      wrapper: ["strace", "-D", "-f", "-y", "-s", "2000", "-e", traced, "-e", slowedDown, "-o", traceFile],
    });
    await note(server.client, "alice", "add", "warm up");
    await note(server.client, "alice", "add", "the traced one");
    await server.stop();

    const calls = readTrace(await readFile(traceFile, "utf8"));
    const request = calls.find(({ text }) => text.startsWith("read(") && text.includes("the traced one"));
    const afterRequest = calls.filter(({ begin }) => request !== undefined && begin > request.end);
    const reply = afterRequest.find(
      ({ text }) => /^(?:write|writev|sendto|sendmsg)\(/.test(text) && text.includes("HTTP/1.1 200"),
    );
    const ofLog = (pattern: RegExp) =>
      afterRequest.find(
        ({ text, end }) =>
          pattern.test(text) && text.includes(`${workplace.storePath}-wal>`) && end < (reply?.begin ?? 0),
      );
    const written = ofLog(/^(?:pwrite64|write|writev)\(/);
    const synced = ofLog(/^(?:fsync|fdatasync)\(.*= 0(?: \(DELAYED\))?$/);
    expect({ request, reply, written, synced }).toEqual({
      request: expect.anything(),
      reply: expect.anything(),
      written: expect.anything(),
      synced: expect.anything(),
    });
    expect(reply?.text).toContain("Note added successfully");
    expect(synced?.begin).toBeGreaterThan(written?.end ?? Number.POSITIVE_INFINITY);
  },
);
