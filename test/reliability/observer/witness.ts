import { HalfReplyError, type HttpClient, type Reply } from "../../e2e/http-client.js";
import type { Complaint } from "../complaint.js";
import { type Evidence, errorSchema, evidenceSchema, parseOr } from "./evidence.js";
import { History } from "./history.js";
import { Ledger, type LedgerEntry, readLedger } from "./ledger.js";
import type { Sight } from "./messages.js";

/** One request that changes, or shall fail to change, a user's state. */
export interface OperationRequest {
  readonly user: string;
  readonly operation: string;
  /** Whether the run is told to fail after it has changed everything. */
  readonly mustFail?: boolean;
  /** How long the run is told to take. */
  readonly runMs?: number;
  /** Sent as `Idempotency-Key`. */
  readonly idempotencyKey?: string;
}

/** How one request ended, as far as the one who sent it can know. */
export type RequestOutcome =
  /** `isReplay` when the reply had been recorded earlier. */
  | { readonly kind: "acknowledged"; readonly isReplay: boolean }
  | { readonly kind: "refused"; readonly code: string }
  /** Nobody knows. `isBroken` when it was the connection, `isHalf` when that broke within the reply. */
  | { readonly kind: "unknown"; readonly isBroken: boolean; readonly isHalf: boolean };

/** Code of the outcome of a request that cannot have reached the server. */
export const neverArrived = "never arrived";

/** Sends requests, writes down what came of them, and complains about what should not be. */
export class Witness {
  readonly #history = new History();
  readonly #ledger: Ledger;
  readonly #complain: (complaints: readonly Complaint[]) => void;

  /** Goes on from what the ledger already holds. */
  constructor(ledgerPath: string, complain: (complaints: readonly Complaint[]) => void) {
    this.#ledger = new Ledger(ledgerPath);
    for (const entry of readLedger(ledgerPath)) {
      this.#history.apply(entry);
    }
    this.#complain = complain;
  }

  /** Notes that sessions are over. */
  noteSessionsOver(users: readonly string[]): void {
    for (const user of users) {
      this.#write({ kind: "session-over", user });
    }
  }

  /** Sends an operation, and writes down when it is sent and how it is answered. */
  async send(client: HttpClient, request: OperationRequest): Promise<RequestOutcome> {
    const { user, operation, mustFail = false } = request;
    const askedAt = this.#history.moment;
    this.#write({ kind: "sent", user, operation });
    const outcome = await this.#outcomeOf(client, request, askedAt);
    this.#write(
      outcome.kind === "refused"
        ? { kind: outcome.kind, user, operation, code: outcome.code }
        : { kind: outcome.kind, user, operation },
    );
    if (outcome.kind === "acknowledged" && mustFail) {
      this.#complain([other(operation, "was told to fail, and was answered as a success")]);
    }
    return outcome;
  }

  /** Reads users, complains about what is wrong, and settles what was unknown by what is there. */
  async judge(client: HttpClient, users: readonly string[] = this.#history.users()): Promise<Sight> {
    const operations: Record<string, string[]> = {};
    const turnedOutPresent: string[] = [];
    const inTurn = [...users];
    const readSome = async (): Promise<void> => {
      for (let user = inTurn.shift(); user !== undefined; user = inTurn.shift()) {
        const found = await this.read(client, user);
        if (found !== undefined) {
          operations[user] = [...found];
          turnedOutPresent.push(...this.#settle(user, found));
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, readSome));
    return { operations, turnedOutPresent };
  }

  /**
   * Reads one user, and complains about what is wrong. `undefined` when the server refuses, which is wrong, too, unless
   * the code is an expected one. Rejects when the connection breaks.
   */
  async read(
    client: HttpClient,
    user: string,
    expectedCodes: readonly string[] = [],
  ): Promise<readonly string[] | undefined> {
    const askedAt = this.#history.moment;
    const reply = await client.generate(user, {});
    if (reply.status === 200) {
      return this.#evidenceIn(reply, user, askedAt).operations;
    }
    const code = this.#codeOf(reply, user) ?? "";
    if (!expectedCodes.includes(code)) {
      this.#complain([other(user, `could not be read: ${reply.status} ${reply.text}`)]);
    }
    return undefined;
  }

  #settle(user: string, found: readonly string[]): string[] {
    const present = new Set(found);
    const turnedOutPresent: string[] = [];
    for (const operation of this.#history.of(user).unsettled()) {
      const kind = present.has(operation) ? "present" : "absent";
      this.#write({ kind, user, operation });
      if (kind === "present") {
        turnedOutPresent.push(operation);
      }
    }
    return turnedOutPresent;
  }

  async #outcomeOf(client: HttpClient, request: OperationRequest, askedAt: number): Promise<RequestOutcome> {
    let reply: Reply;
    try {
      reply = await post(client, request);
    } catch (error) {
      return outcomeOfBreak(error);
    }
    if (reply.status === 200) {
      this.#evidenceIn(reply, request.user, askedAt);
      return { kind: "acknowledged", isReplay: isReplay(reply) };
    }
    const code = this.#codeOf(reply, request.operation);
    if (code === undefined) {
      this.#complain([other(request.operation, `was answered ${reply.status} with no code: ${reply.text}`)]);
    }
    return code === undefined || code === "OUTCOME_UNKNOWN"
      ? { kind: "unknown", isBroken: false, isHalf: false }
      : { kind: "refused", code };
  }

  /** The code of an error's reply, if it has one. A server that stops has to say when to come back. */
  #codeOf({ status, headers, text }: Reply, subject: string): string | undefined {
    const code = parseOr(errorSchema, text)?.code;
    if (code === "SHUTTING_DOWN" && (status !== 503 || headers["retry-after"] === undefined)) {
      this.#complain([other(subject, `got SHUTTING_DOWN with ${status}, Retry-After: ${headers["retry-after"]}`)]);
    }
    return code;
  }

  #evidenceIn(reply: Reply, user: string, askedAt: number): Evidence {
    const evidence = parseOr(evidenceSchema, reply.text);
    if (evidence === undefined) {
      this.#complain([other(user, `was answered with something else than evidence: ${reply.text.slice(0, 200)}`)]);
      return { operation: "", operations: [], count: 0, checksum: 0, ballast: 0, latest: [] };
    }
    this.#complain(this.#history.of(user).judge(evidence, { askedAt, isReplay: isReplay(reply) }));
    return evidence;
  }

  #write(entry: LedgerEntry): void {
    this.#ledger.append(entry);
    this.#history.apply(entry);
  }
}

/** What a request came to that ended with an error of the connection. */
export function outcomeOfBreak(error: unknown): RequestOutcome {
  const isRefused = (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
  return isRefused
    ? { kind: "refused", code: neverArrived }
    : { kind: "unknown", isBroken: true, isHalf: error instanceof HalfReplyError };
}

function isReplay({ headers }: Reply): boolean {
  return headers["idempotent-replayed"] === "true";
}

function post(client: HttpClient, { user, operation, mustFail, runMs, idempotencyKey }: OperationRequest) {
  return client.send({
    method: "POST",
    path: "/generate",
    headers: {
      "content-type": "application/json",
      cookie: `nat-session=${user}`,
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
    },
    body: JSON.stringify({ operation, outcome: mustFail === true ? "fail" : "answer", wait_ms: runMs ?? 0 }),
  });
}

function other(subject: string, detail: string): Complaint {
  return { kind: "other", subject, detail };
}
