import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { startTestAlcove, type TestAlcove } from "@alcove/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import httpTools from "./http-tools.js";
import { httpToolsConfig, policyOf } from "./policy.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const releases: (() => void)[] = [];
afterEach(() => {
  for (const release of releases.splice(0)) {
    release();
  }
});

/** A server on loopback, and what it has been sent. */
async function listen(answer: RequestListener = (_request, response) => response.end("hello")) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      received.push({ method: request.method, url: request.url, headers: request.headers, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  releases.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, received };
}

const redirectTo =
  (location: string, status = 302): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { location }).end();

function startTools(origins: readonly string[], configuration: Readonly<Record<string, unknown>> = {}) {
  const web = { _type: "http_tools", allowed_origins: origins, allowed_addresses: ["127.0.0.1"], ...configuration };
  return startTestAlcove({
    plugins: [{ id: "http-tools", functionGroups: { http_tools: httpTools } }],
    config: { function_groups: { web } },
    isServed: true,
  });
}

/** Has something fetched over HTTP, as a client does. */
function generate(alcove: TestAlcove, input: unknown, init: Pick<RequestInit, "signal" | "headers"> = {}) {
  const headers = { "content-type": "application/json", authorization: "Bearer secret", ...init.headers };
  const body = JSON.stringify({ function: "web__fetch", input });
  return alcove.user("alice").fetch("/generate", { ...init, method: "POST", headers, body });
}

describe("a request", () => {
  it("brings back status, headers and text, and says nothing of who asks", async () => {
    const { origin, received } = await listen((_request, response) =>
      response.writeHead(404, { "content-type": "text/plain", "set-cookie": "a=b", etag: '"1"' }).end("not hére"),
    );
    await using alcove = await startTools([origin]);
    const answer = await alcove.user("alice").call("web__fetch", { url: `${origin}/page?q=1#part` });
    expect(answer).toMatchObject({ status: 404, body: "not hére", body_encoding: "text", headers: { etag: '"1"' } });
    expect(JSON.stringify(answer)).not.toContain("set-cookie");
    expect(received).toMatchObject([{ method: "GET", url: "/page?q=1" }]);
    expect(Object.keys(received[0]?.headers ?? {}).sort()).toEqual([
      "accept-encoding",
      "connection",
      "host",
      "user-agent",
    ]);
  });

  it("carries the trace of its call, and no credentials of whoever called", async () => {
    const { origin, received } = await listen();
    await using alcove = await startTools([origin]);
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    await generate(alcove, { url: origin }, { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    const { authorization, cookie, traceparent } = received[0]?.headers ?? {};
    expect([authorization, cookie]).toEqual([undefined, undefined]);
    expect(traceparent).toContain(traceId);
  });

  it("carries a body and the headers that may be set", async () => {
    const { origin, received } = await listen();
    await using alcove = await startTools([origin], { methods: ["PUT"], request_headers: ["Content-Type", "X-Key"] });
    const headers = { "content-type": "application/json", "x-key": "k" };
    await alcove.user("alice").call("web__send", { url: origin, method: "PUT", headers, body: '{"a":"ü"}' });
    expect(received).toMatchObject([
      { method: "PUT", body: '{"a":"ü"}', headers: { ...headers, "content-length": "10" } },
    ]);
  });

  it("says how long its body is whatever the method, so that no body passes for a second request", async () => {
    const { origin, received } = await listen();
    await using alcove = await startTools([origin], { methods: ["DELETE"] });
    const body = "GET /smuggled HTTP/1.1\r\nhost: example.org\r\n\r\n";
    await alcove.user("alice").call("web__send", { url: origin, method: "DELETE", body });
    expect(received).toMatchObject([{ method: "DELETE", url: "/", body }]);
  });

  it("brings back what is no text in base64, and text in the charset it is sent in", async () => {
    const { origin } = await listen((request, response) => {
      const type = request.url === "/latin" ? "text/plain; charset=ISO-8859-1" : "image/png";
      response.writeHead(200, { "content-type": type }).end(Buffer.from([0x66, 0xfc, 0x72]));
    });
    await using alcove = await startTools([origin]);
    const fetched = (path: string) => alcove.user("alice").call("web__fetch", { url: origin + path });
    expect(await fetched("/latin")).toMatchObject({ body: "für", body_encoding: "text" });
    expect(await fetched("/image")).toMatchObject({ body: "Zvxy", body_encoding: "base64" });
  });

  it.each([
    ["an origin that is not allowed", { url: "http://127.0.0.1:1/" }, "http://127.0.0.1:1 is not allowed"],
    ["a password in the URL", (origin: string) => ({ url: origin.replace("//", "//a:b@") }), "holds a user name"],
    ["another scheme", { url: "file:///etc/passwd" }, "InputInvalidError"],
    ["a header that may not be set", (url: string) => ({ url, headers: { Cookie: "a=b" } }), "The header cookie"],
    [
      "a header that breaks the line",
      (url: string) => ({ url, headers: { accept: "a\r\nb: c" } }),
      "InputInvalidError",
    ],
    ["a method that is not allowed", (url: string) => ({ url, method: "HEAD" }), "HEAD is not allowed"],
  ])("with %s is refused, and nothing is sent", async (_what, input, message) => {
    const { origin, received } = await listen();
    await using alcove = await startTools([origin], { methods: ["GET"] });
    const call = alcove.user("alice").call("web__fetch", typeof input === "function" ? input(origin) : input);
    const error = await call.catch((thrown: unknown) => thrown);
    expect(`${JSON.stringify(error)} ${error}`).toContain(message);
    expect(received).toEqual([]);
  });
});

describe("an address that is not public", () => {
  it("is refused, however the URL spells it", async () => {
    const { port, received } = await listen();
    const spellings = [`http://127.0.0.1:${port}`, `http://localhost:${port}`, `http://[::1]:${port}`];
    await using alcove = await startTools(spellings, { allowed_addresses: [] });
    const disguised = [`http://2130706433:${port}`, `http://0x7f.1:${port}`, `http://127.1:${port}`];
    for (const url of [...spellings, ...disguised]) {
      const call = alcove.user("alice").call("web__fetch", { url });
      await expect(call, url).rejects.toMatchObject({
        code: "workflow_error",
        details: "AddressNotAllowedError",
        message: expect.stringContaining("which is not public"),
      });
    }
    expect(received).toEqual([]);
  });
});

describe("a redirect", () => {
  it("is followed to allowed origins, and the answer says where it came from", async () => {
    const target = await listen((_request, response) => response.end("there"));
    const { origin } = await listen(redirectTo(`${target.origin}/there`));
    await using alcove = await startTools([origin, target.origin], { request_headers: ["accept", "x-key"] });
    const headers = { accept: "text/plain", "x-key": "secret" };
    const answer = await alcove.user("alice").call("web__fetch", { url: origin, headers });
    expect(answer).toMatchObject({ url: `${target.origin}/there`, status: 200, body: "there" });
    expect(target.received[0]?.headers).toMatchObject({ accept: "text/plain" });
    expect(target.received[0]?.headers).not.toHaveProperty("x-key");
  });

  it("to an origin that is not allowed is refused, at every step", async () => {
    const secret = await listen();
    const second = await listen(redirectTo(secret.origin));
    const first = await listen(redirectTo(second.origin));
    await using alcove = await startTools([first.origin, second.origin]);
    await expect(alcove.user("alice").call("web__fetch", { url: first.origin })).rejects.toMatchObject({
      details: "UrlNotAllowedError",
      message: expect.stringContaining(`${secret.origin} is not allowed`),
    });
    expect([second.received.length, secret.received.length]).toEqual([1, 0]);
  });

  it("to an allowed origin at an address that is not is refused", async () => {
    const { origin, port } = await listen((request, response) =>
      redirectTo(`http://localhost:${port}/`)(request, response),
    );
    await using alcove = await startTools([origin, `http://localhost:${port}`], { allowed_addresses: ["127.0.0.2"] });
    await expect(alcove.user("alice").call("web__fetch", { url: origin })).rejects.toMatchObject({
      details: "AddressNotAllowedError",
    });
  });

  it("becomes a GET without a body where browsers make it one, and keeps both where they do", async () => {
    for (const [status, method, body] of [
      [302, "GET", ""],
      [303, "GET", ""],
      [307, "POST", "tea"],
      [308, "POST", "tea"],
    ] as const) {
      const { origin, received } = await listen((request, response) =>
        request.url === "/" ? redirectTo("/there", status)(request, response) : response.end(),
      );
      await using alcove = await startTools([origin], { methods: ["GET", "POST"] });
      await alcove.user("alice").call("web__send", { url: origin, body: "tea" });
      expect(received, String(status)).toMatchObject([{ method: "POST" }, { method, body, url: "/there" }]);
    }
  });

  it("is not followed for ever, nor to what is no URL", async () => {
    const { origin, received } = await listen((request, response) =>
      redirectTo(request.url === "/broken" ? "http://[" : "/again")(request, response),
    );
    await using alcove = await startTools([origin], { max_redirects: 2 });
    const fetched = (path: string) => alcove.user("alice").call("web__fetch", { url: origin + path });
    await expect(fetched("/")).rejects.toMatchObject({ details: "TooManyRedirectsError" });
    expect(received).toHaveLength(3);
    await expect(fetched("/broken")).rejects.toMatchObject({ details: "RequestFailedError" });
  });
});

describe("a limit", () => {
  it("ends a response that is too large, also one that does not say so", async () => {
    const { origin } = await listen((_request, response) => {
      response.write("x".repeat(60));
      response.end("x".repeat(60));
    });
    await using alcove = await startTools([origin], { max_response_bytes: 100 });
    await expect(alcove.user("alice").call("web__fetch", { url: origin })).rejects.toMatchObject({
      details: "ResponseTooLargeError",
      message: `${origin}/ answers with more than 100 bytes.`,
    });
  });

  it("keeps a body that is too large from being sent", async () => {
    const { origin, received } = await listen();
    await using alcove = await startTools([origin], { methods: ["POST"], max_request_bytes: 3 });
    await expect(alcove.user("alice").call("web__send", { url: origin, body: "über" })).rejects.toMatchObject({
      details: "RequestTooLargeError",
    });
    expect(received).toEqual([]);
  });

  it.each([
    ["never begins", () => undefined],
    ["never ends", (_request, response) => response.write("x")],
  ] satisfies [string, RequestListener][])(
    "ends a response that %s, and redirects share the time",
    async (_what, hang) => {
      const slow = await listen(hang);
      const { origin } = await listen(redirectTo(slow.origin));
      await using alcove = await startTools([origin, slow.origin], { timeout: "300ms" });
      await expect(alcove.user("alice").call("web__fetch", { url: origin })).rejects.toMatchObject({
        details: "RequestTimedOutError",
        message: expect.stringContaining("within 300 ms"),
      });
    },
  );
});

describe("a server that cannot be reached", () => {
  it("is told apart from one that answers with an error, and named, also behind a redirect", async () => {
    const broken = await listen((request) => request.socket.destroy());
    const first = await listen(redirectTo(`${broken.origin}/broken?token=secret`));
    await using alcove = await startTools([broken.origin, first.origin, "http://127.0.0.1:1"]);
    for (const [url, place] of [
      ["http://127.0.0.1:1/nobody", "http://127.0.0.1:1/nobody"],
      [first.origin, `${broken.origin}/broken`],
    ]) {
      await expect(alcove.user("alice").call("web__fetch", { url })).rejects.toMatchObject({
        details: "RequestFailedError",
        message: expect.stringContaining(`${place} cannot be reached`),
      });
    }
  });

  it("over TLS is not spoken to without it", async () => {
    const { port, received } = await listen();
    const url = `https://127.0.0.1:${port}`;
    await using alcove = await startTools([url]);
    await expect(alcove.user("alice").call("web__fetch", { url })).rejects.toMatchObject({
      details: "RequestFailedError",
    });
    expect(received).toEqual([]);
  });
});

describe("a client that goes away", () => {
  it("takes the request that was made for it along", async () => {
    const closed = vi.fn();
    const { origin, received } = await listen((request) => request.socket.once("close", closed));
    await using alcove = await startTools([origin], { timeout_seconds: 3_600 });
    const client = new AbortController();
    const gone = generate(alcove, { url: origin }, { signal: client.signal }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    client.abort();
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
    expect(await gone).toMatchObject({ name: "AbortError" });
  });
});

describe("the configuration", () => {
  it.each([
    ["an origin with a path", { allowed_origins: ["https://example.org/api"] }],
    ["another scheme", { allowed_origins: ["ftp://example.org"] }],
    ["no origin", { allowed_origins: [] }],
    ["a name for an address", { allowed_addresses: ["localhost"] }],
    ["a header of the connection", { request_headers: ["Host"] }],
    ["more than an hour", { timeout: "61m" }],
    ["more than an hour in seconds", { timeout_seconds: 3_601 }],
    ["two timeouts", { timeout: "5s", timeout_seconds: 5 }],
  ])("refuses %s before anything starts", async (_what, configuration) => {
    await expect(startTools(["https://example.org"], configuration)).rejects.toThrow(/config.json|config.yml|web/);
  });

  it.each([
    [{ timeout: "1m30s" }, 90_000],
    [{ timeout: 2.5 }, 2_500],
    [{ timeout_seconds: 0.0001 }, 1],
    [{ timeout_seconds: 5 }, 5_000],
    [{}, 10_000],
  ])("takes %j for a timeout of %i ms", (configuration, timeoutMs) => {
    const config = httpToolsConfig.parse({ allowed_origins: ["https://example.org"], ...configuration });
    expect(policyOf(config).timeoutMs).toBe(timeoutMs);
  });
});
