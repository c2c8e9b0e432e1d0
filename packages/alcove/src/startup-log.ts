import type { IdentityConfig } from "@alcove/config";
import { formatProblem, type Logger } from "@alcove/plugin-api";
import { routeAddresses } from "@alcove/server";
import type { Application } from "./application.js";
import { describeField, payloadFields } from "./payload-description.js";

/** Tells what has been started, before it listens: configuration, plugins, workflow, state, and the expected body. */
export async function logStart(application: Application, configFile: string, logger: Logger): Promise<void> {
  const { config, plugins, runtime, store, warnings } = application;
  const { workflow } = runtime;
  for (const problem of warnings) {
    logger.warn(formatProblem(problem));
  }
  logger.info(`Loaded ${configFile} as application "${config.general.application}"`);
  for (const { id, packageName, version } of plugins) {
    logger.info(`Found plugin ${id} (${packageName} ${version})`);
  }
  const scope = workflow.scope === "per-user" ? "per-user" : "shared by all users";
  logger.info(`Workflow is ${scope} (${workflow.typeName})`);
  for (const { functionName, scope } of runtime.entries.slice(1).filter(({ route }) => route === undefined)) {
    logger.info(`Function ${functionName} is served on its own (${scope})`);
  }
  if (servesUsers(application)) {
    const count = await store.count();
    logger.info(`State lives in ${store.place}, ${count === 1 ? "1 session" : `${count} sessions`} found`);
  }
  const fields = payloadFields(workflow.inputSchema);
  logger.info(`Expecting request payloads as JSON with ${fields.length === 1 ? "1 field" : `${fields.length} fields`}`);
  for (const field of fields) {
    logger.info(`  ${describeField(field)}`);
  }
}

/** Tells where the application is reached, and how safe that is. */
export function logListening(application: Application, address: string, logger: Logger): void {
  const routes = application.runtime.entries.flatMap(({ route }) => route ?? []);
  for (const { method, path } of routeAddresses(application.config, routes)) {
    logger.info(`Route ${method} ${address}${path}`);
  }
  const { path } = application.config.general.frontEnd.webSocket;
  if (path !== undefined) {
    logger.info(`Route WebSocket ${address.replace(/^http/, "ws")}${path}`);
  }
  if (servesUsers(application)) {
    logIdentity(application.config.general.identity, logger);
  }
  const { allowCredentials, allowOrigins } = application.config.general.frontEnd.cors;
  if (allowCredentials && allowOrigins.includes("*")) {
    logger.warn("general.front_end.cors lets every web site act as whichever user is visiting it");
  }
  logger.info(`Listening on ${address}`);
}

function servesUsers({ runtime }: Application): boolean {
  return runtime.entries.some(({ scope }) => scope === "per-user");
}

function logIdentity({ providers }: IdentityConfig, logger: Logger): void {
  const types = providers.map(({ type }) => type);
  if (types.includes("session_cookie")) {
    logger.warn(
      "Users are told apart by the plain nat-session cookie, which anybody can set: good for development, not for strangers",
    );
  } else {
    logger.info(`Users are told apart by ${[...new Set(types)].join(", ")}`);
  }
}
