import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workspaceFolder } from "../e2e/command-line.js";
import { type ServerOptions, ServerProcess } from "../e2e/server-process.js";
import { type Complaint, Complaints } from "./complaint.js";
import { readLedger } from "./observer/ledger.js";
import { Observer } from "./observer/observer.js";
import { Random } from "./random.js";

/** Options of {@link Arena.create}. */
export interface ArenaOptions {
  readonly scenario: string;
  readonly seed: string;
  /** Arguments for Node in every server that is started, e.g. to plant a bug. */
  readonly nodeArguments: readonly string[];
}

/** What one scenario happens in: a folder with a store, an observer outside of the servers, and the servers themselves. */
export class Arena {
  readonly folder: string;
  /** The folder of the store's files alone; a scenario may put something else in its place before the first server. */
  readonly storeFolder: string;
  readonly storePath: string;
  /** The configuration of the servers, but for the store's place. */
  readonly configFile: string;
  /** What the observer writes down. */
  readonly ledgerPath: string;
  readonly random: Random;
  readonly observer: Observer;
  readonly complaints = new Complaints();
  readonly #nodeArguments: readonly string[];
  readonly #servers: ServerProcess[] = [];
  readonly #releases: (() => Promise<void>)[] = [];
  #faults = 0;

  private constructor(folder: string, { scenario, seed, nodeArguments }: ArenaOptions) {
    this.folder = folder;
    this.storeFolder = join(folder, "store");
    this.storePath = join(this.storeFolder, "sessions.sqlite");
    this.configFile = join(folder, "evidence.yml");
    this.ledgerPath = join(folder, "ledger.jsonl");
    this.random = new Random(`${seed} ${scenario}`);
    this.#nodeArguments = nodeArguments;
    this.observer = new Observer(this.ledgerPath, (complaints) => this.complain(complaints));
  }

  static async create(options: ArenaOptions): Promise<Arena> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), `alcove-${options.scenario}-`)));
    const arena = new Arena(folder, options);
    await mkdir(arena.storeFolder, { mode: 0o700 });
    await writeFile(arena.configFile, JSON.stringify(evidenceConfig));
    return arena;
  }

  /** How many faults there were. */
  get faults(): number {
    return this.#faults;
  }

  /** How many operations were acknowledged, by what stands in the ledger. */
  get acknowledged(): number {
    return readLedger(this.ledgerPath).filter(({ kind }) => kind === "acknowledged").length;
  }

  /** Counts faults. */
  addFaults(count: number): void {
    this.#faults += count;
  }

  /** Notes what is wrong. */
  complain(complaints: readonly Complaint[]): void {
    this.complaints.add(complaints);
  }

  /** Starts a server of the evidence workflow and waits until it listens. */
  async start(options: Partial<ServerOptions> = {}): Promise<ServerProcess> {
    const server = await ServerProcess.start({
      ...options,
      cwd: this.folder,
      configFile: this.configFile,
      overrides: { "general.store.path": this.storePath, ...options.overrides },
      nodeArguments: [...this.#nodeArguments, ...(options.nodeArguments ?? [])],
    });
    this.#servers.push(server);
    return server;
  }

  /** Has something released when the arena is disposed of; the last one first. */
  onDispose(release: () => Promise<void>): void {
    this.#releases.unshift(release);
  }

  /** Ends every process and removes the folder. */
  async dispose(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop("SIGKILL")));
    await this.observer.close();
    for (const release of this.#releases) {
      await release();
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** So that users leave memory and come back all the time, and the sweeper always has something to do. */
const evidenceConfig = {
  general: {
    enable_per_user_monitoring: true,
    max_resident_users: 16,
    per_user_resident_idle: 1,
    per_user_workflow_timeout: 24 * 60 * 60,
    per_user_workflow_cleanup_interval: 1,
    idempotency: { max_records_per_user: 48, max_age: 30 },
  },
  plugins: [`${workspaceFolder}test/fixtures/plugins/evidence`],
  functions: {
    journal: { _type: "evidence_journal" },
    ballast: { _type: "evidence_ballast" },
    log: { _type: "evidence_log" },
  },
  function_groups: { tally: { _type: "evidence_tally" } },
  workflow: { _type: "evidence_workflow" },
};

/** The contents of the regular files of a folder, by path; what is in further folders is left out. */
export async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) {
      files.set(path, await readFile(path));
    }
  }
  return files;
}
