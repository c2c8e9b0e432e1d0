import { AlcoveError, type ErrorCode, errorCatalogue, StoreError, WorkflowError } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { errorReply } from "./error-body.js";
import { httpMappings } from "./http-status.js";

describe("error reply", () => {
  it("has a status for every code of the catalogue", () => {
    expect(Object.keys(httpMappings).sort()).toEqual(Object.keys(errorCatalogue).sort());
    for (const { status } of Object.values(httpMappings)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
    }
  });

  it.each<[ErrorCode, number]>([
    ["workflow_error", 422],
    ["INPUT_INVALID", 422],
    ["BODY_INVALID", 422],
    ["BODY_TOO_LARGE", 413],
    ["MEDIA_TYPE_UNSUPPORTED", 415],
    ["USER_ID_REQUIRED", 401],
    ["IDENTITY_CONFLICT", 400],
    ["ROUTE_NOT_FOUND", 404],
    ["METHOD_NOT_ALLOWED", 405],
    ["SESSION_QUEUE_FULL", 503],
    ["SHUTTING_DOWN", 503],
    ["OUTCOME_UNKNOWN", 503],
    ["STATE_UNREADABLE", 500],
    ["INTERNAL", 500],
  ])("sends %s as %i", (code, status) => {
    const reply = errorReply(new AlcoveError(code, "message"));
    expect(reply.status).toBe(status);
    expect(reply.body.code).toBe(code);
  });

  it("tells the message and the class of what the workflow threw", () => {
    class Boom extends Error {}
    expect(errorReply(new WorkflowError(new Boom("boom-run")))).toEqual({
      status: 422,
      headers: {},
      body: { code: "workflow_error", message: "boom-run", details: "Boom" },
    });
  });

  it("tells nothing of an error outside the catalogue", () => {
    const reply = errorReply(new Error("secret at /home/alcove/key.pem"));
    expect(reply.status).toBe(500);
    expect(JSON.stringify(reply)).not.toMatch(/secret|key\.pem/);
    expect(reply.body).toMatchObject({ code: "INTERNAL", details: null });
  });

  it("tells the summary instead of the message where the message may name files", () => {
    const error = new StoreError("STORE_FAILED", "cannot write /var/alcove.sqlite", { retryAfterSeconds: 0.2 });
    const reply = errorReply(error);
    expect(JSON.stringify(reply)).not.toContain("/var");
    expect(reply.headers).toEqual({ "retry-after": "1" });
  });

  it("rounds the seconds to wait upwards", () => {
    const error = new AlcoveError("SESSION_QUEUE_FULL", "wait", { retryAfterSeconds: 1.2 });
    expect(errorReply(error).headers).toEqual({ "retry-after": "2" });
  });
});
