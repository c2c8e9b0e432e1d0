import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Application, createApplication } from "alcove";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
let application: Application;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "alcove-listening-"));
  const configFile = path.join(folder, "config.yml");
  const plugin = path.resolve(import.meta.dirname, "../../plugins/time");
  await writeFile(
    configFile,
    `general: { front_end: { port: 0 }, store: { path: sessions.sqlite } }\nplugins: [${plugin}]\nworkflow: { _type: current_datetime }\n`,
  );
  application = await createApplication({ configFile });
});

afterEach(async () => {
  await application.close();
  await rm(folder, { recursive: true, force: true });
});

describe("an application that is to listen", () => {
  it("listens once, also where it is asked twice at the same time", async () => {
    const [first, second] = await Promise.allSettled([application.listen(), application.listen()]);
    expect(first).toMatchObject({ status: "fulfilled" });
    expect(second).toMatchObject({ status: "rejected", reason: expect.any(TypeError) });
  });

  it("does not go on listening when it is closed meanwhile", async () => {
    const listening = application.listen();
    await application.close();
    const { address } = await listening;
    await expect(fetch(`${address}/health`)).rejects.toThrow("fetch failed");
  });

  it("leaves no socket for its owner behind when it is closed before there is one", async () => {
    const listening = application.listenForOwner();
    await application.close();
    await listening;
    expect((await readdir(folder)).filter((name) => name.endsWith(".control"))).toEqual([]);
  });
});
