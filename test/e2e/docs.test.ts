import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { z } from "zod";
import { findChromium, HeadlessBrowser } from "./headless-browser.js";
import type { HttpClient } from "./http-client.js";
import type { ServerProcess } from "./server-process.js";
import { test, Workplace } from "./workplace.js";

const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const operationSchema = z.object({ operationId: z.string(), tags: z.array(z.string()) });

/** The page's files, as the page names them. */
async function filesOf(client: HttpClient): Promise<string[]> {
  const page = (await client.get("/docs")).text;
  return [...page.matchAll(/(?:src|href)="(docs\/[^"]+)"/g)].map(([, path]) => `/${path}`);
}

let workplace: Workplace;
let server: ServerProcess;

beforeAll(async () => {
  workplace = await Workplace.create();
  server = await workplace.start({ overrides: { "general.application": "<b>A & B</b>" } });
});

afterAll(() => workplace.dispose());

describe("the page for the OpenAPI document", () => {
  test("is a page with a policy that allows nothing but what it loads from here", async () => {
    const { status, headers, text } = await server.client.get("/docs");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|https?:|\*/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(text).toContain("<title>&lt;b&gt;A &amp; B&lt;/b&gt;</title>");
    expect(text).not.toMatch(/https?:|<script>|<style|style=/);
  });

  test("has files of the right types, which may be kept for good under the addresses it gives them", async () => {
    const { client } = server;
    const files = await filesOf(client);
    expect(files.map((path) => path.replace(/\?.*/, ""))).toEqual([
      "/docs/swagger-ui.css",
      "/docs/index.css",
      "/docs/swagger-ui-bundle.js",
      "/docs/start.js",
    ]);
    for (const path of files) {
      const { status, headers, text } = await client.get(path);
      const type = path.includes(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
      expect([status, headers["content-type"]]).toEqual([200, type]);
      expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
      expect(headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
      const [bare = ""] = path.split("?");
      for (const other of [bare, `${bare}?v=another`]) {
        expect((await client.get(other)).headers["cache-control"]).toBe("no-cache");
      }
      const head = await client.send({ method: "HEAD", path });
      expect([head.status, head.text, head.headers["content-length"]]).toEqual([200, "", `${Buffer.byteLength(text)}`]);
    }
  });

  test("and its files are not sent again to whoever has them", async () => {
    const { client } = server;
    for (const path of ["/docs", ...(await filesOf(client))]) {
      const { etag = "" } = (await client.get(path)).headers;
      const again = await client.get(path, { "if-none-match": etag });
      expect([again.status, again.text, again.headers.etag]).toEqual([304, "", etag]);
      expect((await client.get(path, { "if-none-match": '"another"' })).status).toBe(200);
    }
  });

  test.each([
    "/docs/package.json",
    "/docs/swagger-ui.js",
    "/docs/index.html",
    "/docs/..%2fpackage.json",
    "/docs/..%5c..%5cpackage.json",
    "/docs/swagger-ui.css/",
    "/docs/swagger-ui.css%00",
    "/docs//swagger-ui.css",
    "/docs/__proto__",
    "/docs/Swagger-UI.css",
    "/docsx",
    "/Docs",
  ])("has nothing at %s", async (path) => {
    const { status, json } = await server.client.get(path);
    expect([status, z.object({ code: z.string() }).parse(json).code]).toEqual([404, "ROUTE_NOT_FOUND"]);
  });

  test("leads from a slash behind it to itself, and takes nothing but reading", async () => {
    const { client } = server;
    const redirected = await client.get("/docs/");
    expect([redirected.status, redirected.headers.location]).toEqual([308, "../docs"]);
    expect((await client.send({ method: "POST", path: "/docs" })).status).toBe(405);
    expect((await client.send({ method: "POST", path: "/docs/start.js" })).status).toBe(404);
  });

  test("can be switched off, with its files", async () => {
    const { client } = await workplace.start({
      overrides: { "general.front_end.docs": "false", "general.store.path": join(workplace.folder, "other.sqlite") },
    });
    for (const path of ["/docs", "/docs/", "/docs/start.js", "/docs/swagger-ui-bundle.js"]) {
      expect((await client.get(path)).status).toBe(404);
    }
    expect(documentSchema.parse((await client.get("/openapi.json")).json).paths).not.toHaveProperty("/docs");
  });
});

const chromium = findChromium();
const isBrowserRequired = process.env["ALCOVE_TEST_BROWSER"] === "required";
const reason = chromium === undefined && !isBrowserRequired ? " (skipped: there is no Chromium in the PATH)" : "";

describe.skipIf(reason !== "")(`the page in a real browser${reason}`, () => {
  let folder: string;
  let browser: HeadlessBrowser;

  beforeAll(async () => {
    if (chromium === undefined) {
      throw new TypeError(
        "ALCOVE_TEST_BROWSER requires a Chromium in the PATH. Install one, e.g. apt-get install chromium.",
      );
    }
    folder = await mkdtemp(join(tmpdir(), "alcove-browser-"));
    browser = await HeadlessBrowser.start(chromium, folder);
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test("shows every operation and lets people try them, asks nobody else for anything, and breaks no policy", async () => {
    const { paths } = documentSchema.parse((await server.client.get("/openapi.json")).json);
    const operations = Object.values(paths)
      .flatMap((ofPath) => Object.values(ofPath).map((facts) => operationSchema.parse(facts)))
      .map(({ tags, operationId }) => `operations-${tags[0]}-${operationId}`);
    await browser.open(`${server.url}/docs`);
    const shown = `[...document.querySelectorAll(".opblock")].map(({ id }) => id)`;
    await expect.poll(() => browser.evaluate(shown)).toHaveLength(operations.length);
    expect([...z.array(z.string()).parse(await browser.evaluate(shown))].sort()).toEqual([...operations].sort());

    const health = "#operations-server-health";
    for (const button of [".opblock-summary-control", ".try-out__btn", ".execute"]) {
      const click = `document.querySelector("${health} ${button}").click() ?? true`;
      await expect.poll(() => browser.evaluate(click)).toBe(true);
    }
    const answer = `document.querySelector("${health} .live-responses-table").textContent`;
    await expect.poll(() => browser.evaluate(answer)).toContain('"healthy"');

    const elsewhere = browser.requested.filter((url) => !url.startsWith(server.url) && !url.startsWith("data:"));
    expect(elsewhere).toEqual([]);
    expect(browser.requested).toContain(`${server.url}/health`);
    expect(browser.complaints).toEqual([]);
    // The browser does tell what a policy forbids.
    await browser.evaluate(`void document.body.setAttribute("style", "color: red")`);
    await expect.poll(() => browser.complaints.join()).toContain("style-src");
  });
});
