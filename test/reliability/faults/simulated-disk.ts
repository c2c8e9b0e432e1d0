import { dirname } from "node:path";
import type { Random } from "../random.js";

/** A change of a file that was not synced yet. */
type FileChange =
  | { readonly kind: "write"; readonly offset: number; readonly data: Buffer; isDone: boolean }
  | { readonly kind: "truncate"; readonly size: number; isDone: boolean };

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

/** One file: what is on the platter for sure, and what was written since. */
class SimulatedFile {
  durable: Buffer;
  readonly changes: FileChange[] = [];

  constructor(durable: Buffer) {
    this.durable = durable;
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
      found.changes.push({ kind: "truncate", size: 0, isDone: true });
    }
  }

  /** Begins a write; what it returns ends it. */
  write(path: string, offset: number, data: Buffer): () => void {
    return this.#change(path, { kind: "write", offset, data, isDone: false });
  }

  /** Begins a change of a file's length; what it returns ends it. */
  truncate(path: string, size: number): () => void {
    return this.#change(path, { kind: "truncate", size, isDone: false });
  }

  /** Begins a sync of a file, or of a folder; what it returns ends it. Only what was done before it began is durable then. */
  sync(path: string): () => void {
    const file = this.#names.get(path);
    if (file === undefined) {
      const meant = this.#nameChanges.filter((change) => dirname(change.path) === path);
      return () => this.#settleNames(meant);
    }
    const meant = new Set(file.changes.filter(({ isDone }) => isDone));
    return () => {
      for (const change of meant) {
        file.durable = applied(file.durable, change);
      }
      file.changes.splice(0, file.changes.length, ...file.changes.filter((change) => !meant.has(change)));
    };
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

  #change(path: string, change: FileChange): () => void {
    this.#names.get(path)?.changes.push(change);
    return () => {
      change.isDone = true;
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

function sectorsOf(change: FileChange, sectorBytes: number): FileChange[] {
  if (change.kind === "truncate") {
    return [change];
  }
  const sectors: FileChange[] = [];
  let from = 0;
  while (from < change.data.length) {
    const offset = change.offset + from;
    const length = Math.min(change.data.length - from, sectorBytes - (offset % sectorBytes));
    sectors.push({ kind: "write", offset, data: change.data.subarray(from, from + length), isDone: change.isDone });
    from += length;
  }
  return sectors;
}
