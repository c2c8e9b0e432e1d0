import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as plainTest } from "vitest";
import { type CommandResult, runAlcove, workspaceFolder } from "./command-line.js";
import { type ServerOptions, ServerProcess } from "./server-process.js";

/** The configuration file that `npm start` serves. */
export const exampleConfigFile = join(workspaceFolder, "configs/config.yml");

/** A plugin of this workspace or of the tests' fixtures, as an entry of `plugins:`. */
export const pluginPaths = {
  letterBox: join(workspaceFolder, "plugins/letter-box"),
  objectStoreS3: join(workspaceFolder, "plugins/object-store-s3"),
  assistant: join(workspaceFolder, "plugins/per-user-assistant"),
  time: join(workspaceFolder, "plugins/time"),
  todo: join(workspaceFolder, "plugins/todo"),
  fragile: join(workspaceFolder, "test/fixtures/plugins/fragile"),
  hanging: join(workspaceFolder, "test/fixtures/plugins/hanging"),
  leaking: join(workspaceFolder, "test/fixtures/plugins/leaking"),
  callers: join(workspaceFolder, "test/fixtures/plugins/callers"),
  asking: join(workspaceFolder, "test/fixtures/plugins/asking"),
  streaming: join(workspaceFolder, "test/fixtures/plugins/streaming"),
  curious: join(workspaceFolder, "test/fixtures/plugins/curious"),
  telling: join(workspaceFolder, "test/fixtures/plugins/telling"),
} as const;

/** What a test changes about the server it starts. */
export type StartOptions = Partial<Omit<ServerOptions, "cwd">>;

/** A temporary folder with one session store, and the servers that were started in it. */
export class Workplace {
  readonly folder: string;
  /** The session store of every server that is started here. */
  readonly storePath: string;
  readonly #servers: ServerProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.storePath = join(folder, "sessions.sqlite");
  }

  static async create(): Promise<Workplace> {
    return new Workplace(await realpath(await mkdtemp(join(tmpdir(), "alcove-e2e-"))));
  }

  /** Starts a server: on the example configuration unless told otherwise. */
  async start(options: StartOptions = {}): Promise<ServerProcess> {
    const server = await ServerProcess.start({
      configFile: exampleConfigFile,
      ...options,
      cwd: this.folder,
      overrides: { "general.store.path": this.storePath, ...options.overrides },
    });
    this.#servers.push(server);
    return server;
  }

  /** The server that was started last. */
  get latest(): ServerProcess {
    const latest = this.#servers.at(-1);
    if (latest === undefined) {
      throw new TypeError("No server has been started.");
    }
    return latest;
  }

  /** Runs `alcove …` in the folder, to its end. */
  alcove(...alcoveArguments: readonly string[]): Promise<CommandResult> {
    return runAlcove(alcoveArguments, { cwd: this.folder });
  }

  /** Writes a file into the folder; a value that is no text is written as JSON, which is YAML too. Returns its path. */
  async write(name: string, content: unknown): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
    return path;
  }

  /** What became of the servers, and what they printed. */
  describe(): string {
    return this.#servers.map((server) => server.describe()).join("\n");
  }

  /** Kills what is still running and removes the folder. */
  async dispose(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop("SIGKILL")));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A test with a workplace of its own. */
export const test = plainTest.extend<{ workplace: Workplace }>({
  workplace: async ({ onTestFailed }, use) => {
    const workplace = await Workplace.create();
    onTestFailed(() => {
      process.stderr.write(workplace.describe());
    });
    await use(workplace);
    await workplace.dispose();
  },
});
