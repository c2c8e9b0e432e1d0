import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { alcoveScript, childEnvironment, nodeBinary } from "./command-line.js";
import { HttpClient } from "./http-client.js";

/** Options of {@link ServerProcess.start}. */
export interface ServerOptions {
  /** The working directory. */
  readonly cwd: string;
  readonly configFile: string;
  /** Where it listens; any free port when left out. */
  readonly port?: number;
  /** Values of `--override`, by their dot path. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** More arguments of `alcove serve`, e.g. `--log_level debug`. */
  readonly moreArguments?: readonly string[];
  /** A program, and its arguments, that runs the server, e.g. a tracer; the server has to stay its own process. */
  readonly wrapper?: readonly string[];
  /** The file of the command line; the workspace's own unless another is named. */
  readonly script?: string;
  /** Arguments for Node itself, e.g. a module to import before anything else. */
  readonly nodeArguments?: readonly string[];
  /** Variables of its environment, beside those of the tests. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Is given the process as soon as there is one, long before the server listens. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

const STARTUP_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const running = new Set<ChildProcess>();

process.once("exit", () => {
  for (const child of running) {
    child.kill("SIGKILL");
  }
});

/** A real server: the built command line in a process of its own, on a free port unless one is named. */
export class ServerProcess {
  readonly client: HttpClient;
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #printed: () => string;

  private constructor(child: ChildProcess, url: string, printed: () => string) {
    this.#child = child;
    this.#printed = printed;
    this.url = url;
    this.client = new HttpClient(url);
  }

  /** Starts a server and waits until it answers `GET /health`. Rejects with what it printed when it ends before that. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const child = spawnServer(options);
    const { printed, address } = watchOutput(child);
    try {
      const server = new ServerProcess(child, await address, printed);
      const health = await server.client.get("/health");
      if (health.status !== 200) {
        throw new TypeError(`GET /health answered ${health.status}: ${health.text}`);
      }
      return server;
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  /** Everything the server has printed so far, on both streams. */
  get printed(): string {
    return this.#printed();
  }

  /** For reports of failed tests: whether the process still runs, and what it printed. */
  describe(): string {
    const { pid, exitCode, signalCode } = this.#child;
    const fate = running.has(this.#child) ? "runs" : `ended with ${exitCode ?? signalCode}`;
    return `--- process ${pid} ${fate} and printed:\n${this.printed}`;
  }

  /** Sends a signal without waiting for anything. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until the process has ended. `exitCode` is undefined when a signal ended it. */
  async ended(): Promise<number | undefined> {
    this.client.close();
    if (running.has(this.#child)) {
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await once(this.#child, "close");
      clearTimeout(timer);
    }
    return this.#child.exitCode ?? undefined;
  }

  /** Sends a signal and waits until the process has ended. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | undefined> {
    this.signal(signal);
    return this.ended();
  }
}

function spawnServer(options: ServerOptions): ChildProcess {
  const overrides = Object.entries(options.overrides ?? {}).flatMap(([path, value]) => ["--override", path, value]);
  const command = [
    ...(options.wrapper ?? []),
    nodeBinary,
    ...(options.nodeArguments ?? []),
    options.script ?? alcoveScript,
    "serve",
    "--config_file",
    options.configFile,
    "--port",
    String(options.port ?? 0),
    ...overrides,
    ...(options.moreArguments ?? []),
  ];
  const [program = nodeBinary, ...programArguments] = command;
  const child = spawn(program, programArguments, {
    cwd: options.cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...childEnvironment(), ...options.environment },
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  options.onSpawn?.(child);
  return child;
}

function watchOutput(child: ChildProcess): { printed: () => string; address: Promise<string> } {
  let output = "";
  const address = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(startFailure("did not listen in time", output)), STARTUP_TIMEOUT_MS);
    const read = (text: string) => {
      output += text;
      const found = /Listening on (http:\/\/[^\s"]+)/.exec(output)?.[1];
      if (found !== undefined) {
        clearTimeout(timer);
        resolve(found);
      }
    };
    child.stdout?.setEncoding("utf8").on("data", read);
    child.stderr?.setEncoding("utf8").on("data", read);
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(timer);
      reject(startFailure("ended before it listened", output));
    });
  });
  return { printed: () => output, address };
}

function startFailure(what: string, output: string): TypeError {
  return new TypeError(`The server ${what}. It printed:\n${output}`);
}
