import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { z } from "zod";
import { runAlcove } from "./command-line.js";
import { test, type Workplace } from "./workplace.js";

// What V8 writes down when a process ends: every script it has loaded.
const coverageSchema = z.object({ result: z.array(z.object({ url: z.string() })) });

async function foldersOf(workplace: Workplace, name: string): Promise<Readonly<Record<"NODE_V8_COVERAGE", string>>> {
  const folder = join(workplace.folder, name);
  await mkdir(folder);
  return { NODE_V8_COVERAGE: folder };
}

/** The files a process has loaded, JavaScript only, by the last part of their way: `node_modules/ws/…` or `packages/server/…`. */
async function loadedFiles({ NODE_V8_COVERAGE: folder }: { readonly NODE_V8_COVERAGE: string }): Promise<string[]> {
  const reports = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
  return reports
    .flatMap((report) => coverageSchema.parse(JSON.parse(report)).result)
    .map(({ url }) => /^file:.*\/((?:node_modules|packages|plugins)\/.*)$/.exec(url)?.[1])
    .filter((file) => file !== undefined);
}

/** What a server has no use for before somebody asks for it, or which this configuration never asks for. */
const unwanted = [
  "node_modules/@aws-sdk/",
  "node_modules/@fastify/swagger-ui/",
  "node_modules/@opentelemetry/",
  "node_modules/co-body/",
  "node_modules/jose/",
  "node_modules/koa-bodyparser/",
  "node_modules/pino-pretty/",
  "node_modules/prom-client/",
  "node_modules/qs/",
  "node_modules/semver/index.js",
  "node_modules/ws/",
  "packages/alcove/dist/commands/sessions.js",
  "packages/create-alcove/",
  "packages/server/dist/metrics/server-metrics.js",
  "packages/server/dist/openapi/openapi-document.js",
  "packages/server/dist/websocket/web-socket-front.js",
  "packages/testing/",
];

/** A start takes about a millisecond a file. Whoever needs more has to say in the page of decisions what for. */
const MOST_FILES_OF_A_START = 1_000;
const MOST_FILES_OF_THE_HELP = 20;

describe("a start", () => {
  test("loads what the first reply takes, and nothing else", async ({ workplace }) => {
    const environment = await foldersOf(workplace, "loaded");
    const server = await workplace.start({ environment });
    const headers = { cookie: "nat-session=alice", "content-type": "application/json" };
    const body = JSON.stringify({ command: "help" });
    const reply = await server.client.send({ method: "POST", path: "/generate", headers, body });
    expect(reply.status).toBe(200);
    await server.stop();
    const files = await loadedFiles(environment);
    expect(files).toContain("packages/server/dist/create-server.js");
    expect(files.filter((file) => unwanted.some((part) => file.startsWith(part)))).toEqual([]);
    expect(files.length).toBeLessThanOrEqual(MOST_FILES_OF_A_START);
  });

  test("that has been asked for everything has loaded what was unwanted, so that the list is no list of typing errors", async ({
    workplace,
  }) => {
    const environment = await foldersOf(workplace, "loaded");
    const server = await workplace.start({ environment, overrides: { "general.front_end.metrics": "true" } });
    expect((await server.client.get("/openapi.json")).status).toBe(200);
    const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "12" };
    expect((await server.client.send({ path: "/websocket", headers: upgrade })).status).toBe(426);
    await server.stop();
    const files = await loadedFiles(environment);
    for (const part of [
      "node_modules/prom-client/",
      "node_modules/ws/",
      "packages/server/dist/metrics/server-metrics.js",
      "packages/server/dist/openapi/openapi-document.js",
      "packages/server/dist/websocket/web-socket-front.js",
    ]) {
      expect(
        files.some((file) => file.startsWith(part)),
        part,
      ).toBe(true);
    }
  });
});

test.for([["--version"], ["--help"]])("alcove %s loads next to nothing", async (options, { workplace }) => {
  const environment = await foldersOf(workplace, "loaded");
  const { exitCode } = await runAlcove(options, { cwd: workplace.folder, environment });
  expect(exitCode).toBe(0);
  const files = await loadedFiles(environment);
  expect(files).toContain("packages/alcove/dist/command-line.js");
  expect(files.length).toBeLessThanOrEqual(MOST_FILES_OF_THE_HELP);
});
