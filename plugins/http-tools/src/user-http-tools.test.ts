import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { startTestAlcove, type TestUser } from "@alcove/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type HttpAnswer, httpAnswerSchema } from "./response.js";
import seenResponses from "./seen-responses.js";
import userHttpTools from "./user-http-tools.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

const releases: (() => void)[] = [];
afterEach(() => {
  for (const release of releases.splice(0)) {
    release();
  }
});

/** A server on loopback, and for each request its path, and the entity tag it was to be compared with. */
async function listen(answer: RequestListener) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers["if-none-match"] ?? "-"}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  releases.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, asked };
}

/** Answers with a tagged page, or says that it is still the one the client knows. */
function tagged(page: () => { tag: string; body: string }): RequestListener {
  return (request, response) => {
    const { tag, body } = page();
    response.setHeader("etag", tag);
    if (request.headers["if-none-match"] === tag) {
      response.writeHead(304).end();
    } else {
      response.end(body);
    }
  };
}

function startTools(origin: string, seen: object = {}) {
  return startTestAlcove({
    plugins: [
      {
        id: "http-tools",
        functionGroups: { per_user_http_tools: userHttpTools },
        perUserServices: { seen_responses: seenResponses },
      },
    ],
    config: {
      function_groups: {
        web: { _type: "per_user_http_tools", allowed_origins: [origin], allowed_addresses: ["127.0.0.1"] },
      },
      per_user_services: { seen: { _type: "seen_responses", ...seen } },
    },
  });
}

function fetched(user: TestUser, url: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
  return user.call("web__fetch", { url, headers }, httpAnswerSchema);
}

describe("what a user has fetched before", () => {
  it("is confirmed by its server, and answered as it was", async () => {
    const { origin, asked } = await listen(tagged(() => ({ tag: '"1"', body: "tea" })));
    await using alcove = await startTools(origin);
    const alice = alcove.user("alice");
    const first = await fetched(alice, `${origin}/menu`);
    expect(first).toMatchObject({ status: 200, body: "tea" });
    expect(await fetched(alice, `${origin}/menu`)).toEqual(first);
    expect(asked).toEqual(["/menu -", '/menu "1"']);
  });

  it("is fetched anew when it has changed, and is what is asked about from then on", async () => {
    const page = { tag: '"1"', body: "tea" };
    const { origin, asked } = await listen(tagged(() => page));
    await using alcove = await startTools(origin);
    const alice = alcove.user("alice");
    await fetched(alice, origin);
    Object.assign(page, { tag: 'W/"2"', body: "coffee" });
    expect((await fetched(alice, origin)).body).toBe("coffee");
    expect((await fetched(alice, origin)).body).toBe("coffee");
    expect(asked).toEqual(["/ -", '/ "1"', '/ W/"2"']);
  });

  it("is no other user's, and is forgotten when its user leaves memory", async () => {
    const { origin, asked } = await listen(tagged(() => ({ tag: '"1"', body: "tea" })));
    await using alcove = await startTools(origin);
    await fetched(alcove.user("alice"), origin);
    await fetched(alcove.user("bob"), origin);
    await alcove.user("alice").leaveMemory();
    await fetched(alcove.user("alice"), origin);
    expect(asked).toEqual(["/ -", "/ -", "/ -"]);
  });

  it("is not taken for what a redirect leads to by now, though that has the same tag", async () => {
    let place = "/old";
    const pages = tagged(() => ({ tag: '"1"', body: `at ${place}` }));
    const { origin, asked } = await listen((request, response) =>
      request.url === "/" ? response.writeHead(302, { location: place }).end() : pages(request, response),
    );
    await using alcove = await startTools(origin);
    const alice = alcove.user("alice");
    await fetched(alice, origin);
    place = "/new";
    expect(await fetched(alice, origin)).toMatchObject({ url: `${origin}/new`, body: "at /new" });
    expect(asked.slice(2)).toEqual(['/ "1"', '/new "1"', "/ -", "/new -"]);
  });

  it("is confirmed for the same headers only, and not where the call asks about changes itself", async () => {
    const { origin, asked } = await listen(tagged(() => ({ tag: '"1"', body: "tea" })));
    await using alcove = await startTools(origin);
    const alice = alcove.user("alice");
    await fetched(alice, origin, { accept: "text/plain" });
    await fetched(alice, origin, { accept: "text/html" });
    await fetched(alice, origin, { Accept: "text/plain" });
    expect((await fetched(alice, origin, { accept: "text/plain", "If-None-Match": '"1"' })).status).toBe(304);
    expect((await fetched(alice, origin, { accept: "text/plain", range: "bytes=0-" })).status).toBe(200);
    expect(asked).toEqual(["/ -", "/ -", '/ "1"', '/ "1"', "/ -"]);
  });

  it.each([
    ["has no tag", 200, {}],
    ["is not to be stored", 200, { etag: '"1"', "cache-control": "private, no-store" }],
    ["is an error", 404, { etag: '"1"' }],
  ])("is not kept where it %s", async (_what, status, headers) => {
    const { origin, asked } = await listen((_request, response) => response.writeHead(status, headers).end("tea"));
    await using alcove = await startTools(origin);
    await fetched(alcove.user("alice"), origin);
    await fetched(alcove.user("alice"), origin);
    expect(asked).toEqual(["/ -", "/ -"]);
  });

  it.each([
    ["so many responses", { max_responses: 2 }],
    ["so many characters", { max_characters: 7 }],
  ])("is kept for %s, and what was used longest ago goes first", async (_what, limit) => {
    const { origin, asked } = await listen(tagged(() => ({ tag: '"1"', body: "tea" })));
    await using alcove = await startTools(origin, limit);
    const alice = alcove.user("alice");
    for (const path of ["/a", "/b", "/a", "/c", "/a", "/b"]) {
      await fetched(alice, origin + path);
    }
    expect(asked).toEqual(["/a -", "/b -", '/a "1"', "/c -", '/a "1"', "/b -"]);
  });
});
