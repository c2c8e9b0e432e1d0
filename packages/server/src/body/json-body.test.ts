import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { exchange, postOf } from "../test-support/raw-http.js";
import { ServedEcho, startTestServer } from "../test-support/served-echo.js";

let server: ListeningServer;

beforeAll(async () => {
  server = await startTestServer({ application: new ServedEcho() });
});

afterAll(() => server.close(100));

async function send(
  body: string | Buffer,
  headers: readonly string[] = [],
): Promise<{ status: number; json: unknown }> {
  const answer = await exchange(server.address, postOf("/generate", Buffer.from(body), headers));
  const [head = "", text = ""] = answer.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), json: JSON.parse(text) };
}

function sendAs(contentType: string | undefined): Promise<Response> {
  const headers: Record<string, string> = { cookie: "nat-session=alice" };
  return fetch(`${server.address}/generate`, {
    method: "POST",
    headers: contentType === undefined ? headers : { ...headers, "content-type": contentType },
    body: Buffer.from("{}"),
  });
}

describe("request body", () => {
  it("reaches the workflow as it was sent, whatever JSON it holds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
        async (body) => {
          const text = JSON.stringify(body);
          fc.pre(!text.includes('"__proto__":') && Buffer.byteLength(text) <= 1024);
          const { status, json } = await send(text);
          expect(status).toBe(200);
          expect(json).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("that nests deep and holds escaped characters is refused as any other", async () => {
    const roomy = await startTestServer({ frontEnd: { maxBodyBytes: 1_000_000 } });
    const body = Buffer.from(`${"[".repeat(50_000)}"\\u0041"${"]".repeat(50_000)}`);
    const answer = await exchange(roomy.address, postOf("/generate", body, []));
    await roomy.close(100);
    expect(answer).toMatch(/^HTTP\/1\.1 422 /);
  });

  it("may come in many pieces", async () => {
    const [one, ...others] = Array.from('{"a":"ä€😀"}', (character) => Buffer.from(character));
    const reply = await fetch(`${server.address}/generate`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: "nat-session=alice" },
      body: new Blob([one ?? "", ...others]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(await reply.json()).toEqual({ a: "ä€😀" });
  });

  it("may be compressed", async () => {
    expect(await send(gzipSync('{"a":"ä"}'), ["content-encoding: gzip"])).toEqual({ status: 200, json: { a: "ä" } });
    expect(await send(brotliCompressSync('{"a":1}'), ["content-encoding: br"])).toEqual({
      status: 200,
      json: { a: 1 },
    });
  });

  it.each(["gzip", "br", "deflate"])("that is not compressed as it says is refused: %s", async (encoding) => {
    const { status, json } = await send("hello hello hello", [`content-encoding: ${encoding}`]);
    expect([status, json]).toMatchObject([422, { code: "BODY_INVALID" }]);
  });

  it("that nests deeper than a reply can quote is refused in JSON all the same", async () => {
    const roomy = await startTestServer({ frontEnd: { maxBodyBytes: 1_000_000 } });
    const body = Buffer.from(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);
    const [head = "", text = ""] = (await exchange(roomy.address, postOf("/generate", body, []))).split("\r\n\r\n");
    await roomy.close(100);
    expect(head).toMatch(/^HTTP\/1\.1 422 /);
    expect(head.toLowerCase()).toContain("x-request-id");
    expect(JSON.parse(text)).toMatchObject({ code: "BODY_INVALID", details: null });
  });

  it.each([
    "application/json",
    "APPLICATION/JSON ; charset=UTF-8",
    'application/json; charset="utf-8"',
    "application/vnd.x+json",
  ])("is accepted as %s", async (contentType) => {
    expect((await sendAs(contentType)).status).toBe(200);
  });

  it.each([
    undefined,
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "text/plain; application/json",
    "application/json; charset=latin1",
  ])("is refused as %s", async (contentType) => {
    const reply = await sendAs(contentType);
    expect(reply.status).toBe(415);
    expect(await reply.json()).toMatchObject({ code: "MEDIA_TYPE_UNSUPPORTED" });
  });

  it.each([
    ["", { type: "missing", loc: ["body"], msg: "Field required", input: null }],
    ["null", { type: "missing", loc: ["body"], msg: "Field required", input: null }],
    ["[]", { type: "model_attributes_type", loc: ["body"], input: [] }],
    ['"text"', { type: "model_attributes_type", loc: ["body"], input: "text" }],
    [
      "{",
      {
        type: "json_invalid",
        loc: ["body", 0],
        msg: "JSON decode error",
        input: {},
        ctx: { error: expect.any(String) },
      },
    ],
    ['{"a":1} x', { type: "json_invalid" }],
    ['{"__proto__":{"admin":true}}', { type: "json_invalid" }],
    ['{"a":{"\\u005f_proto__":1}}', { type: "json_invalid" }],
  ])("%j is refused with the reference's list of faults", async (body, fault) => {
    const { status, json } = await send(body);
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: "BODY_INVALID", details: null, detail: [fault] });
    expect(Reflect.get({}, "admin")).toBeUndefined();
  });

  it.each([
    ["an unfinished sequence", [0xf0, 0x9f, 0x98]],
    ["a lone byte", [0xff]],
    ["an overlong sequence", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
  ])("is refused when it is not UTF-8: %s", async (_, bytes) => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(await send(body)).toMatchObject({
      status: 422,
      json: { code: "BODY_INVALID", detail: [{ ctx: { error: expect.stringContaining("UTF-8") } }] },
    });
  });

  it("may hold a replacement character of its own", async () => {
    expect(await send('{"a":"\uFFFD"}')).toEqual({ status: 200, json: { a: "\uFFFD" } });
  });

  it("is refused when it is larger than configured, and the connection still carries the reply", async () => {
    const tooLarge = JSON.stringify({ a: "x".repeat(200_000) });
    expect(await send(tooLarge)).toMatchObject({
      status: 413,
      json: { code: "BODY_TOO_LARGE", details: { maxBodyBytes: 1024 } },
    });
    const chunked = await fetch(`${server.address}/generate`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: "nat-session=alice" },
      body: new Blob([tooLarge]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  it("is refused when it grows too large in being uncompressed", async () => {
    const bomb = gzipSync(JSON.stringify({ a: "x".repeat(100_000) }));
    expect(bomb.length).toBeLessThan(1024);
    expect(await send(bomb, ["content-encoding: gzip"])).toMatchObject({ status: 413 });
  });

  it("is refused when it is not compressed as declared", async () => {
    expect(await send("{}", ["content-encoding: gzip"])).toMatchObject({ status: 422, json: { code: "BODY_INVALID" } });
    expect(await send("{}", ["content-encoding: zstd"])).toMatchObject({
      status: 415,
      json: { code: "MEDIA_TYPE_UNSUPPORTED" },
    });
  });
});
