import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HttpClient } from "../../e2e/http-client.js";
import type { ServerProcess } from "../../e2e/server-process.js";
import { type Arena, filesIn } from "../arena.js";
import { PowerLossRecording, type Wreck } from "../faults/power-loss-recording.js";
import { survivals } from "../faults/simulated-disk.js";
import { recordedCalls, tracer } from "../faults/system-calls.js";
import { askForEvidence } from "../observer/evidence.js";
import { History } from "../observer/history.js";
import { readLedger } from "../observer/ledger.js";
import type { Scenario } from "../scenario.js";

const usersOfRecording = 16;
const workers = 8;
const operationsOfRecording = 250;
const cutsOfRecording = 10;
/** In every other recording, counted in each thread. The first ones let the store be opened. */
const syncsThatFail = "when=8+9";
const longestTracedString = 1_048_576;

/**
 * The power fails: what the server wrote and synced was recorded, and the files are made as a disk could have kept them.
 * Then a real server is started on them. The first recording begins with nothing, so that the making of the database
 * is cut, too; and in every other one some syncs fail, so that what was written before them may never reach the disk.
 */
export class PowerLossScenario implements Scenario {
  #recording: PowerLossRecording | undefined;
  #recordings = 0;
  #cuts = 0;
  #wreck: Wreck | undefined;
  #what = "";

  async prepare(): Promise<void> {
    // Everything is prepared by the recordings.
  }

  async fault(arena: Arena): Promise<void> {
    if (this.#recording === undefined || this.#cuts % cutsOfRecording === 0) {
      this.#recording = await this.#record(arena);
    }
    this.#cuts += 1;
    const survival = arena.random.pick(survivals);
    const at = this.#recording.pickCut(arena.random);
    this.#wreck = this.#recording.cut(at, survival, arena.random);
    this.#what = `power cut after ${at} system calls of recording ${this.#recordings}, ${survival} surviving`;
    arena.addFaults(1);
  }

  async judge(arena: Arena): Promise<void> {
    const wreck = this.#wreck ?? { files: new Map<string, Buffer>(), acknowledged: new Set<string>() };
    const folder = join(arena.folder, "wreck");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    for (const [path, content] of wreck.files) {
      await writeFile(join(folder, path.slice(arena.storeFolder.length)), content, { mode: 0o600 });
    }
    let server: ServerProcess;
    try {
      server = await arena.start({
        overrides: { "general.store.path": join(folder, arena.storePath.slice(arena.storeFolder.length)) },
      });
    } catch (error) {
      this.#complainOfRefusedStart(arena, wreck, error);
      return;
    }
    const client = new HttpClient(server.url);
    try {
      await this.#compare(arena, client, wreck);
    } finally {
      client.close();
      await server.stop("SIGKILL");
    }
  }

  async #record(arena: Arena): Promise<PowerLossRecording> {
    this.#recordings += 1;
    const before = await filesIn(arena.storeFolder);
    const traceFile = join(arena.folder, "trace.txt");
    const failing = this.#recordings % 2 === 0 ? ["-e", `inject=fsync,fdatasync:error=EIO:${syncsThatFail}`] : [];
    const recorded = ["-s", String(longestTracedString), "-e", "signal=none", "-e", `trace=${recordedCalls}`];
    const server = await arena.start({ wrapper: tracer(traceFile, [...recorded, ...failing]) });
    const { outcome } = arena.observer.load({
      url: server.url,
      seed: `${this.#recordings}`,
      users: this.#users(),
      workers,
      maxOperations: operationsOfRecording,
      expectedCodes: ["STORE_FAILED", "OUTCOME_UNKNOWN"],
    });
    await outcome;
    await server.stop("SIGTERM");
    const recording = new PowerLossRecording(arena.storeFolder, before, await readFile(traceFile, "utf8"));
    const { acknowledged } = await outcome;
    if (recording.acknowledgements < acknowledged) {
      throw new TypeError(`The trace shows ${recording.acknowledgements} replies, and ${acknowledged} were received.`);
    }
    return recording;
  }

  /** Whatever a cut leaves has to be opened again; where it is not, everything that was acknowledged is out of reach. */
  #complainOfRefusedStart(arena: Arena, { acknowledged }: Wreck, error: unknown): void {
    const printed = error instanceof Error ? error.message : String(error);
    if (!printed.includes("could not be opened")) {
      throw error;
    }
    const detail = `was refused after ${acknowledged.size} acknowledged operations (${this.#what}): ${printed}`;
    arena.complain([{ kind: acknowledged.size > 0 ? "lost" : "other", subject: "the start", detail }]);
  }

  async #compare(arena: Arena, client: HttpClient, wreck: Wreck): Promise<void> {
    const history = new History();
    for (const entry of readLedger(arena.ledgerPath)) {
      const isPromised = entry.kind !== "session-over" && wreck.acknowledged.has(entry.operation);
      const isReply = entry.kind === "acknowledged" || entry.kind === "unknown";
      history.apply(isReply ? { ...entry, kind: isPromised ? "acknowledged" : "unknown" } : entry);
    }
    for (const user of this.#users()) {
      const answer = await askForEvidence(client, user);
      const complaints =
        answer.evidence === undefined
          ? [{ kind: "other" as const, subject: user, detail: `was answered ${answer.text}` }]
          : history.of(user).judge(answer.evidence, { askedAt: Number.POSITIVE_INFINITY, isReplay: false });
      arena.complain(complaints.map((complaint) => ({ ...complaint, detail: `${complaint.detail} (${this.#what})` })));
    }
  }

  #users(): string[] {
    return Array.from({ length: usersOfRecording }, (_, index) => `user-${this.#recordings}-${index}`);
  }
}
