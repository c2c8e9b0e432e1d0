import { z } from "zod";
import { section, text } from "./field-schemas.js";

// Segments of what RFC 3986 calls unreserved, and "@": nothing that a client would have to escape, or that names a parameter.
const pathPattern = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~@-]+)+$/;

/** A path such as `/v1/workflow`; nothing stands for none. */
function routePath() {
  return z
    .string({ error: "must be a path" })
    .max(200, { error: "must not be longer than 200 characters" })
    .regex(pathPattern, {
      error: "must be a path such as /v1/workflow: it begins with /, does not end with it, and has plain segments",
    })
    .nullable()
    .transform((path) => path ?? undefined);
}

const method = z.enum(["GET", "POST"], { error: "must be POST or GET" }).default("POST");

/** The keys of `general.front_end.workflow`. */
export const workflowEndpointShape = {
  method,
  // A default would also stand in for the nothing that null becomes.
  path: routePath().prefault("/v1/workflow"),
  legacy_path: routePath().prefault("/generate"),
  websocket_path: routePath().prefault("/websocket"),
  description: text().optional(),
};

/** The keys of an item of `general.front_end.endpoints`. */
export const endpointShape = {
  function_name: text(200),
  method,
  path: routePath().optional(),
  legacy_path: routePath().optional(),
  description: text().optional(),
};

/** The items of `general.front_end.endpoints`. */
export function endpointList() {
  const item = z
    .strictObject(endpointShape, {
      error: (issue) => (issue.code === "invalid_type" ? "must be a mapping" : undefined),
    })
    .refine(({ path, legacy_path }) => (path ?? legacy_path) !== undefined, {
      error: "must have a path or a legacy_path",
    });
  return z.preprocess((value) => value ?? [], z.array(item, { error: "must be a list of endpoints" })).prefault([]);
}

/** `general.front_end.root_path`: a path without its last slash; empty for none. */
export function rootPath() {
  return z
    .string({ error: "must be a path" })
    .regex(/^(?:\/|(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~@-]+)+\/?)?$/, {
      error: "must be a path such as /api, or empty",
    })
    .nullable()
    .transform((path) => (path ?? "").replace(/\/$/, ""));
}

/** `general.front_end.workflow`. */
export function workflowEndpoint() {
  return section(workflowEndpointShape);
}
