import { mkdir, rm, writeFile } from "node:fs/promises";
import { HttpClient } from "../../e2e/http-client.js";
import type { ServerProcess } from "../../e2e/server-process.js";
import { type Arena, filesIn } from "../arena.js";
import type { Complaint } from "../complaint.js";
import { damageFile } from "../faults/flipped-bytes.js";
import { askForEvidence, disagreement } from "../observer/evidence.js";
import type { Scenario } from "../scenario.js";

/** Which file is damaged. */
export type DamagedFile = "database" | "log";

const users = Array.from({ length: 24 }, (_, index) => `user-${index}`);
const workers = 16;
const operationsBeforeClosing = 400;
const operationsBeforeKill = 200;

/** Codes that say that something stored is damaged, or cannot be used because something else is. */
const codesForDamage = new Set(["STATE_UNREADABLE", "STORE_FAILED", "STORE_CONFLICT", "OUTCOME_UNKNOWN"]);

/**
 * Bytes of the database or of its log are not what they were. Of the database exactly what was acknowledged may be
 * served, or an error; of the log SQLite drops what comes behind the damage, so that a beginning may be served as well.
 */
export class FlippedBytesScenario implements Scenario {
  readonly #damagedFile: DamagedFile;
  #places: readonly string[] = [];
  /** The undamaged files. */
  #image: ReadonlyMap<string, Buffer> = new Map();
  /** What each user holds in the undamaged image. */
  #held: Readonly<Record<string, readonly string[]>> = {};
  #probes = 0;

  constructor(damagedFile: DamagedFile) {
    this.#damagedFile = damagedFile;
  }

  async prepare(arena: Arena): Promise<void> {
    await this.#load(arena, "closed", operationsBeforeClosing, "SIGTERM");
    if (this.#damagedFile === "log") {
      await this.#load(arena, "killed", operationsBeforeKill, "SIGKILL");
    }
    this.#image = await filesIn(arena.storeFolder);
    const server = await arena.start();
    this.#held = (await arena.observer.judge(server.url)).operations;
    await server.stop("SIGKILL");
  }

  async fault(arena: Arena): Promise<void> {
    await rm(arena.storeFolder, { recursive: true });
    await mkdir(arena.storeFolder, { mode: 0o700 });
    for (const [path, content] of this.#image) {
      await writeFile(path, content, { mode: 0o600 });
    }
    const path = this.#damagedFile === "log" ? `${arena.storePath}-wal` : arena.storePath;
    this.#places = damageFile(path, arena.random);
    arena.addFaults(1);
  }

  async judge(arena: Arena): Promise<void> {
    let server: ServerProcess;
    try {
      server = await arena.start();
    } catch (error) {
      this.#judgeRefusedStart(arena, error);
      return;
    }
    const client = new HttpClient(server.url);
    try {
      for (const user of users) {
        arena.complain(await this.#judgeUser(client, user));
      }
    } finally {
      client.close();
      await server.stop("SIGKILL");
    }
  }

  async #load(arena: Arena, seed: string, maxOperations: number, end: NodeJS.Signals): Promise<void> {
    const server = await arena.start();
    await arena.observer.load({ url: server.url, seed, users, workers, maxOperations }).outcome;
    await server.stop(end);
  }

  #judgeRefusedStart(arena: Arena, error: unknown): void {
    const printed = error instanceof Error ? error.message : String(error);
    if (!/error: The session store .* could not be opened: /.test(printed)) {
      arena.complain([this.#complaint("other", "the start", `was refused without a word of the store: ${printed}`)]);
    }
  }

  async #judgeUser(client: HttpClient, user: string): Promise<Complaint[]> {
    const first = await this.#ask(client, user, "");
    if (!Array.isArray(first)) {
      return first.complaints;
    }
    const complaints = this.#compare(user, first);
    this.#probes += 1;
    const probe = `${user}/probe/${this.#probes}`;
    // Whoever can be read goes on, unless what is damaged stands in the way; then the error says so.
    const second = await this.#ask(client, user, probe);
    if (!Array.isArray(second)) {
      return [...complaints, ...second.complaints];
    }
    const isContinued = second.length === first.length + 1 && second.at(-1) === probe;
    return isContinued ? complaints : [...complaints, this.#complaint("lost", probe, `is not behind the others`)];
  }

  async #ask(client: HttpClient, user: string, operation: string): Promise<string[] | { complaints: Complaint[] }> {
    const { evidence, code, text } = await askForEvidence(client, user, operation);
    if (evidence !== undefined) {
      const torn = disagreement(evidence);
      return torn === undefined ? evidence.operations : { complaints: [this.#complaint("torn", user, torn)] };
    }
    return {
      complaints: codesForDamage.has(code ?? "") ? [] : [this.#complaint("other", user, `was answered ${text}`)],
    };
  }

  #compare(user: string, found: readonly string[]): Complaint[] {
    const held = this.#held[user] ?? [];
    const strange = found.find((operation, index) => operation !== held[index]);
    if (strange !== undefined) {
      return [this.#complaint("foreign", strange, `is served to ${user}, who had something else there`)];
    }
    const isMissing = found.length < held.length && this.#damagedFile === "database";
    return isMissing ? [this.#complaint("lost", user, `is served ${found.length} of ${held.length} operations`)] : [];
  }

  #complaint(kind: Complaint["kind"], subject: string, detail: string): Complaint {
    return { kind, subject, detail: `${detail} (${this.#places.join("; ")})` };
  }
}
