import { readFileSync } from "node:fs";
import { exportedSessionSchema } from "@alcove/state";
import { z } from "zod";
import { entryRoutes } from "../routes/entry-routes.js";
import {
  executionReplySchema,
  interactionRequiredSchema,
  interactionResponseSchema,
} from "../routes/execution-wire.js";
import { healthReplySchema } from "../routes/health-route.js";
import { jobRoutesOf } from "../routes/job-addresses.js";
import { jobFieldsSchema, jobStatusSchema, jobSubmittedSchema } from "../routes/job-wire.js";
import { monitoredUsersSchema } from "../routes/monitor-wire.js";
import { evictedSessionSchema, operatedSessionsSchema } from "../routes/operator-wire.js";
import { readyReplySchema } from "../routes/ready-route.js";
import { routeAddresses } from "../routes/route-addresses.js";
import { sessionReplySchema } from "../routes/session-wire.js";
import type { ServerOptions } from "../server-options.js";
import { describedEntry, entryOperations } from "./entry-operations.js";
import { jobOperations } from "./job-operations.js";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.js";
import { operationObject } from "./operation.js";
import { ownOperations } from "./operations.js";
import { pluginOperations } from "./plugin-operations.js";
import { securityOf, securitySchemesOf } from "./security-schemes.js";
import { errorSchema, headers, parameters, validationErrorSchema } from "./shared-parts.js";

const packageSchema = z.object({ version: z.string() });

/** The OpenAPI 3.1 description of the routes that a configuration leads to, with the schemas of all its entries. */
export async function openApiDocument({ runtime, config }: Pick<ServerOptions, "runtime" | "config">): Promise<object> {
  const { workflow } = runtime;
  const entries = await Promise.all(runtime.entries.filter(({ route }) => route === undefined).map(describedEntry));
  const plugins = await pluginOperations(runtime.entries);
  const schemas: Record<string, JsonSchema> = {
    ...Object.assign({}, ...entries.map((entry) => entry.schemas)),
    ...plugins.schemas,
    ...component("SubmittedJob", jobSubmittedSchema, "output"),
    ...component("Job", jobStatusSchema, "output"),
    ...component("Execution", executionReplySchema, "output"),
    ...component("InteractionRequired", interactionRequiredSchema, "output"),
    ...component("InteractionResponse", interactionResponseSchema, "input"),
    ...component("Session", sessionReplySchema, "output"),
    ...component("ExportedSession", exportedSessionSchema, "input"),
    ...component("OperatedSessions", operatedSessionsSchema, "output"),
    ...component("EvictedSession", evictedSessionSchema, "output"),
    ...component("Health", healthReplySchema, "output"),
    ...component("Ready", readyReplySchema, "output"),
    ...(config.general.enablePerUserMonitoring ? component("MonitoredUsers", monitoredUsersSchema, "output") : {}),
    ...component("Error", errorSchema, "output"),
    ...component("ValidationError", validationErrorSchema, "output"),
  };
  const operations = new Map([
    ...ownOperations,
    ...entryOperations(entryRoutes(config), entries, config.general.frontEnd.reconnectGraceMs > 0),
    ...jobOperations(jobRoutesOf(config), entries),
    ...plugins.operations,
  ]);
  const securitySchemes = securitySchemesOf(config.general.identity.providers);
  const paths: Record<string, Record<string, object>> = {};
  const pluginRoutes = runtime.entries.flatMap(({ route }) => route ?? []);
  for (const { method, path } of routeAddresses(config, pluginRoutes)) {
    const facts = operations.get(`${method} ${path}`);
    if (facts !== undefined) {
      // The router marks parameters with a colon.
      const place = path.replace(/:(\w+)/g, "{$1}");
      paths[place] = {
        ...paths[place],
        [method.toLowerCase()]: operationObject({ ...facts, security: securityOf(facts.security, securitySchemes) }),
      };
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: config.general.application,
      version: versionOfPackage(),
      description: [
        `The HTTP API of the workflow \`${workflow.typeName}\`, served by Alcove. ${workflow.description}`.trim(),
        ...webSocketHint(config),
      ].join("\n\n"),
    },
    servers: [{ url: config.general.frontEnd.rootPath || "/", description: "The server this document comes from." }],
    tags: [
      { name: "workflow", description: "Calls of the workflow." },
      ...(entries.length > 1
        ? [{ name: "functions", description: "Calls of functions that are served on their own." }]
        : []),
      { name: "jobs", description: "Runs of the workflow that outlive their requests." },
      { name: "session", description: "What is kept of whoever asks." },
      { name: "operators", description: "The sessions of users, for those who look after the server." },
      { name: "server", description: "The server itself." },
      ...plugins.tags,
    ],
    paths,
    components: {
      schemas: usedIn(paths, "schemas", { ...schemas, ...jobRequest(schemas["WorkflowInput"] ?? {}) }),
      headers: usedIn(paths, "headers", headers),
      parameters: usedIn(paths, "parameters", parameters),
      securitySchemes,
    },
  };
}

/** The workflow's input with the fields of a job beside its own. */
function jobRequest(input: JsonSchema): Record<string, JsonSchema> {
  const place = "#/components/schemas/JobRequest";
  const { properties: fields } = jsonSchemaOf(jobFieldsSchema, "input", place);
  const { properties } = input;
  return { JobRequest: { ...input, properties: { ...(properties ?? {}), ...(fields ?? {}) } } };
}

/** OpenAPI has no words for sockets. */
function webSocketHint({ general }: ServerOptions["config"]): readonly string[] {
  const { path } = general.frontEnd.webSocket;
  return path === undefined
    ? []
    : [
        `The workflow is served over WebSocket as well, at \`${path}\`; the frames are described in the README of @alcove/server.`,
      ];
}

/** The parts that some operation refers to: which these are depends on what is served. */
function usedIn<Part>(paths: object, section: string, parts: Readonly<Record<string, Part>>): Record<string, Part> {
  const text = JSON.stringify(paths);
  return Object.fromEntries(
    Object.entries(parts).filter(([name]) =>
      ['"', "/"].some((ending) => text.includes(`"#/components/${section}/${name}${ending}`)),
    ),
  );
}

function component(name: string, schema: z.ZodType, io: "input" | "output"): Record<string, JsonSchema> {
  return { [name]: jsonSchemaOf(schema, io, `#/components/schemas/${name}`) };
}

function versionOfPackage(): string {
  return packageSchema.parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))).version;
}
