import { describe, expect, it } from "vitest";
import { sqliteCodeOf, sqliteFailureOf } from "./sqlite-failure.js";
import { changeError, readError } from "./write-failure.js";

const driverError = (code: string): Error => Object.assign(new Error(`${code}: as the driver words it`), { code });

const isFull = (): boolean => false;

describe("errors of SQLite", () => {
  it.each([
    ["SQLITE_IOERR", "OUTCOME_UNKNOWN", undefined],
    ["SQLITE_IOERR_FSYNC", "OUTCOME_UNKNOWN", undefined],
    ["SQLITE_FULL", "STORE_FULL", 10],
    ["SQLITE_READONLY", "STORE_FAILED", 10],
    ["SQLITE_CANTOPEN", "STORE_FAILED", 10],
    ["SQLITE_BUSY", "STORE_FAILED", 1],
    ["SQLITE_LOCKED", "STORE_FAILED", 1],
    ["SQLITE_TOOBIG", "STATE_TOO_LARGE", undefined],
    ["SQLITE_CORRUPT", "STORE_FAILED", undefined],
    ["SQLITE_CONSTRAINT", "STORE_FAILED", undefined],
  ])("%s while a change was made becomes %s", (sqliteCode, code, retryAfterSeconds) => {
    const cause = driverError(sqliteCode);
    const error = changeError(sqliteFailureOf(cause, isFull), cause);
    expect(error).toMatchObject({ code, retryAfterSeconds, cause });
  });

  it("of a full disk are taken for damage where the disk has room", () => {
    const cause = driverError("SQLITE_FULL");
    const error = changeError(
      sqliteFailureOf(cause, () => true),
      cause,
    );
    expect(error).toMatchObject({ code: "STORE_FAILED", retryAfterSeconds: undefined, cause });
    expect(error.message).toContain("the database file is damaged");
  });

  it("have nothing changed where the file system failed before a connection was opened", () => {
    const cause = Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO", syscall: "fsync" });
    expect(changeError(sqliteFailureOf(cause, isFull), cause)).toMatchObject({
      code: "STORE_FAILED",
      retryAfterSeconds: 10,
    });
  });

  it("leave nothing unknown when something was only read", () => {
    const cause = driverError("SQLITE_IOERR");
    expect(readError(sqliteFailureOf(cause, isFull), cause)).toMatchObject({ code: "STORE_FAILED", cause });
  });

  it("are told from errors of anything else", () => {
    expect(sqliteCodeOf(driverError("SQLITE_BUSY"))).toBe("SQLITE_BUSY");
    expect(sqliteCodeOf(driverError("ENOENT"))).toBeUndefined();
    expect(sqliteCodeOf("SQLITE_BUSY")).toBeUndefined();
    expect(sqliteFailureOf(new RangeError("Invalid string length"), isFull).kind).toBe("suspect");
  });
});
