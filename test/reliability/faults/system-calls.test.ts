import { describe, expect, test } from "vitest";
import { pathOfDescriptor, readMoments, stringsIn } from "./system-calls.js";

const trace = [
  '11 pwrite64(20</store/x-wal>, "7\\177\\6\\202\\0\\0\\"", 7, 32) = 7',
  "12 fdatasync(20</store/x-wal> <unfinished ...>",
  '11 write(21<socket:[7]>, "HTTP/1.1 200 OK\\r\\n", 17) = 17',
  "12 <... fdatasync resumed>)             = -1 EIO (Input/output error) (INJECTED)",
  "12 +++ exited with 0 +++",
].join("\n");

describe("a trace of system calls", () => {
  test("is read as moments, a call that another one overtook as two", () => {
    const moments = readMoments(trace).map(({ name, result, begins }) => ({ name, result, begins }));
    expect(moments).toEqual([
      { name: "pwrite64", result: 7, begins: true },
      { name: "fdatasync", result: undefined, begins: true },
      { name: "write", result: 17, begins: true },
      { name: "fdatasync", result: -1, begins: false },
    ]);
    const [, begun, , ended] = readMoments(trace);
    expect(ended?.callId).toBe(begun?.callId);
  });

  test("gives paths and bytes back as they were", () => {
    const [first, , reply] = readMoments(trace).map(({ argumentText }) => argumentText);
    expect(pathOfDescriptor(first ?? "")).toBe("/store/x-wal");
    expect(stringsIn(first ?? "")).toEqual([Buffer.from([0x37, 0x7f, 6, 0x82, 0, 0, 0x22])]);
    expect(stringsIn(reply ?? "").map(String)).toEqual(["HTTP/1.1 200 OK\r\n"]);
  });
});
