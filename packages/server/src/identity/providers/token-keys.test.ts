import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, silentLogger } from "@alcove/plugin-api";
import { jwtVerify, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type KeyFinder, keyFinderOf } from "./token-keys.js";

const first = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const second = generateKeyPairSync("rsa", { modulusLength: 2_048 });

/** Publishes keys on this machine, and counts who asks for them. */
class KeyServer {
  answer: { readonly status: number; readonly body: string } = { status: 200, body: '{"keys":[]}' };
  asked = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((_, response) => {
      this.asked += 1;
      response.writeHead(this.answer.status, { location: "/elsewhere" }).end(this.answer.body);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`;
  }

  publish(keys: Readonly<Record<string, KeyObject>>): void {
    const listed = Object.entries(keys).map(([kid, key]) => ({ ...key.export({ format: "jwk" }), kid, alg: "RS256" }));
    this.answer = { status: 200, body: JSON.stringify({ keys: listed }) };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let keys: KeyServer;
let nowMs: number;
let find: KeyFinder;

beforeEach(async () => {
  keys = new KeyServer();
  nowMs = 0;
  const clock: Clock = { nowMs: () => Date.now(), monotonicMs: () => nowMs };
  find = keyFinderOf({ kind: "jwks", url: await keys.listen() }, { logger: silentLogger, clock });
});

afterEach(() => keys.close());

async function verify(kid: string, { privateKey }: { readonly privateKey: KeyObject }): Promise<unknown> {
  const token = await new SignJWT({}).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey);
  return jwtVerify(token, find).then(
    () => "verified",
    (error: { code?: unknown }) => error.code,
  );
}

describe("the keys an issuer publishes", () => {
  it("are fetched once for many tokens", async () => {
    keys.publish({ a: first.publicKey });
    expect(await Promise.all([verify("a", first), verify("a", first), verify("a", first)])).toEqual(
      Array(3).fill("verified"),
    );
    expect(await verify("a", second)).toBe("ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
    expect(await verify("b", first)).toBe("ERR_JWKS_NO_MATCHING_KEY");
    expect(keys.asked).toBe(1);
  });

  it("are followed when they change, and serve meanwhile", async () => {
    keys.publish({ a: first.publicKey });
    expect(await verify("a", first)).toBe("verified");
    keys.publish({ b: second.publicKey });
    nowMs += 11 * 60_000;
    expect(await verify("a", first)).toBe("verified");
    await expect.poll(() => verify("b", second)).toBe("verified");
    expect(await verify("a", first)).toBe("ERR_JWKS_NO_MATCHING_KEY");
    expect(keys.asked).toBe(2);
  });

  it.each([
    ["an error", { status: 500, body: "oops" }],
    ["a redirection", { status: 302, body: "" }],
    ["no JSON", { status: 200, body: "<html>" }],
    ["no key set", { status: 200, body: '{"keys":7}' }],
    ["too much", { status: 200, body: `{"keys":[${" ".repeat(1_100_000)}]}` }],
  ])("are unavailable when they are answered with %s", async (_, answer) => {
    keys.answer = answer;
    expect(await verify("a", first)).toBe("IDENTITY_UNAVAILABLE");
  });

  it("are left alone for a while after a failure, and asked for again then", async () => {
    keys.answer = { status: 503, body: "" };
    expect(await Promise.all([verify("a", first), verify("a", first)])).toEqual(Array(2).fill("IDENTITY_UNAVAILABLE"));
    expect(await verify("a", first)).toBe("IDENTITY_UNAVAILABLE");
    expect(keys.asked).toBe(1);
    keys.publish({ a: first.publicKey });
    nowMs += 5_001;
    expect(await verify("a", first)).toBe("verified");
  });

  it("serve for an hour while the issuer cannot be reached, and no longer", async () => {
    keys.publish({ a: first.publicKey });
    expect(await verify("a", first)).toBe("verified");
    await keys.close();
    nowMs += 59 * 60_000;
    expect(await verify("a", first)).toBe("verified");
    nowMs += 2 * 60_000;
    expect(await verify("a", first)).toBe("IDENTITY_UNAVAILABLE");
    keys = new KeyServer();
  });
});
