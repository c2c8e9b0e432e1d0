import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { z } from "zod";
import type { HttpClient } from "./http-client.js";
import { pluginPaths, test, type Workplace } from "./workplace.js";

const replySchema = z.object({ titles: z.array(z.string()), text: z.string() });

function lettersConfig(workplace: Workplace, files: object = { _type: "file_system", path: "files" }): Promise<string> {
  return workplace.write("letters.yml", {
    plugins: [pluginPaths.letterBox, pluginPaths.objectStoreS3],
    object_stores: { files: { max_object_bytes: 50_000, ...files } },
    workflow: { _type: "per_user_letter_box" },
  });
}

async function ask(client: HttpClient, user: string, input: object): Promise<z.output<typeof replySchema>> {
  const { status, json } = await client.generate(user, input);
  expect({ status, json }).toMatchObject({ status: 200 });
  return replySchema.parse(json);
}

/** Every file below the folder of the objects. */
async function objectFiles(workplace: Workplace): Promise<string[]> {
  const entries = await readdir(join(workplace.folder, "files/objects"), { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe("objects in files", () => {
  test("that were acknowledged are there, whole, after kill -9 in the middle of others", async ({ workplace }) => {
    const configFile = await lettersConfig(workplace);
    const server = await workplace.start({ configFile });
    const acknowledged = new Map<string, string>();
    const text = (index: number): string => `${index} `.repeat(5_000);
    const writing = Array.from({ length: 8 }, async (_, user) => {
      for (let index = 0; ; index += 1) {
        const reply = await server.client.generate(`user-${user}`, {
          action: "write",
          title: "latest",
          text: text(index),
        });
        if (reply.status === 200) {
          acknowledged.set(`user-${user}`, text(index));
        }
      }
    });
    const ended = Promise.allSettled(writing);
    await expect.poll(() => acknowledged.size).toBe(8);
    await expect.poll(() => acknowledged.get("user-0")).not.toBe(text(0));
    await server.stop("SIGKILL");
    await ended;

    const { client } = await workplace.start({ configFile });
    for (const [user, latest] of acknowledged) {
      const { text: found } = await ask(client, user, { action: "read", title: "latest" });
      const acknowledgedIndex = Number.parseInt(latest, 10);
      // One more may have been stored, whose acknowledgement got lost.
      expect([text(acknowledgedIndex), text(acknowledgedIndex + 1)]).toContain(found);
    }
  });

  test("are removed before the reply when their user wants to be forgotten, and nobody else's are", async ({
    workplace,
  }) => {
    const { client } = await workplace.start({ configFile: await lettersConfig(workplace) });
    await ask(client, "alice", { action: "write", text: "a secret of alice" });
    await ask(client, "bob", { action: "write", text: "a secret of bob" });
    expect(await objectFiles(workplace)).toHaveLength(2);
    const forgotten = await client.send({
      method: "DELETE",
      path: "/v1/session",
      headers: { cookie: "nat-session=alice" },
    });
    expect(forgotten.status).toBe(204);
    const [left = "", ...others] = await objectFiles(workplace);
    expect(others).toEqual([]);
    expect(await readFile(left, "utf8")).toContain("a secret of bob");
    expect(await ask(client, "alice", {})).toEqual({ titles: [], text: "" });
  });

  test("that are too large are refused with 413, and what is not there is 404", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile: await lettersConfig(workplace) });
    const large = await client.generate("alice", { action: "write", text: "x".repeat(50_001) });
    expect([large.status, large.json]).toMatchObject([413, { code: "OBJECT_TOO_LARGE" }]);
    await ask(client, "alice", { action: "write", text: "short" });
    const [file = ""] = await objectFiles(workplace);
    await rm(file);
    const missing = await client.generate("alice", { action: "read" });
    expect([missing.status, missing.json]).toMatchObject([404, { code: "OBJECT_NOT_FOUND" }]);
  });
});

describe("objects in a bucket nobody answers for", () => {
  test("are 503, without a word of the secret key, which the log keeps to itself too", async ({ workplace }) => {
    const files = {
      _type: "s3",
      bucket: "rooms",
      endpoint: "http://127.0.0.1:9",
      path_style: true,
      access_key_id: "AKIDEXAMPLE",
      secret_access_key: ["$", "{S3_SECRET}"].join(""),
      max_attempts: 1,
    };
    const configFile = await lettersConfig(workplace, files);
    const server = await workplace.start({ configFile, environment: { S3_SECRET: "a-very-secret-key" } });
    const failed = await server.client.generate("alice", { action: "write", text: "x" });
    expect([failed.status, failed.json]).toMatchObject([503, { code: "OBJECT_STORE_FAILED" }]);
    expect(failed.text).not.toContain("127.0.0.1");
    await server.stop("SIGTERM");
    expect(server.printed).toContain("ECONNREFUSED");
    expect(server.printed).not.toContain("a-very-secret-key");
  });
});
