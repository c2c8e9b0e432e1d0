import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { testConfig, testLimits } from "../test-support/served-echo.js";
import { NewSessionLimit } from "./new-session-limit.js";

function limitOf(maxNewSessionsPerMinute: number, clock = { monotonicMs: () => 0, nowMs: () => 0 }): NewSessionLimit {
  const { general } = testConfig({ frontEnd: { limits: { ...testLimits, maxNewSessionsPerMinute } } });
  const limit = NewSessionLimit.of(general.frontEnd, clock);
  if (limit === undefined) {
    throw new TypeError("There is no limit.");
  }
  return limit;
}

function from(remoteAddress: string): IncomingMessage {
  return { socket: { remoteAddress }, headers: {} } as unknown as IncomingMessage;
}

describe("the limit of new sessions", () => {
  it("is none where none is configured", () => {
    expect(NewSessionLimit.of(testConfig().general.frontEnd, { monotonicMs: () => 0, nowMs: () => 0 })).toBeUndefined();
  });

  it("holds for each address by itself, until the minute is over", () => {
    const time = { ms: 0 };
    const limit = limitOf(2, { monotonicMs: () => time.ms, nowMs: () => 0 });
    limit.admit(from("203.0.113.5"));
    time.ms = 40_000;
    limit.admit(from("203.0.113.5"));
    expect(() => limit.admit(from("203.0.113.5"))).toThrow(
      expect.objectContaining({ code: "NEW_SESSIONS_LIMITED", retryAfterSeconds: 20 }),
    );
    limit.admit(from("203.0.113.6"));
    time.ms = 60_000;
    limit.admit(from("203.0.113.5"));
  });

  it("takes all addresses of one IPv6 network for one", () => {
    const limit = limitOf(1);
    limit.admit(from("2001:db8::1"));
    expect(() => limit.admit(from("2001:db8::ffff"))).toThrow(
      expect.objectContaining({ code: "NEW_SESSIONS_LIMITED" }),
    );
  });

  it("forgets addresses when their minute is over, and never knows more than 50,000", () => {
    const time = { ms: 0 };
    const limit = limitOf(1, { monotonicMs: () => time.ms, nowMs: () => 0 });
    const addressOf = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    for (let index = 0; index < 50_000; index += 1) {
      limit.admit(from(addressOf(index)));
    }
    expect(() => limit.admit(from(addressOf(50_000)))).toThrow(
      expect.objectContaining({ code: "NEW_SESSIONS_LIMITED", retryAfterSeconds: 60 }),
    );
    expect(limit.size).toBe(50_000);
    time.ms = 60_000;
    limit.admit(from(addressOf(50_000)));
    expect(limit.size).toBe(1);
  });
});
