import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { startTestServer, testConfig } from "../test-support/served-echo.js";
import type { CrossOriginConfig } from "./cross-origin.js";

let server: ListeningServer | undefined;

async function start(rules: Partial<CrossOriginConfig>): Promise<string> {
  const { cors } = testConfig().general.frontEnd;
  server = await startTestServer({ frontEnd: { cors: { ...cors, ...rules } } });
  return server.address;
}

afterEach(() => server?.close(100));

function preflight(address: string, origin: string): Promise<Response> {
  return fetch(`${address}/generate`, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
  });
}

describe("cross-origin rules", () => {
  it("are off while no origin is configured", async () => {
    const reply = await preflight(await start({}), "https://app.example");
    expect(reply.headers.get("access-control-allow-origin")).toBeNull();
    expect(reply.headers.get("vary")).toBeNull();
  });

  it("let a configured origin in, with what is configured", async () => {
    const address = await start({
      allowOrigins: ["https://app.example"],
      allowMethods: ["POST"],
      allowHeaders: ["content-type"],
      allowCredentials: true,
      maxAgeSeconds: 60,
    });
    const reply = await preflight(address, "https://app.example");
    expect(reply.status).toBe(204);
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "content-type",
      "access-control-allow-credentials": "true",
      "access-control-max-age": "60",
    });
  });

  it("keep other origins out, also such as only begin like a configured one", async () => {
    const address = await start({ allowOrigins: ["https://app.example"], allowOriginRegex: "https://[a-z]+\\.test" });
    for (const origin of ["https://app.example.evil", "https://evil", "https://a.test.evil", "null"]) {
      expect((await preflight(address, origin)).headers.get("access-control-allow-origin")).toBeNull();
    }
    expect((await preflight(address, "https://a.test")).headers.get("access-control-allow-origin")).toBe(
      "https://a.test",
    );
  });

  it("hold for errors too", async () => {
    const address = await start({ allowOrigins: ["*"], exposeHeaders: ["x-request-id"] });
    const reply = await fetch(`${address}/nowhere`, { headers: { origin: "https://app.example" } });
    expect(reply.status).toBe(404);
    expect(reply.headers.get("access-control-allow-origin")).toBe("*");
    expect(reply.headers.get("access-control-expose-headers")).toBe("x-request-id");
    expect(reply.headers.get("vary")).toBe("Origin");
  });
});
