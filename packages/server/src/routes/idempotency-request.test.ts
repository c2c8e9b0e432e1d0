import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { ServedEcho, startTestServer } from "../test-support/served-echo.js";

const application = new ServedEcho();
let server: ListeningServer;

beforeAll(async () => {
  server = await startTestServer({ application });
});
afterAll(() => server.close(100));

async function post(path: string, body: string, key?: string): Promise<Response> {
  const headers = { "content-type": "application/json", cookie: "nat-session=alice" };
  return fetch(`${server.address}${path}`, {
    method: "POST",
    headers: key === undefined ? headers : { ...headers, "idempotency-key": key },
    body,
  });
}

async function fingerprint(path: string, body: string): Promise<string | undefined> {
  await post(path, body, "k");
  return application.runs.at(-1)?.idempotency?.fingerprint;
}

describe("an idempotency key", () => {
  it("is asked for nothing while none is sent", async () => {
    const reply = await post("/generate", '{"a":1}');
    expect(application.runs.at(-1)?.idempotency).toBeUndefined();
    expect(reply.headers.get("idempotent-replayed")).toBeNull();
  });

  it("is handed to the run as it was sent", async () => {
    await post("/generate", '{"a":1}', "Key 1/ü".normalize().replace("ü", "u"));
    expect(application.runs.at(-1)?.idempotency?.key).toBe("Key 1/u");
  });

  it("sees the same request whatever the order of keys and the white space", async () => {
    const first = await fingerprint("/generate", '{"a":1,"b":{"c":[1,2],"d":null}}');
    expect(await fingerprint("/generate", '{ "b": {"d":null, "c":[1, 2]}, "a": 1.0 }')).toBe(first);
  });

  it.each([
    ["another body", "/generate", '{"a":2}'],
    ["a list in another order", "/generate", '{"a":1,"b":[2,1]}'],
    ["text for a number", "/generate", '{"a":"1"}'],
    ["another route", "/v1/workflow", '{"a":1}'],
  ])("sees another request in %s", async (_what, path, body) => {
    expect(await fingerprint(path, body)).not.toBe(await fingerprint("/generate", '{"a":1}'));
  });

  it("has its replayed reply marked", async () => {
    expect((await post("/generate", '{"a":1}', "sent-before")).headers.get("idempotent-replayed")).toBe("true");
  });

  it.each([
    ["", "empty"],
    [" ", "blank"],
    ["x".repeat(256), "too long"],
  ])("is refused when it is %j", async (key) => {
    const runs = application.runs.length;
    const reply = await post("/generate", '{"a":1}', key);
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([400, "IDEMPOTENCY_KEY_INVALID"]);
    expect(application.runs.slice(runs).every(({ idempotency }) => idempotency === undefined)).toBe(true);
  });
});
