import {
  DisposalStack,
  type ObjectStoreDriver,
  type ObjectToStore,
  silentLogger,
  systemClock,
} from "@alcove/plugin-api";
import { objectStoreContract } from "@alcove/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import s3 from "./s3.js";
import { failure, S3Server } from "./test-support/s3-server.js";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const untilEnd = new AbortController().signal;

let server: S3Server;
let prefixes = 0;

beforeAll(async () => {
  server = await S3Server.start({ credentials, bucket: "rooms", mostKeys: 7 });
});

afterAll(async () => {
  await server.stop();
});

/** The fields of a store in a part of the bucket that nobody has used. */
function fields(more: Record<string, unknown> = {}): Record<string, unknown> {
  prefixes += 1;
  return {
    bucket: "rooms",
    endpoint: server.endpoint,
    path_style: true,
    prefix: `Store-${prefixes}/`,
    access_key_id: credentials.accessKeyId,
    secret_access_key: credentials.secretAccessKey,
    ...more,
  };
}

async function open(more: Record<string, unknown> = {}): Promise<{ driver: ObjectStoreDriver } & AsyncDisposable> {
  const releases = new DisposalStack();
  const driver = await s3.build({
    name: "files",
    config: s3.config.parse(fields(more)),
    services: {},
    logger: silentLogger,
    clock: systemClock,
    userId: undefined,
    onDispose: (release) => releases.add(release),
    onSessionEnd: () => undefined,
  });
  return { driver, [Symbol.asyncDispose]: async () => void (await releases.dispose(1_000)) };
}

function object(text: string, more: Partial<ObjectToStore> = {}): ObjectToStore {
  return { body: new TextEncoder().encode(text), contentType: "text/plain", metadata: {}, ifAbsent: false, ...more };
}

describe("the object store in S3 keeps the contract", () => {
  for (const { name, run } of objectStoreContract({ definition: s3, config: () => fields(), survivesRestart: true })) {
    it(name, run);
  }
});

describe("the object store in S3", () => {
  beforeEach(() => {
    server.objects.clear();
  });

  it("puts each object under its prefix and its key", async () => {
    await using store = await open({ prefix: "Alcove/x/" });
    await store.driver.put("app/users/a/note", object("text"), untilEnd);
    expect([...server.objects.keys()]).toEqual(["Alcove/x/app/users/a/note"]);
    const listed = await store.driver.list({ prefix: "app/", after: undefined, limit: 10 }, untilEnd);
    expect(listed.map(({ key }) => key)).toEqual(["app/users/a/note"]);
  });

  it("lists on where the server gives out fewer than it is asked for", async () => {
    await using store = await open();
    for (let index = 0; index < 20; index += 1) {
      await store.driver.put(`n/${String(index).padStart(2, "0")}`, object(""), untilEnd);
    }
    expect(await store.driver.list({ prefix: "n/", after: undefined, limit: 18 }, untilEnd)).toHaveLength(18);
    expect(await store.driver.list({ prefix: "n/", after: undefined, limit: 50 }, untilEnd)).toHaveLength(20);
  });

  it("fails where a list says that it goes on and shows nothing, rather than end it", async () => {
    await using store = await open();
    const body = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>";
    server.faults.push({ status: 200, body, headers: { "content-type": "application/xml" } });
    await expect(store.driver.list({ prefix: "", after: undefined, limit: 1 }, untilEnd)).rejects.toThrow("it goes on");
  });

  it("signs what it asks, and fails where the server does not know its key", async () => {
    await using store = await open({ secret_access_key: "another" });
    await expect(store.driver.put("a", object("text"), untilEnd)).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
    await expect(store.driver.get("a", untilEnd)).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
    expect(server.objects.size).toBe(0);
  });

  it("fails where there is no such bucket, rather than have no objects", async () => {
    await using store = await open({ bucket: "elsewhere" });
    await expect(store.driver.get("a", untilEnd)).rejects.toMatchObject({ name: "NoSuchBucket" });
    await expect(store.driver.list({ prefix: "", after: undefined, limit: 1 }, untilEnd)).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });

  it("tries again what the server was too busy for", async () => {
    await using store = await open();
    server.faults.push(failure(503, "SlowDown"), failure(500, "InternalError"));
    expect(await store.driver.put("a", object("text"), untilEnd)).toBe(true);
    expect(server.faults).toEqual([]);
  });

  it("tries a conditional put again that met another one", async () => {
    await using store = await open();
    server.faults.push(failure(409, "ConditionalRequestConflict"));
    expect(await store.driver.put("a", object("text", { ifAbsent: true }), untilEnd)).toBe(true);
    expect(server.faults).toEqual([]);
  });

  it("gives up what nobody waits for any more", async () => {
    await using store = await open();
    const givenUp = AbortSignal.abort();
    await expect(store.driver.put("a", object("text"), givenUp)).rejects.toMatchObject({ name: "AbortError" });
    await expect(store.driver.list({ prefix: "", after: undefined, limit: 1 }, givenUp)).rejects.toThrow();
  });

  it("fails where nobody answers at its endpoint", async () => {
    const gone = await S3Server.start({ credentials, bucket: "rooms" });
    const { endpoint } = gone;
    await gone.stop();
    await using store = await open({ endpoint, max_attempts: 1 });
    await expect(store.driver.stat("a", untilEnd)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it.each([
    ["no bucket", { bucket: undefined }],
    ["no credentials", { access_key_id: undefined }],
    ["an endpoint that is no address", { endpoint: "127.0.0.1:9000" }],
    ["a prefix that does not end", { prefix: "alcove" }],
    ["a prefix that leads out", { prefix: "../" }],
  ])("refuses a configuration with %s", (_what, more) => {
    expect(s3.config.safeParse(fields(more)).success).toBe(false);
  });
});
