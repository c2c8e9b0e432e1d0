import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { testPlugin } from "@alcove/testing";
import { afterAll, describe, test } from "vitest";
import httpTools from "./http-tools.js";
import { httpAnswerSchema } from "./response.js";
import seenResponses from "./seen-responses.js";
import userHttpTools from "./user-http-tools.js";

const server = createServer((_request, response) => response.setHeader("etag", '"1"').end("hello"));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}`;
afterAll(() => server.close());

const web = { allowed_origins: [url], allowed_addresses: ["127.0.0.1"], methods: ["GET", "POST"] };

function withoutTime(output: unknown): unknown {
  const { headers, ...answer } = httpAnswerSchema.parse(output);
  const { date: _differs, ...others } = headers;
  return { ...answer, headers: others };
}

describe("the tools", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin: {
      id: "http-tools",
      functionGroups: { http_tools: httpTools, per_user_http_tools: userHttpTools },
      perUserServices: { seen_responses: seenResponses },
    },
    config: { http_tools: web, per_user_http_tools: web },
    examples: {
      http_tools__fetch: [{ url }],
      http_tools__send: [{ url, body: "hello" }],
      per_user_http_tools__fetch: [{ url }, { url }],
      per_user_http_tools__send: [{ url, body: "hello" }],
    },
    // A server may say when it has answered; what was confirmed has the time of before.
    comparable: withoutTime,
  });
});
