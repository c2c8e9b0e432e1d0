import { AlcoveError, type ErrorCode, type Logger, StoreError, silentLogger } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { errorReply } from "../errors/error-body.js";
import { writeFailure } from "./error-map.js";

function linesAbout(error: Error): string[] {
  const lines: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    debug: (message, fields) => lines.push(`debug ${message} ${fields !== undefined && "error" in fields}`),
    error: (message, fields) => lines.push(`error ${message} ${fields !== undefined && "error" in fields}`),
  };
  writeFailure(logger, { what: "POST /x", requestId: "r1", isClientGone: false }, { error, reply: errorReply(error) });
  return lines;
}

describe("the log of a failed request", () => {
  it.each<ErrorCode>([
    "SESSION_QUEUE_FULL",
    "SESSION_BUSY",
    "TOO_MANY_EXECUTIONS",
    "TOO_MANY_STREAMS",
    "TOO_MANY_SOCKETS",
    "OUTPUT_KIND_UNSUPPORTED",
    "RUN_ABORTED",
    "INPUT_INVALID",
  ])("has no error and no stack of what a client can bring about at will: %s", (code) => {
    expect(linesAbout(new AlcoveError(code, "No."))).toEqual(["debug POST /x refused: No. false"]);
  });

  it("has the server's own faults as errors, with their cause", () => {
    expect(linesAbout(new StoreError("STORE_FAILED", "The disk broke."))).toEqual([
      "error POST /x failed: The disk broke. true",
    ]);
    expect(linesAbout(new TypeError("x"))).toEqual(["error POST /x failed: an error outside the catalogue true"]);
  });
});
