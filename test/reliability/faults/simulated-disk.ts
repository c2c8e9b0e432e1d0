import { dirname } from "node:path";
import type { Random } from "../random.js";

/** A change of a file that was not synced yet. */
type FileChange =
  | ({ readonly kind: "write"; readonly offset: number; readonly data: Buffer } & ChangeProgress)
  | ({ readonly kind: "truncate"; readonly size: number } & ChangeProgress);

interface ChangeProgress {
  isDone: boolean;
  /** Whether a sync of it failed. */
  isForgotten: boolean;
}

/** A change of a folder that was not synced yet. */
type NameChange =
  | { readonly kind: "link"; readonly path: string; readonly file: SimulatedFile }
  | { readonly kind: "unlink"; readonly path: string };

/** What survives a power loss of the changes nobody had synced. */
export type Survival = "none" | "all" | "some writes" | "some sectors of 4096 bytes" | "some sectors of 512 bytes";

/** Every {@link Survival}. */
export const survivals: readonly Survival[] = [
  "none",
  "all",
  "some writes",
  "some sectors of 4096 bytes",
  "some sectors of 512 bytes",
];

/** In which units a system reads, and forgets, files. */
const pageBytes = 4_096;

/** One file: what is on the platter for sure, and what was written since. */
class SimulatedFile {
  durable: Buffer;
  readonly changes: FileChange[] = [];

  constructor(durable: Buffer) {
    this.durable = durable;
  }

  /** Takes in a change. What it writes into the pages of a forgotten write brings that to mind again. */
  add(change: FileChange): void {
    for (const earlier of this.changes) {
      if (earlier.isForgotten && sharesPage(earlier, change)) {
        earlier.isForgotten = false;
      }
    }
    this.changes.push(change);
  }

  /** Has the system believe that writes need not be made any more, page by page. */
  forget(meant: ReadonlySet<FileChange>): void {
    const changes = this.changes.flatMap((change) =>
      meant.has(change) && change.kind === "write"
        ? sectorsOf(change, pageBytes).map((page) => ({ ...page, isForgotten: true }))
        : [change],
    );
    this.changes.splice(0, this.changes.length, ...changes);
  }

  /** Makes changes durable, in their order. */
  settle(meant: ReadonlySet<FileChange>): void {
    for (const change of meant) {
      this.durable = applied(this.durable, change);
    }
    this.changes.splice(0, this.changes.length, ...this.changes.filter((change) => !meant.has(change)));
  }
}

/**
 * A disk that loses its power: what was synced is there, of what was only written any part may be. A name is as durable
 * as the last sync of its folder; of the later changes of names a beginning survives, as in a journal.
 */
export class SimulatedDisk {
  readonly #durableNames = new Map<string, SimulatedFile>();
  readonly #names = new Map<string, SimulatedFile>();
  readonly #nameChanges: NameChange[] = [];

  /** Puts a file on the platter. */
  addDurable(path: string, content: Buffer): void {
    const file = new SimulatedFile(Buffer.from(content));
    this.#durableNames.set(path, file);
    this.#names.set(path, file);
  }

  /** Opens a file, which creates it if it is not there. */
  open(path: string, truncates: boolean): void {
    const found = this.#names.get(path);
    if (found === undefined) {
      this.#link(path, new SimulatedFile(Buffer.alloc(0)));
    } else if (truncates) {
      found.changes.push({ kind: "truncate", size: 0, isDone: true, isForgotten: false });
    }
  }

  /** Begins a write; what it returns ends it. */
  write(path: string, offset: number, data: Buffer): (hasSucceeded: boolean) => void {
    return this.#change(path, { kind: "write", offset, data, isDone: false, isForgotten: false });
  }

  /** Begins a change of a file's length; what it returns ends it. */
  truncate(path: string, size: number): (hasSucceeded: boolean) => void {
    return this.#change(path, { kind: "truncate", size, isDone: false, isForgotten: false });
  }

  /**
   * Begins a sync of a file, or of a folder; what it returns ends it. Only what was done before it began is durable then;
   * if that of a file fails, the system forgets that it had to be written, so that no later sync makes it durable either.
   */
  sync(path: string): (hasSucceeded: boolean) => void {
    const file = this.#names.get(path);
    if (file === undefined) {
      const meant = this.#nameChanges.filter((change) => dirname(change.path) === path);
      // SQLite pays no heed to a folder's sync that fails, and the file systems in use keep a name with its file's first sync.
      return () => this.#settleNames(meant);
    }
    const meant = new Set(file.changes.filter(({ isDone, isForgotten }) => isDone && !isForgotten));
    return (hasSucceeded) => (hasSucceeded ? file.settle(meant) : file.forget(meant));
  }

  /** Gives a file another name. */
  rename(from: string, to: string): void {
    const file = this.#names.get(from);
    if (file !== undefined) {
      this.#link(to, file);
      this.unlink(from);
    }
  }

  /** Takes a file's name away. */
  unlink(path: string): void {
    if (this.#names.delete(path)) {
      this.#nameChanges.push({ kind: "unlink", path });
    }
  }

  /** How long a file is now, with everything that was written. */
  sizeOf(path: string): number {
    const file = this.#names.get(path);
    return file === undefined ? 0 : file.changes.reduce(sizeAfter, file.durable.length);
  }

  /** What is found after the power has failed now. */
  afterPowerLoss(survival: Survival, random: Random): Map<string, Buffer> {
    const names = new Map(this.#durableNames);
    const survivingNames = { none: 0, all: this.#nameChanges.length }[survival as string];
    for (const change of this.#nameChanges.slice(0, survivingNames ?? random.between(0, this.#nameChanges.length))) {
      applyName(names, change);
    }
    return new Map([...names].map(([path, file]) => [path, remains(file, survival, random)]));
  }

  #link(path: string, file: SimulatedFile): void {
    this.#names.set(path, file);
    this.#nameChanges.push({ kind: "link", path, file });
  }

  #change(path: string, change: FileChange): (hasSucceeded: boolean) => void {
    const file = this.#names.get(path);
    file?.add(change);
    return (hasSucceeded) => {
      change.isDone = true;
      if (!hasSucceeded) {
        file?.changes.splice(file.changes.indexOf(change), 1);
      }
    };
  }

  #settleNames(meant: readonly NameChange[]): void {
    for (const change of meant) {
      applyName(this.#durableNames, change);
    }
    const left = this.#nameChanges.filter((change) => !meant.includes(change));
    this.#nameChanges.splice(0, this.#nameChanges.length, ...left);
  }
}

function applyName(names: Map<string, SimulatedFile>, change: NameChange): void {
  if (change.kind === "link") {
    names.set(change.path, change.file);
  } else {
    names.delete(change.path);
  }
}

function applied(content: Buffer, change: FileChange): Buffer {
  const size = sizeAfter(content.length, change);
  const next = size === content.length ? content : Buffer.concat([content], size);
  if (change.kind === "write") {
    change.data.copy(next, change.offset);
  }
  return next;
}

function sizeAfter(size: number, change: FileChange): number {
  return change.kind === "truncate" ? change.size : Math.max(size, change.offset + change.data.length);
}

function remains(file: SimulatedFile, survival: Survival, random: Random): Buffer {
  return file.changes
    .flatMap((change) => surviving(change, survival, random))
    .reduce<Buffer>(applied, Buffer.from(file.durable));
}

function surviving(change: FileChange, survival: Survival, random: Random): FileChange[] {
  switch (survival) {
    case "none":
      return [];
    case "all":
      return [change];
    case "some writes":
      return random.chance(0.5) ? [change] : [];
    case "some sectors of 4096 bytes":
      return sectorsOf(change, 4_096).filter(() => random.chance(0.5));
    case "some sectors of 512 bytes":
      return sectorsOf(change, 512).filter(() => random.chance(0.5));
  }
}

function sharesPage(one: FileChange, other: FileChange): boolean {
  if (one.kind === "truncate" || other.kind === "truncate") {
    return false;
  }
  const pageOf = (offset: number): number => Math.floor(offset / pageBytes);
  return (
    pageOf(one.offset) <= pageOf(other.offset + other.data.length - 1) &&
    pageOf(other.offset) <= pageOf(one.offset + one.data.length - 1)
  );
}

function sectorsOf(change: FileChange, sectorBytes: number): FileChange[] {
  if (change.kind === "truncate") {
    return [change];
  }
  const sectors: FileChange[] = [];
  let from = 0;
  while (from < change.data.length) {
    const offset = change.offset + from;
    const length = Math.min(change.data.length - from, sectorBytes - (offset % sectorBytes));
    sectors.push({ ...change, offset, data: change.data.subarray(from, from + length) });
    from += length;
  }
  return sectors;
}
