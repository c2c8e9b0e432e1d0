import { StoreError } from "@alcove/plugin-api";
import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { ServedEcho, startTestServer } from "../test-support/served-echo.js";
import { watchedStore } from "../test-support/watched-store.js";

let server: ListeningServer | undefined;
let failure: StoreError | undefined;
const store = watchedStore({
  checkWritable: () => (failure === undefined ? Promise.resolve() : Promise.reject(failure)),
});

afterEach(() => server?.close(100));

describe("GET /ready", () => {
  it("answers 503 with the reason while the store takes no changes, and 200 as soon as it does, without a word of the cause", async () => {
    server = await startTestServer({ store });
    const { address } = server;
    const answer = async (): Promise<unknown[]> => {
      const reply = await fetch(`${address}/ready`);
      return [reply.status, reply.headers.get("cache-control"), await reply.json()];
    };
    expect(await answer()).toEqual([200, "no-store", { status: "ready" }]);
    for (const code of ["STORE_FULL", "STORE_FAILED", "OUTCOME_UNKNOWN"] as const) {
      failure = new StoreError(code, "SQLITE_FULL at /var/lib/secret.sqlite");
      expect(await answer()).toEqual([
        503,
        "no-store",
        { code, message: expect.not.stringContaining("secret"), details: null },
      ]);
    }
    failure = undefined;
    expect(await answer()).toEqual([200, "no-store", { status: "ready" }]);
  });

  it("tells what the health checks of plugins say, and answers 503 only where a critical one fails", async () => {
    failure = undefined;
    const health = [
      { name: "weather/upstream", isHealthy: false, isCritical: false },
      { name: "weather/cache", isHealthy: true, isCritical: true },
    ];
    const application = new ServedEcho();
    application.health = { missingPlugins: [], size: health.length, results: async () => health };
    server = await startTestServer({ store, application });
    const { address } = server;
    const answer = async (): Promise<unknown[]> => {
      const reply = await fetch(`${address}/ready`);
      return [reply.status, await reply.json()];
    };
    const checks = { "weather/upstream": "unhealthy", "weather/cache": "healthy" };
    expect(await answer()).toEqual([200, { status: "degraded", checks }]);
    health[0] = { name: "weather/upstream", isHealthy: true, isCritical: false };
    expect(await answer()).toMatchObject([200, { status: "ready" }]);
    health[1] = { name: "weather/cache", isHealthy: false, isCritical: true };
    expect(await answer()).toMatchObject([503, { code: "HEALTH_CHECK_FAILED", details: ["weather/cache"] }]);
  });

  it("leaves GET /health alone: the process lives", async () => {
    failure = new StoreError("STORE_FAILED", "no");
    server = await startTestServer({ store });
    const reply = await fetch(`${server.address}/health`);
    expect([reply.status, await reply.text()]).toEqual([200, '{"status":"healthy"}']);
  });
});
