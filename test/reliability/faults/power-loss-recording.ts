import { join } from "node:path";
import type { Random } from "../random.js";
import { SimulatedDisk, type Survival } from "./simulated-disk.js";
import { pathOfDescriptor, readMoments, stringsIn, type TracedMoment } from "./system-calls.js";

/** What is left after a power loss, and what had been promised by then. */
export interface Wreck {
  /** Contents by path. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** The operations whose replies had been handed to the network. */
  readonly acknowledged: ReadonlySet<string>;
}

/** What a server wrote, synced and replied, in order; the power can be taken away at any moment of it. */
export class PowerLossRecording {
  readonly #before: ReadonlyMap<string, Buffer>;
  readonly #folder: string;
  readonly #moments: readonly TracedMoment[];
  /** What was written, by call; read out of the trace once, for every cut. */
  readonly #writtenBytes = new Map<number, Buffer>();
  /** After so many moments each acknowledgement was on its way. */
  readonly #acknowledgements: readonly { readonly operation: string; readonly at: number }[];
  /** After so many moments one file had just been synced, and another one before it. */
  readonly #changesOfSyncedFile: readonly number[];

  /**
   * @param folder Whose files are followed.
   * @param before What was in it when the recording began, all of it synced; contents by path.
   */
  constructor(folder: string, before: ReadonlyMap<string, Buffer>, trace: string) {
    this.#folder = folder;
    this.#before = before;
    this.#moments = readMoments(trace);
    this.#acknowledgements = this.#moments.flatMap((moment, at) => {
      const operation = moment.begins ? acknowledgedBy(moment) : undefined;
      return operation === undefined ? [] : [{ operation, at }];
    });
    this.#changesOfSyncedFile = changesOfSyncedFile(this.#moments);
  }

  /** How many acknowledgements there are in it. */
  get acknowledgements(): number {
    return this.#acknowledgements.length;
  }

  /**
   * A moment to cut at: right behind an acknowledgement, where a missing sync shows; where one file is durable and another
   * one follows, so that they may not fit together; or any other.
   */
  pickCut(random: Random): number {
    if (random.chance(0.4) && this.#acknowledgements.length > 0) {
      return random.pick(this.#acknowledgements).at + 1;
    }
    if (random.chance(0.5) && this.#changesOfSyncedFile.length > 0) {
      return random.pick(this.#changesOfSyncedFile);
    }
    return random.between(0, this.#moments.length);
  }

  /** Takes the power away after so many moments. */
  cut(after: number, survival: Survival, random: Random): Wreck {
    const disk = new SimulatedDisk();
    for (const [path, content] of this.#before) {
      disk.addDurable(path, content);
    }
    const endings = new Map<number, (hasSucceeded: boolean) => void>();
    for (const moment of this.#moments.slice(0, after)) {
      this.#replay(disk, moment, endings);
    }
    const acknowledged = this.#acknowledgements.filter(({ at }) => at < after).map(({ operation }) => operation);
    return { files: disk.afterPowerLoss(survival, random), acknowledged: new Set(acknowledged) };
  }

  #replay(disk: SimulatedDisk, moment: TracedMoment, endings: Map<number, (hasSucceeded: boolean) => void>): void {
    if (moment.begins) {
      const end = this.#begin(disk, moment);
      if (end !== undefined) {
        endings.set(moment.callId, end);
      }
    }
    if (moment.result !== undefined) {
      endings.get(moment.callId)?.(moment.result >= 0);
      if (moment.result >= 0) {
        this.#carryOut(disk, moment);
      }
      endings.delete(moment.callId);
    }
  }

  /** Calls that take effect between their beginning and their end. */
  #begin(disk: SimulatedDisk, moment: TracedMoment): ((hasSucceeded: boolean) => void) | undefined {
    const { name, argumentText } = moment;
    const path = pathOfDescriptor(argumentText);
    if (path === undefined || !this.#isFollowed(path)) {
      return undefined;
    }
    switch (name) {
      case "pwrite64":
        return disk.write(path, lastNumber(argumentText), this.#bytesOf(moment));
      case "write":
        // Only small files are written so, each by one writer from its beginning to its end.
        return disk.write(path, disk.sizeOf(path), this.#bytesOf(moment));
      case "ftruncate":
        return disk.truncate(path, lastNumber(argumentText));
      default:
        return isSync(name) ? disk.sync(path) : undefined;
    }
  }

  #bytesOf({ callId, argumentText }: TracedMoment): Buffer {
    let bytes = this.#writtenBytes.get(callId);
    if (bytes === undefined) {
      bytes = stringsIn(argumentText)[0] ?? Buffer.alloc(0);
      this.#writtenBytes.set(callId, bytes);
    }
    return bytes;
  }

  /** Calls of which only the end is of interest. */
  #carryOut(disk: SimulatedDisk, { name, argumentText }: TracedMoment): void {
    const paths = stringsIn(argumentText).map(String);
    const [first = "", second = ""] = paths;
    if (!this.#isFollowed(first)) {
      return;
    }
    if (name === "openat" && argumentText.includes("O_CREAT")) {
      disk.open(first, argumentText.includes("O_TRUNC"));
    } else if (name.startsWith("rename")) {
      disk.rename(first, second);
    } else if (name.startsWith("unlink")) {
      disk.unlink(first);
    }
  }

  #isFollowed(path: string): boolean {
    return path === this.#folder || path.startsWith(join(this.#folder, "/"));
  }
}

function changesOfSyncedFile(moments: readonly TracedMoment[]): number[] {
  const changes: number[] = [];
  let syncedLast: string | undefined;
  moments.forEach(({ name, argumentText, result }, at) => {
    if (isSync(name) && result === 0) {
      const path = pathOfDescriptor(argumentText);
      if (path !== syncedLast) {
        changes.push(at + 1);
      }
      syncedLast = path;
    }
  });
  return changes;
}

function isSync(name: string): boolean {
  return name === "fsync" || name === "fdatasync";
}

/** The operation whose reply is handed to the network, if this is one. Errors name no operation, and reads an empty one. */
function acknowledgedBy({ name, argumentText }: TracedMoment): string | undefined {
  const isSent = /^(?:write|writev|sendto|sendmsg)$/.test(name) && /^\d+<socket:/.test(argumentText);
  return isSent ? /\{\\"operation\\":\\"([^"\\]+)\\",\\"operations\\"/.exec(argumentText)?.[1] : undefined;
}

function lastNumber(argumentText: string): number {
  return Number(/(\d+)$/.exec(argumentText)?.[1]);
}
