import type { ConfigPath, FunctionEndpointConfig } from "@alcove/config";
import { describe, expect, it } from "vitest";
import { testConfig } from "../test-support/served-echo.js";
import { routeClashes } from "./route-clashes.js";

function endpoint(index: number, given: Partial<FunctionEndpointConfig>): FunctionEndpointConfig {
  return {
    functionName: "notepad",
    method: "POST",
    path: undefined,
    legacyPath: undefined,
    description: undefined,
    place: ["general", "front_end", "endpoints", index],
    ...given,
  };
}

function clashesOf(...endpoints: FunctionEndpointConfig[]): string[] {
  const document = { locate: (path: ConfigPath) => ({ file: path.join("/") }) };
  return routeClashes(testConfig({ frontEnd: { endpoints } }), [], document).map(
    ({ message, source }) => `${source?.file}: ${message}`,
  );
}

describe("the paths of a configuration", () => {
  it("may be anything nobody else has", () => {
    expect(clashesOf(endpoint(0, { path: "/v1/notepad" }), endpoint(1, { path: "/v1/notes" }))).toEqual([]);
    expect(clashesOf(endpoint(0, { path: "/v1/session" }))).toEqual([]);
  });

  it("may not be those of the workflow, of another endpoint, or of Alcove itself", () => {
    const place = "general/front_end/endpoints";
    expect(clashesOf(endpoint(0, { path: "/generate" }))).toEqual([
      `${place}/0/path: general.front_end.endpoints[0].path leads to POST /generate, which general.front_end.workflow.legacy_path leads to as well.`,
    ]);
    expect(clashesOf(endpoint(0, { path: "/a" }), endpoint(1, { legacyPath: "/a/stream" }))).toEqual([
      `${place}/1/legacy_path: general.front_end.endpoints[1].legacy_path leads to POST /a/stream, which general.front_end.endpoints[0].path leads to as well.`,
    ]);
    expect(clashesOf(endpoint(0, { path: "/health", method: "GET" }))).toEqual([
      `${place}/0/path: general.front_end.endpoints[0].path leads to GET /health, which Alcove itself serves as well.`,
    ]);
    expect(clashesOf(endpoint(0, { path: "/websocket", method: "GET" }))).toEqual([
      "general/front_end/workflow/websocket_path: general.front_end.workflow.websocket_path leads to GET /websocket, which general.front_end.endpoints[0].path leads to as well.",
    ]);
    expect(clashesOf(endpoint(0, { path: "/generate/async" }))).toEqual([
      "general/front_end/workflow/legacy_path: general.front_end.workflow.legacy_path leads to POST /generate/async, which general.front_end.endpoints[0].path leads to as well.",
    ]);
    expect(clashesOf(endpoint(0, { path: "/v1/workflow/async/job/latest", method: "GET" }))).toHaveLength(1);
  });
});
