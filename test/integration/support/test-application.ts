import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadConfig } from "@alcove/config";
import { type Clock, formatProblem, type Logger, type Problem, silentLogger } from "@alcove/plugin-api";
import { discoverPlugins } from "@alcove/plugin-loader";
import { planApplication, Runtime } from "@alcove/runtime";
import { openSqliteSessionStore, type SessionStore } from "@alcove/state";
import { createFakeClock, type FakeClock } from "@alcove/testing";
import { type InCodePlugin, writePlugin } from "./in-code-plugin.js";

/** A folder of its own for one test, with a configuration and plugins in it. Removed by `dispose`. */
export class Workbench implements AsyncDisposable {
  readonly folder: string;
  readonly clock: FakeClock;
  readonly #plugins: readonly string[];
  readonly #running: { close(): Promise<void> }[] = [];

  private constructor(folder: string, plugins: readonly string[], clock: FakeClock) {
    this.folder = folder;
    this.#plugins = plugins;
    this.clock = clock;
  }

  static async create(plugins: readonly InCodePlugin[]): Promise<Workbench> {
    const folder = await mkdtemp(path.join(tmpdir(), "alcove-integration-"));
    const directories = await Promise.all(plugins.map((plugin) => writePlugin(folder, plugin)));
    return new Workbench(folder, directories, createFakeClock());
  }

  /** Everything up to the plan, as the command line does it. `yaml` is the configuration without `plugins:`. */
  async plan(yaml: string) {
    const file = path.join(this.folder, "config.yml");
    await writeFile(file, `${yaml}\nplugins: ${JSON.stringify(this.#plugins)}\n`);
    const loaded = await loadConfig({ file, environment: {} });
    const { document, components } = loaded;
    if (components === undefined) {
      return { config: undefined, plan: undefined, problems: loaded.problems };
    }
    const listed = components.plugins.map(({ specifier, directory, path: place }) => ({
      specifier,
      directory,
      source: document.locate(place),
    }));
    const discovery = await discoverPlugins({ hostDirectory: this.folder, listed, alcoveVersion: "0.1.0" });
    const planned = await planApplication({ components, document, plugins: discovery.plugins });
    const problems: Problem[] = [...loaded.problems, ...discovery.problems, ...planned.problems];
    return { config: loaded.config, plan: planned.plan, problems };
  }

  /** The report of a configuration that must be refused: one line a problem, without paths of this machine. */
  async refusals(yaml: string): Promise<string[]> {
    const { problems } = await this.plan(yaml);
    return problems
      .filter((problem) => problem.severity === "error")
      .map((problem) => formatProblem(problem).replaceAll(`${this.folder}/`, ""));
  }

  /** Starts the runtime on the folder's own SQLite file, or on the store given. Closed with the workbench. */
  async start(
    yaml: string,
    options: { readonly store?: SessionStore; readonly logger?: Logger; readonly clock?: Clock } = {},
  ): Promise<{ runtime: Runtime; store: SessionStore; stop(): Promise<void> }> {
    const { config, plan, problems } = await this.plan(yaml);
    if (config === undefined || plan === undefined) {
      throw new TypeError(`The test's configuration is refused:\n${problems.map(formatProblem).join("\n")}`);
    }
    const clock = options.clock ?? this.clock;
    const logger = options.logger ?? silentLogger;
    const store =
      options.store ?? (await openSqliteSessionStore({ path: path.join(this.folder, "sessions.sqlite"), clock }));
    const runtime = await Runtime.start({ plan, config, store, logger, clock });
    const close = async (): Promise<void> => {
      await runtime.close();
      await store.close();
    };
    this.#running.push({ close });
    return { runtime, store, stop: close };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { close } of this.#running.reverse()) {
      await close();
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs the workflow once for a user, as a front end would. */
export async function call(runtime: Runtime, userId: string | undefined, input: unknown): Promise<unknown> {
  const session = runtime.sessions.session({ userId });
  try {
    return await session.run(input).result();
  } finally {
    session.close();
  }
}
