import { join, parse, resolve } from "node:path";
import type { EndpointConfig, GeneralConfig } from "./alcove-config.js";
import type { ConfigDocument } from "./config-document.js";
import { type ConfigNode, type ConfigPath, type MappingNode, nodeAt, plainValueOf } from "./config-node.js";
import { frontEndLimitsOf } from "./front-end-limits-schema.js";
import { type GeneralSection, generalSchema } from "./general-schema.js";
import { identityConfigOf } from "./identity-section.js";
import type { ProblemReport } from "./problem-report.js";
import { reportSchemaIssues } from "./schema-issues.js";
import { soundPartOf } from "./sound-part.js";
import { telemetryConfigOf, withDestinationTypes } from "./telemetry-section.js";
import { withTypeKey } from "./type-key.js";

/** What {@link readGeneralSection} needs beside the tree. */
export interface GeneralSectionOptions {
  readonly document: ConfigDocument;
  readonly report: ProblemReport;
  /** The absolute folder the default store lies in. */
  readonly workingDirectory: string;
}

/** What `general:` says. */
export interface ReadGeneral {
  /** With its defaults filled in; `undefined` where it has errors. */
  readonly general: GeneralConfig | undefined;
  /** The same without what is faulty in it; `undefined` where nothing is left. */
  readonly readable: GeneralConfig | undefined;
}

/** Validates `general:` and fills in its defaults; what is wrong is reported. */
export function readGeneralSection(root: MappingNode, options: GeneralSectionOptions): ReadGeneral {
  const section = nodeAt(root, ["general"]);
  const normalised = section === undefined ? undefined : withTypeKeys(section, options.report);
  const parsed = generalSchema.safeParse(normalised === undefined ? undefined : plainValueOf(normalised));
  if (parsed.success) {
    const general = generalConfigOf(parsed.data, options);
    return { general, readable: general };
  }
  reportSchemaIssues(parsed.error.issues, { root, path: ["general"], ...options });
  return { general: undefined, readable: normalised && readableOf(normalised, options) };
}

function readableOf(section: ConfigNode, options: GeneralSectionOptions): GeneralConfig | undefined {
  const sound = soundPartOf(section, generalSchema);
  if (sound === undefined) return undefined;
  const general = generalConfigOf(sound.value, options);
  // Items that were left out make others be counted differently than in the file.
  const endpoints = itemsAt(section, endpointsPath);
  const left = itemsAt(sound.node, endpointsPath).map((item) => endpoints.indexOf(item));
  return {
    ...general,
    frontEnd: {
      ...general.frontEnd,
      endpoints: general.frontEnd.endpoints.map((endpoint, index) => ({
        ...endpoint,
        place: ["general", ...endpointsPath, left[index] ?? index],
      })),
    },
  };
}

const endpointsPath = ["front_end", "endpoints"] as const;

function itemsAt(section: ConfigNode, path: ConfigPath): readonly ConfigNode[] {
  const list = nodeAt(section, path);
  return list?.kind === "list" ? list.items : [];
}

function withTypeKeys(general: ConfigNode, report: ProblemReport): ConfigNode {
  if (general.kind !== "mapping") return general;
  return withDestinationTypes(withProviderTypes(withFrontEndType(general, report), report), report);
}

function withFrontEndType(general: MappingNode, report: ProblemReport): MappingNode {
  const frontEnd = general.entries.get("front_end");
  if (frontEnd?.value.kind !== "mapping") return general;
  const value = withTypeKey(frontEnd.value, ["general", "front_end"], report);
  return { ...general, entries: new Map(general.entries).set("front_end", { ...frontEnd, value }) };
}

function withProviderTypes(general: MappingNode, report: ProblemReport): MappingNode {
  const identity = general.entries.get("identity");
  const providers = identity?.value.kind === "mapping" ? identity.value.entries.get("providers") : undefined;
  if (identity?.value.kind !== "mapping" || providers?.value.kind !== "list") return general;
  const items = providers.value.items.map((item, index) =>
    item.kind === "mapping" ? withTypeKey(item, ["general", "identity", "providers", index], report) : item,
  );
  const list = { ...providers, value: { ...providers.value, items } };
  const value = { ...identity.value, entries: new Map(identity.value.entries).set("providers", list) };
  return { ...general, entries: new Map(general.entries).set("identity", { ...identity, value }) };
}

function generalConfigOf(
  section: GeneralSection,
  { document, workingDirectory }: GeneralSectionOptions,
): GeneralConfig {
  const fileName = parse(document.file).name;
  const storePath =
    section.store.path === undefined
      ? join(workingDirectory, ".alcove", `${fileName}.sqlite`)
      : resolve(document.directoryOf(["general", "store", "path"]), section.store.path);
  return Object.freeze({
    application: section.application ?? fileName,
    perUserWorkflowTimeoutMs: section.per_user_workflow_timeout,
    perUserWorkflowCleanupIntervalMs: section.per_user_workflow_cleanup_interval,
    enablePerUserMonitoring: section.enable_per_user_monitoring,
    maxConcurrency: section.max_concurrency,
    maxQueuedRunsPerUser: section.max_queued_runs_per_user,
    runTimeoutMs: section.run_timeout === 0 ? undefined : section.run_timeout,
    maxSessionBytes: section.max_session_bytes,
    maxBytesPerUser: section.max_bytes_per_user,
    maxResidentUsers: section.max_resident_users,
    perUserResidentIdleMs: section.per_user_resident_idle,
    pluginStartTimeoutMs: section.plugin_start_timeout,
    shutdownDelayMs: section.shutdown_delay,
    shutdownTimeoutMs: section.shutdown_timeout,
    idempotency: Object.freeze({
      maxRecordsPerUser: section.idempotency.max_records_per_user,
      maxReplyBytes: section.idempotency.max_reply_bytes,
      maxAgeMs: section.idempotency.max_age,
    }),
    store: Object.freeze({ path: storePath }),
    middleware: Object.freeze(section.middleware),
    telemetry: telemetryConfigOf(section.telemetry, document),
    identity: identityConfigOf(section.identity),
    frontEnd: frontEndConfigOf(section.front_end),
  });
}

function frontEndConfigOf(frontEnd: GeneralSection["front_end"]): GeneralConfig["frontEnd"] {
  const { cors, websocket } = frontEnd;
  return Object.freeze({
    host: frontEnd.host,
    port: frontEnd.port,
    maxBodyBytes: frontEnd.max_body_bytes,
    streamHeartbeatMs: frontEnd.stream_heartbeat_interval,
    reconnectGraceMs: frontEnd.reconnect_grace,
    maxRunningAsyncJobs: frontEnd.max_running_async_jobs,
    maxExecutionsPerUser: frontEnd.max_executions_per_user,
    allowInsecureIdentity: frontEnd.allow_insecure_identity,
    trustedProxies: Object.freeze(frontEnd.trusted_proxies),
    limits: frontEndLimitsOf(frontEnd.limits),
    metrics: frontEnd.metrics,
    docs: frontEnd.docs,
    rootPath: frontEnd.root_path,
    workflow: Object.freeze(endpointOf(frontEnd.workflow, frontEnd, ["workflow"])),
    endpoints: Object.freeze(
      frontEnd.endpoints.map((endpoint, index) =>
        Object.freeze({
          ...endpointOf(endpoint, frontEnd, ["endpoints", index]),
          functionName: endpoint.function_name,
        }),
      ),
    ),
    cors: Object.freeze({
      allowOrigins: Object.freeze(cors.allow_origins),
      ...(cors.allow_origin_regex === undefined ? {} : { allowOriginRegex: cors.allow_origin_regex }),
      allowMethods: Object.freeze(cors.allow_methods),
      allowHeaders: Object.freeze(cors.allow_headers),
      allowCredentials: cors.allow_credentials,
      exposeHeaders: Object.freeze(cors.expose_headers),
      maxAgeSeconds: cors.max_age,
    }),
    webSocket: Object.freeze({
      path: frontEnd.workflow.websocket_path,
      reconnectGraceMs: websocket.reconnect_grace,
      heartbeatIntervalMs: websocket.heartbeat_interval,
      idleTimeoutMs: websocket.idle_timeout,
      maxSockets: websocket.max_sockets,
      maxSocketsPerUser: websocket.max_sockets_per_user,
    }),
  });
}

type FrontEndSection = GeneralSection["front_end"];

function endpointOf(
  endpoint: Omit<FrontEndSection["endpoints"][number], "function_name">,
  { disable_legacy_routes }: FrontEndSection,
  place: ConfigPath,
): EndpointConfig {
  return {
    method: endpoint.method,
    path: endpoint.path,
    legacyPath: disable_legacy_routes ? undefined : endpoint.legacy_path,
    description: endpoint.description,
    place: Object.freeze(["general", "front_end", ...place]),
  };
}
