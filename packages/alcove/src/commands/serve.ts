import { AlcoveError, formatLocation, type Logger, systemClock } from "@alcove/plugin-api";
import { type HandleWatch, redactedError } from "@alcove/runtime";
import type { Command } from "commander";
import { Application } from "../application.js";
import { addConfigOptions, addLogLevelOption, type ConfigOptions, logLevelOf, parsePort } from "../common-options.js";
import { configuredLogger, levelOfScope } from "../logging/configured-logger.js";
import { createLogger } from "../logging/logger.js";
import { textRedaction } from "../logging/redact-text.js";
import { prepareApplication, soundApplication } from "../prepare-application.js";
import { logListening, logStart } from "../startup-log.js";
import type { StopSignal } from "../stop-signals.js";
import { watchHandles } from "../watch-handles.js";
import type { CommandContext } from "./command-context.js";

interface ServeOptions extends ConfigOptions {
  readonly host?: string;
  readonly port?: number;
  readonly log_level?: string;
}

/** `alcove serve`: serves the workflow of a configuration over HTTP until it is told to stop. */
export function addServeCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("serve")
    .description(
      "Serve the workflow of a configuration over HTTP, until Ctrl-C or SIGTERM. A second signal ends it at once.",
    );
  return addLogLevelOption(addConfigOptions(command))
    .option("--host <host>", "the host name or address to listen on (default: general.front_end.host, else localhost)")
    .option(
      "--port <port>",
      "the port to listen on, 0 for any free one (default: general.front_end.port, else 8000)",
      parsePort,
    )
    .addHelpText("after", examples)
    .action((options: ServeOptions) => serve(options, context));
}

const examples = `
Examples:
  $ alcove serve --config_file configs/config.yml
  $ alcove serve --config_file configs/config.yml --port 9000 --override general.per_user_workflow_timeout 2h
  $ curl -X POST http://localhost:8000/generate -H "Cookie: nat-session=alice" -H "Content-Type: application/json" -d '{"command": "help"}'
`;

async function serve(options: ServeOptions, context: CommandContext): Promise<void> {
  const { isTerminal } = context;
  const level = logLevelOf(options.log_level);
  let logger = createLogger({ level: level ?? "info", format: isTerminal ? "pretty" : "json", to: 1 });
  const stopped = context.stopSignal();
  let redact = textRedaction([]);
  const fallen = followStrayErrors(
    () => logger,
    (error) => redactedError(error, redact),
  );
  const handles = watchHandles();
  const prepared = soundApplication(
    await prepareApplication({
      configFile: options.config_file,
      overrides: [...options.override, ...addressOverrides(options)],
      isServed: true,
    }),
  );
  const { logging } = prepared.config.general.telemetry;
  logger = configuredLogger({ logging, level, isTerminal, secrets: prepared.document.secrets, to: 1 });
  redact = textRedaction(prepared.document.secrets);
  const accessLog = levelOfScope({ logging, level }, "server") === "debug";
  const surroundings = { logger, clock: systemClock, purpose: "alcove serve", accessLog, handles };
  const application = await reportingDelay(
    Promise.race([Application.start(prepared, surroundings), stoppedWhileStarting(stopped)]),
    logger,
  );
  // Requests are not to pay for it.
  handles.stopNoting();
  try {
    await openToOwner(application, logger);
    await logStart(application, options.config_file, logger);
    const { address } = await application.listen();
    logListening(application, address, logger);
    logger.info(`${await Promise.race([stopped, fallen])} received, stopping`);
  } finally {
    await closeInTime(application, logger);
    await logLeftHandles(application, handles, logger);
  }
}

/** What a plugin has opened while it started, and has not given back. It would keep a program alive that does not exit by itself. */
async function logLeftHandles({ plugins }: Application, handles: HandleWatch, logger: Logger): Promise<void> {
  for (const { plugin, part, what, openedAt } of await handles.leftBy(plugins, HANDLES_GRACE_MS)) {
    const place = formatLocation(openedAt);
    logger.warn("A plugin has left something open", { plugin: plugin.id, part, what, openedAt: place });
  }
}

/** Where there can be no socket, the server is still a server. */
async function openToOwner(application: Application, logger: Logger): Promise<void> {
  try {
    await application.listenForOwner();
  } catch (error) {
    logger.warn("alcove sessions, backup and run cannot reach this server: it has no socket for its owner", { error });
  }
}

/**
 * A promise some plugin forgot is no reason to fail the users of all others. After an error that nobody caught, though,
 * nobody knows what is left undone: it is logged, and what is returned rejects with it, so that the server stops in order.
 *
 * @param redacted Takes what is secret out of an error that is going to be printed.
 */
function followStrayErrors(logger: () => Logger, redacted: (error: unknown) => unknown): Promise<never> {
  process.on("unhandledRejection", (error) => logger().error("A rejected promise was not handled", { error }));
  const fallen = new Promise<never>((_resolve, reject) => {
    process.on("uncaughtException", (error) => {
      logger().error("An error was not caught; stopping", { error });
      reject(redacted(error));
    });
  });
  fallen.catch(() => undefined);
  return fallen;
}

async function reportingDelay<Result>(starting: Promise<Result>, logger: Logger): Promise<Result> {
  const report = (): void =>
    logger.warn("Still starting: a plugin has not finished building its services or components");
  const timer = setInterval(report, START_REPORT_INTERVAL_MS);
  try {
    return await starting;
  } finally {
    clearInterval(timer);
  }
}

/** A plugin may hang while it starts; whoever wants the process to stop must not have to wait for it. */
async function stoppedWhileStarting(stopped: Promise<StopSignal>): Promise<never> {
  throw new AlcoveError(
    "SHUTTING_DOWN",
    `${await stopped} received before the start was complete; nothing was served.`,
  );
}

function addressOverrides({ host, port }: ServeOptions): { path: string; value: string }[] {
  return [
    // Quoted, so that an address such as [::1] is read as text.
    ...(host === undefined ? [] : [{ path: "general.front_end.host", value: JSON.stringify(host) }]),
    ...(port === undefined ? [] : [{ path: "general.front_end.port", value: String(port) }]),
  ];
}

const START_REPORT_INTERVAL_MS = 5_000;

/** How long closing may take beyond `general.shutdown_delay` and `general.shutdown_timeout`, for what had to be aborted to let go. */
const GRACE_MS = 3_000;
const STORE_GRACE_MS = 1_000;
const HANDLES_GRACE_MS = 250;

async function closeInTime(application: Application, logger: Logger): Promise<void> {
  const { shutdownDelayMs, shutdownTimeoutMs } = application.config.general;
  const closed = application.close().then(() => "closed" as const);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, shutdownDelayMs + shutdownTimeoutMs + GRACE_MS, "late");
  });
  if ((await Promise.race([closed, late])) === "late") {
    // What was acknowledged is on disk already; closing the store says to others that it is free.
    await Promise.race([application.store.close(), new Promise((resolve) => setTimeout(resolve, STORE_GRACE_MS))]);
    throw new AlcoveError("SHUTTING_DOWN", "Not everything let go in time; what was acknowledged is on disk.");
  }
  clearTimeout(timer);
  logger.info("Stopped");
}
