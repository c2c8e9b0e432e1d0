import type { ExecutionView } from "@alcove/runtime";
import { expect } from "vitest";

type Status = ExecutionView["status"];

/** Where an execution may go from where it is. */
const edges: Readonly<Record<Status, readonly Status[]>> = {
  submitted: ["running", "interrupted"],
  running: ["waiting", "success", "failure", "interrupted"],
  waiting: ["running", "failure", "interrupted"],
  success: [],
  failure: [],
  interrupted: [],
};

/** Whether nothing more can become of an execution. */
export function isFinal(status: Status): boolean {
  return edges[status].length === 0;
}

/** Where an execution may have got to while nobody looked. */
function reachableFrom(from: Status): ReadonlySet<Status> {
  const reached = new Set<Status>([from]);
  for (const status of reached) {
    for (const next of edges[status]) {
      reached.add(next);
    }
  }
  return reached;
}

/** What the owner of an execution knows about it. */
export interface KnownExecution {
  readonly user: string;
  readonly id: string;
  /** What its run orders; no other run orders the same. */
  readonly item: string;
  readonly asks: number;
  readonly fails: boolean;
  /** Whether its questions have a time. */
  readonly hasTime: boolean;
  /** How often the application had been started when it was asked for. */
  readonly start: number;
  /** The answers that were accepted. */
  readonly answers: string[];
  isCancelled: boolean;
  /** As it was when it was looked at last. */
  last: ExecutionView;
  /** What it has been since it is followed. */
  followed: ExecutionView[];
}

/** What may be true of executions, whatever happens to them and in whatever order. */
export class ExecutionModel {
  /** Those that were ever heard of. */
  readonly all: KnownExecution[] = [];
  /** How often the application was started. */
  starts = 1;
  readonly #isResumable: boolean;
  readonly #forgotten = new Set<KnownExecution>();

  constructor(isResumable: boolean) {
    this.#isResumable = isResumable;
  }

  /** Those that are not forgotten. */
  get executions(): KnownExecution[] {
    return this.all.filter((known) => !this.#forgotten.has(known));
  }

  /** The execution of a user under an id. */
  find(user: string, id: string): KnownExecution | undefined {
    return this.executions.find((known) => known.user === user && known.id === id);
  }

  /** Those that were unfinished when they were looked at last. */
  unfinished(user?: string): KnownExecution[] {
    return this.executions.filter(
      (known) => (user === undefined || known.user === user) && !isFinal(known.last.status),
    );
  }

  /** An execution whose time is over is no longer there. */
  forget(known: KnownExecution): void {
    this.#forgotten.add(known);
    this.#assertFollowed(known);
    known.last = known.followed.at(-1) ?? known.last;
  }

  /** Looks at an execution again. @param begunCount How often its run has begun. */
  see(known: KnownExecution, view: ExecutionView, begunCount: number): void {
    const { last } = known;
    expect([...reachableFrom(last.status)]).toContain(view.status);
    expect(view.createdAtMs).toBe(last.createdAtMs);
    expect(view.updatedAtMs).toBeGreaterThanOrEqual(last.updatedAtMs);
    if (isFinal(last.status)) {
      expect([view.error?.code, view.expiresAtMs]).toEqual([last.error?.code, last.expiresAtMs]);
    }
    known.last = view;
    this.#assertFollowed(known);
    const restarts = this.starts - known.start;
    expect(begunCount).toBeLessThanOrEqual(this.#isResumable ? 1 + restarts + known.asks : 1);
    this.#assertEndFits(known, view, begunCount);
  }

  #assertFollowed({ followed }: KnownExecution): void {
    for (const [index, { status }] of followed.entries()) {
      const before = followed[index - 1]?.status ?? status;
      expect([before, ...edges[before]]).toContain(status);
    }
  }

  #assertEndFits(known: KnownExecution, { status, result, error }: ExecutionView, begunCount: number): void {
    if (status === "success") {
      const { orders, answers } = result as { orders: string[]; answers: string[] };
      expect([known.fails, begunCount > 0, orders.at(-1), answers]).toEqual([false, true, known.item, known.answers]);
    } else if (status === "failure") {
      expect([
        ...(known.fails ? ["workflow_error"] : []),
        ...(known.hasTime && known.asks > 0 ? ["INTERACTION_TIMED_OUT"] : []),
        ...(known.asks > 0 && !this.#isResumable ? ["SESSION_CHANGED"] : []),
      ]).toContain(error?.code);
    } else if (status === "interrupted") {
      expect([
        ...(known.isCancelled ? ["RUN_ABORTED"] : []),
        ...(this.starts > known.start && !this.#isResumable ? ["EXECUTION_INTERRUPTED"] : []),
      ]).toContain(error?.code);
    }
  }
}
