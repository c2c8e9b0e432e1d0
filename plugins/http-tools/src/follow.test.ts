import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { follow } from "./follow.js";
import { httpToolsConfig, policyOf } from "./policy.js";

let requests = 0;
const server = createServer((_request, response) => {
  requests += 1;
  response.end("mine");
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** Asks a server by a name that stands for other addresses each time it is looked up. */
function asker(...answers: readonly (readonly string[])[]) {
  const url = `http://rebinding.example:${port}`;
  const config = httpToolsConfig.parse({ allowed_origins: [url], allowed_addresses: ["127.0.0.1"] });
  const left = [...answers];
  const policy = policyOf(config, async () => (left.shift() ?? []).map((address) => ({ address, family: 4 })));
  const call = { signal: new AbortController().signal, traceHeaders: {} };
  return () => follow(policy, { url, method: "GET", headers: {} }, call);
}

describe("a name", () => {
  it("is looked up for every connection, and what it stands for then is what is checked and connected to", async () => {
    const ask = asker(["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2", "127.0.0.1"], []);
    expect((await ask()).body).toBe("mine");
    await expect(ask()).rejects.toMatchObject({ code: "ADDRESS_NOT_ALLOWED" });
    expect((await ask()).body).toBe("mine");
    await expect(ask()).rejects.toMatchObject({ code: "ADDRESS_NOT_ALLOWED" });
    expect(requests).toBe(2);
  });
});
