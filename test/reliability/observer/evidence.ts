import { crc32 } from "node:zlib";
import { z } from "zod";
import type { HttpClient } from "../../e2e/http-client.js";

/** What the evidence workflow answers: everything it holds of the user. */
export const evidenceSchema = z.object({
  /** The operation of this run; empty where it only read. */
  operation: z.string(),
  /** From the journal. */
  operations: z.array(z.string()),
  /** From the tally, which does not know the names. */
  count: z.int(),
  /** From the tally, over the names in order. */
  checksum: z.int(),
  /** From the ballast, over its text. */
  ballast: z.int(),
  /** From the log, a collection that keeps the latest only. */
  latest: z.array(z.string()),
});

/** What the evidence workflow answers. */
export type Evidence = z.output<typeof evidenceSchema>;

/** What an error of the server says at least. */
export const errorSchema = z.object({ code: z.string() });

/** An answer to {@link askForEvidence}: evidence, or the code of the error, if it has one. */
export interface EvidenceAnswer {
  readonly evidence: Evidence | undefined;
  readonly code: string | undefined;
  readonly text: string;
}

/** Runs the evidence workflow for a user: to write an operation down, or only to read. */
export async function askForEvidence(client: HttpClient, user: string, operation = ""): Promise<EvidenceAnswer> {
  const { status, text } = await client.generate(user, { operation });
  return status === 200
    ? { evidence: parseOr(evidenceSchema, text), code: undefined, text }
    : { evidence: undefined, code: parseOr(errorSchema, text)?.code, text };
}

/** What a text of JSON holds; `undefined` if that is something else. */
export function parseOr<Value>(schema: z.ZodType<Value>, text: string): Value | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const ballastCharacters = 3_000;
const latestKept = 20;

/** What in the components disagrees; `undefined` where nothing does. The counterpart of the fixture plugin `evidence`. */
export function disagreement({
  operation,
  operations,
  count,
  checksum,
  ballast,
  latest,
}: Evidence): string | undefined {
  const last = operations.at(-1) ?? "";
  if (count !== operations.length) {
    return `the journal has ${operations.length} operations, the tally ${count}`;
  }
  if (checksum !== crc32(operations.map((name) => `${name}\n`).join(""))) {
    return "the tally has another checksum than the journal";
  }
  if (ballast !== crc32(last === "" ? "" : ballastAfter(last))) {
    return `the ballast does not belong to ${last}, the last operation of the journal`;
  }
  if (latest.join() !== operations.slice(-latestKept).join()) {
    return `the log ends with ${latest.slice(-3).join()}, the journal with ${operations.slice(-3).join()}`;
  }
  if (operation !== "" && operation !== last) {
    return `the reply to ${operation} ends with ${last}`;
  }
  return undefined;
}

function ballastAfter(operation: string): string {
  return `${operation} `.repeat(ballastCharacters / operation.length).slice(0, ballastCharacters);
}
