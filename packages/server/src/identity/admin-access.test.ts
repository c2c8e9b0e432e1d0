import { Socket } from "node:net";
import type { AdminRule } from "@alcove/config";
import { describe, expect, it } from "vitest";
import { AdminAccess } from "./admin-access.js";
import { createPrincipal } from "./create-principal.js";

function requestFrom(remoteAddress: string | undefined, headers: Readonly<Record<string, string>>) {
  const socket = Object.defineProperty(new Socket(), "remoteAddress", { value: remoteAddress });
  return { headers: { host: "localhost:8000", ...headers }, headersDistinct: {}, socket };
}

const providers = [{ type: "session_cookie" }] as const;

describe("the figures of a server for development", () => {
  const local = new AdminAccess({ providers, admins: [] }, "localhost");

  it.each([
    ["127.0.0.1", {}],
    ["::1", { host: "[::1]:8000" }],
    ["::ffff:127.0.0.1", { host: "127.0.0.1:8000", origin: "http://localhost:3000" }],
  ])("are open to this machine, where only it reaches the server: %s %j", (address, headers) => {
    expect(local.mayLook(requestFrom(address, headers))).toBe(true);
  });

  it.each([
    ["10.0.0.1", {}],
    [undefined, {}],
    ["127.0.0.1", { host: "evil.example" }],
    ["127.0.0.1", { host: "" }],
    ["127.0.0.1", { origin: "https://evil.example" }],
    ["127.0.0.1", { origin: "null" }],
    ["127.0.0.1", { "x-forwarded-for": "10.0.0.1" }],
    ["127.0.0.1", { forwarded: "for=10.0.0.1" }],
    ["127.0.0.1", { via: "1.1 proxy" }],
  ])("are not open to others, to what a proxy passes on, or to pages of other hosts: %s %j", (address, headers) => {
    expect(local.mayLook(requestFrom(address, headers))).toBe(false);
  });

  it("are open to nobody where others reach the server, or operators are named", () => {
    const request = requestFrom("127.0.0.1", {});
    expect(new AdminAccess({ providers, admins: [] }, "0.0.0.0").mayLook(request)).toBe(false);
    expect(new AdminAccess({ providers, admins: [{ role: "x" }] }, "localhost").mayLook(request)).toBe(false);
    const verified = { type: "api_key", issuer: "keys", keys: [] } as const;
    expect(new AdminAccess({ providers: [...providers, verified], admins: [] }, "localhost").mayLook(request)).toBe(
      false,
    );
  });
});

describe("an operator", () => {
  const facts = { issuer: "keys", subject: "ops", provider: "api_key", roles: ["operator"] };

  it.each<[AdminRule, boolean]>([
    [{ role: "operator" }, true],
    [{ role: "other" }, false],
    [{ issuer: "keys", subject: "ops" }, true],
    [{ issuer: "other", subject: "ops" }, false],
    [{ issuer: "keys", role: "operator" }, true],
    [{ issuer: "keys", subject: "ops", role: "other" }, false],
  ])("is whom %j fits: %s", (rule, isAdmin) => {
    const access = new AdminAccess({ providers: [], admins: [{ role: "nobody has this" }, rule] }, "0.0.0.0");
    expect(access.isAdmin(createPrincipal(facts))).toBe(isAdmin);
  });

  it("is never who has merely named themselves", () => {
    const access = new AdminAccess({ providers: [], admins: [{ role: "operator" }] }, "0.0.0.0");
    expect(access.isAdmin(createPrincipal({ ...facts, provider: "session_cookie" }))).toBe(false);
  });
});
