import { spawnSync } from "node:child_process";

/** Why system calls cannot be traced here; `undefined` where they can. */
export function reasonAgainstTracing(): string | undefined {
  const { status } = spawnSync("strace", ["-f", "-o", "/dev/null", "-e", "trace=none", "true"]);
  return status === 0 ? undefined : "strace is not there, or may not trace";
}

/** The wrapper that runs a server under `strace`, as a process of the server's own parent, with its output in a file. */
export function tracer(outputFile: string, straceArguments: readonly string[]): readonly string[] {
  return ["strace", "-D", "-f", "-y", ...straceArguments, "-o", outputFile];
}

/** The calls that change files, make them durable, or send something to a client. */
export const recordedCalls =
  "openat,write,pwrite64,writev,sendto,sendmsg,ftruncate,rename,renameat,renameat2,unlink,unlinkat,fsync,fdatasync";

/** A moment of a trace: a system call begins, ends, or both at once. */
export interface TracedMoment {
  readonly name: string;
  /** Everything between the brackets, as far as it was written when the call began. */
  readonly argumentText: string;
  /** What it returned; undefined while it goes on. */
  readonly result: number | undefined;
  /** What this call has in common at its beginning and at its end. */
  readonly callId: number;
  readonly begins: boolean;
}

const wholeCall = /^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)/s;
const unfinishedCall = /^(\d+)\s+(\w+)\((.*) <unfinished \.\.\.>$/s;
const resumedCall = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)\)\s+= (-?\d+)/s;

/** Reads what `strace -f` wrote, in the order in which things happened. Lines that are no system calls are left out. */
export function readMoments(trace: string): TracedMoment[] {
  const moments: TracedMoment[] = [];
  const unfinished = new Map<string, { callId: number; argumentText: string }>();
  trace.split("\n").forEach((line, callId) => {
    const [, , name = "", argumentText = "", result] = wholeCall.exec(line) ?? [];
    if (result !== undefined) {
      moments.push({ name, argumentText, result: Number(result), callId, begins: true });
      return;
    }
    const begun = unfinishedCall.exec(line);
    if (begun !== null) {
      const [, thread = "", begunName = "", begunText = ""] = begun;
      unfinished.set(thread, { callId, argumentText: begunText });
      moments.push({ name: begunName, argumentText: begunText, result: undefined, callId, begins: true });
      return;
    }
    const [, thread = "", resumedName = "", rest = "", resumedResult] = resumedCall.exec(line) ?? [];
    const call = unfinished.get(thread);
    if (resumedResult !== undefined && call !== undefined) {
      unfinished.delete(thread);
      const text = call.argumentText + rest;
      const ended = { name: resumedName, argumentText: text, result: Number(resumedResult), callId: call.callId };
      moments.push({ ...ended, begins: false });
    }
  });
  return moments;
}

/** The path that `strace -y` shows behind a descriptor, the first argument. */
export function pathOfDescriptor(argumentText: string): string | undefined {
  return /^(?:\d+|AT_FDCWD)<([^>]*)>/.exec(argumentText)?.[1];
}

/** The strings among the arguments, as they were in memory. */
export function stringsIn(argumentText: string): Buffer[] {
  return [...argumentText.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, escaped = ""]) => unescaped(escaped));
}

const controlCharacters: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12, b: 8, a: 7, e: 27 };

function unescaped(escaped: string): Buffer {
  const bytes: number[] = [];
  for (const [, code, plain = ""] of escaped.matchAll(/\\([0-7]{1,3}|x[0-9a-f]{2}|.)|([^\\]+)/gs)) {
    if (code === undefined) {
      bytes.push(...Buffer.from(plain, "latin1"));
    } else if (/^[0-7]/.test(code)) {
      bytes.push(Number.parseInt(code, 8));
    } else if (code.startsWith("x")) {
      bytes.push(Number.parseInt(code.slice(1), 16));
    } else {
      bytes.push(controlCharacters[code] ?? code.charCodeAt(0));
    }
  }
  return Buffer.from(bytes);
}
