import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { z } from "zod";

/**
 * What the observer writes down of an operation: that it was sent; how it was answered, `unknown` if at all; and for those
 * with an unknown outcome, or whose session was over, what was found later.
 */
const ledgerEntrySchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(["sent", "acknowledged", "unknown", "present", "absent"]),
    user: z.string(),
    operation: z.string(),
  }),
  z.object({ kind: z.literal("refused"), user: z.string(), operation: z.string(), code: z.string() }),
  z.object({ kind: z.literal("session-over"), user: z.string() }),
]);

/** One line of the ledger. */
export type LedgerEntry = z.output<typeof ledgerEntrySchema>;

/** The observer's own file, one entry a line, written before anything is counted. */
export class Ledger {
  readonly #descriptor: number;

  constructor(path: string) {
    this.#descriptor = openSync(path, "a", 0o600);
  }

  /** Hands an entry to the operating system, where no end of any process can reach it. */
  append(entry: LedgerEntry): void {
    writeSync(this.#descriptor, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Everything a ledger holds. */
export function readLedger(path: string): LedgerEntry[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ledgerEntrySchema.parse(JSON.parse(line)));
}
