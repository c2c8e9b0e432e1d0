import { describe, expect, it } from "vitest";
import { insecureIdentityProblem, isLoopbackHost } from "./insecure-identity.js";
import { testConfig } from "./test-support/served-echo.js";

const source = { file: "config.yml", line: 3 };

describe("loopback hosts", () => {
  it.each(["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "::ffff:127.0.0.1"])(
    "include %s",
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each(["0.0.0.0", "::", "", "192.168.1.1", "127.0.0.1.evil.example", "localhost.evil.example", "10.127.0.0.1"])(
    "do not include %j",
    (host) => {
      expect(isLoopbackHost(host)).toBe(false);
    },
  );
});

describe("an issued cookie without TLS", () => {
  it("is refused on an address that others can reach", () => {
    const issued = {
      type: "issued_cookie" as const,
      issuer: "issued-cookie",
      secrets: ["x"],
      sameSite: "lax" as const,
      maxAgeMs: 1,
      rotateAfterMs: 1,
      rotationOverlapMs: 1,
    };
    const problemOf = (isSecure: boolean) =>
      insecureIdentityProblem(
        testConfig({ frontEnd: { host: "0.0.0.0" }, identity: { providers: [{ ...issued, isSecure }] } }),
        "per-user",
        source,
      );
    expect(problemOf(false)).toMatchObject({ message: expect.stringContaining("in the clear") });
    expect(problemOf(true)).toBeUndefined();
  });
});

describe("the unverified cookie", () => {
  it("refuses to be served to other machines, and says how to mend it", () => {
    const problem = insecureIdentityProblem(testConfig({ frontEnd: { host: "0.0.0.0" } }), "per-user", source);
    expect(problem).toMatchObject({
      severity: "error",
      source,
      remedy: expect.stringContaining("allow_insecure_identity"),
    });
  });

  it("is accepted on this machine, when switched on by name, where no user is needed and where it is not used", () => {
    expect(insecureIdentityProblem(testConfig(), "per-user", source)).toBeUndefined();
    const open = testConfig({ frontEnd: { host: "0.0.0.0", allowInsecureIdentity: true } });
    expect(insecureIdentityProblem(open, "per-user", source)).toBeUndefined();
    expect(insecureIdentityProblem(testConfig({ frontEnd: { host: "0.0.0.0" } }), "shared", source)).toBeUndefined();
    const identity = { providers: [{ type: "api_key" as const, issuer: "keys", keys: [] }] };
    const verified = testConfig({ frontEnd: { host: "0.0.0.0" }, identity });
    expect(insecureIdentityProblem(verified, "per-user", source)).toBeUndefined();
  });
});
