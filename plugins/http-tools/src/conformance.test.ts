import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { testPlugin } from "@alcove/testing";
import { afterAll, describe, test } from "vitest";
import httpTools from "./http-tools.js";

const server = createServer((_request, response) => response.end("hello"));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}`;
afterAll(() => server.close());

describe("the tools", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin: { id: "http-tools", functionGroups: { http_tools: httpTools } },
    config: {
      http_tools: { allowed_origins: [url], allowed_addresses: ["127.0.0.1"], methods: ["GET", "POST"] },
    },
    examples: { http_tools__fetch: [{ url }], http_tools__send: [{ url, body: "hello" }] },
  });
});
