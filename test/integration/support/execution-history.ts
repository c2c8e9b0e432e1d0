import type { ExecutionView, Runtime } from "@alcove/runtime";
import { expect } from "vitest";
import { ExecutionModel, isFinal, type KnownExecution } from "./execution-model.js";
import { executionsPlugin, Stage } from "./executions-plugin.js";
import { call, Workbench } from "./test-application.js";

const MAX_UNFINISHED = 3;
/** For how long finished executions are kept. */
export const EXPIRY_MS = 600_000;
/** For how long questions with a time wait. */
export const QUESTION_MS = 60_000;

/** Who has executions. */
export const users = ["alice", "bob", "carol"] as const;

interface Work {
  /** Whether it waits for its gate to be opened. */
  readonly waits: boolean;
  readonly asks: number;
  readonly fails: boolean;
  /** Whether its questions have a time. */
  readonly hasTime: boolean;
}

/** Something that happens to an application. `at` picks one of the executions there are. */
export type HistoryEvent =
  | { readonly what: "submit"; readonly user: string; readonly id: string | undefined; readonly work: Work }
  | { readonly what: "call"; readonly user: string; readonly work: Work }
  | { readonly what: "open"; readonly at: number }
  | { readonly what: "cancel"; readonly user: string; readonly at: number }
  | { readonly what: "answer"; readonly user: string | undefined; readonly at: number; readonly text: string }
  | { readonly what: "advance"; readonly durationMs: number }
  | { readonly what: "restart" };

interface Asked extends Work {
  readonly user: string;
  readonly item: string;
  /** How often the application had been started. */
  readonly start: number;
}

/** An application on a file, and what has to be true of its executions whatever happens to it. */
export class ExecutionHistory implements AsyncDisposable {
  readonly #bench: Workbench;
  readonly #stage: Stage;
  readonly #yaml: string;
  readonly #model: ExecutionModel;
  readonly #items: string[] = [];
  // Calls that have asked their person something since it was looked: they are executions by now.
  #heard: { readonly asked: Asked; readonly id: string }[] = [];
  #application: { runtime: Runtime; stop(): Promise<void> } | undefined;

  private constructor(bench: Workbench, stage: Stage, isResumable: boolean) {
    this.#bench = bench;
    this.#stage = stage;
    this.#model = new ExecutionModel(isResumable);
    const limits = `front_end: { max_executions_per_user: ${MAX_UNFINISHED} }`;
    this.#yaml = `
general: { shutdown_timeout: 0.01, per_user_workflow_timeout: 100000000, ${limits} }
workflow: { _type: ${isResumable ? "resumable_order" : "order"} }
`;
  }

  static async begin(isResumable: boolean): Promise<ExecutionHistory> {
    const stage = new Stage();
    const history = new ExecutionHistory(await Workbench.create([executionsPlugin(stage)]), stage, isResumable);
    history.#application = await history.#bench.start(history.#yaml);
    return history;
  }

  async happen(next: HistoryEvent): Promise<void> {
    switch (next.what) {
      case "submit":
        return this.#submit(next.user, next.id, next.work);
      case "call":
        return this.#call(next.user, next.work);
      case "open":
        return this.#stage.open(pick(this.#model.unfinished(), next.at)?.item ?? "nothing");
      case "cancel":
        return this.#cancel(next.user, pick(this.#model.executions, next.at));
      case "answer":
        return this.#answer(next.user, pick(this.#model.unfinished(), next.at), next.text);
      case "advance":
        this.#bench.clock.advance(next.durationMs);
        return void (await this.#runtime.sweep());
      case "restart":
        return this.#restart();
    }
  }

  /** Looks at all executions, as everybody. */
  async look(): Promise<void> {
    const heard = this.#heard;
    this.#heard = [];
    for (const { asked, id } of heard) {
      await this.#know(asked, id);
    }
    for (const known of this.#model.executions) {
      const view = await this.#view(known.user, known.id);
      if (view === undefined) {
        await this.#forget(known);
      } else {
        this.#model.see(known, view, this.#stage.begun.filter((item) => item === known.item).length);
      }
      for (const stranger of users) {
        if (this.#model.find(stranger, known.id) === undefined) {
          expect(await this.#view(stranger, known.id)).toBeUndefined();
        }
      }
    }
  }

  /** Lets everything come to its end, and sees that there is one, and that what was ordered is what succeeded, once each. */
  async end(): Promise<void> {
    for (const item of this.#items) {
      this.#stage.open(item);
    }
    await expect
      .poll(async () => {
        await this.look();
        for (const known of this.#model.unfinished()) {
          await this.#answer(undefined, known, "at last");
        }
        return this.#model.unfinished().map(({ id, last }) => `${id} is ${last.status}`);
      })
      .toEqual([]);
    for (const user of users) {
      const { orders } = (await call(this.#runtime, user, { item: "the bill" })) as { orders: string[] };
      // Calls that ask people may be executions from one moment to the next.
      await this.look();
      const succeeded = this.#model.all.filter((known) => known.user === user && known.last.status === "success");
      expect(orders.slice(0, -1).sort()).toEqual(succeeded.map(({ item }) => item).sort());
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#bench[Symbol.asyncDispose]();
  }

  get #runtime(): Runtime {
    if (this.#application === undefined) {
      throw new TypeError("The application was not started.");
    }
    return this.#application.runtime;
  }

  #newItem(user: string, work: Work): Asked {
    const item = `${user} ${this.#items.length}`;
    this.#items.push(item);
    return { ...work, user, item, start: this.#model.starts };
  }

  async #submit(user: string, id: string | undefined, work: Work): Promise<void> {
    await this.look();
    const earlier = id === undefined ? undefined : this.#model.find(user, id);
    const unfinished = this.#model.unfinished(user).length;
    const asked = this.#newItem(user, work);
    const request = { userId: user, id, input: inputOf(asked), request: {}, expiryMs: EXPIRY_MS };
    try {
      const view = await this.#runtime.executions.submit(request);
      if (earlier === undefined) {
        await this.#know(asked, view.id);
      } else {
        expect(view.createdAtMs).toBe(earlier.last.createdAtMs);
      }
    } catch (error) {
      expect([codeOf(error), earlier, unfinished]).toEqual(["TOO_MANY_EXECUTIONS", undefined, MAX_UNFINISHED]);
    }
    await this.look();
    expect(this.#model.unfinished(user).length).toBeLessThanOrEqual(MAX_UNFINISHED);
  }

  /** Somebody calls the workflow and can be asked; what it asks makes an execution of it. */
  #call(user: string, work: Work): void {
    const asked = this.#newItem(user, { ...work, asks: Math.max(1, work.asks) });
    const session = this.#runtime.sessions.session({ userId: user });
    const runner = session.run(inputOf(asked));
    runner.onInteraction(({ executionId }) => this.#heard.push({ asked, id: executionId }));
    runner.reply().catch(() => undefined);
    session.close();
  }

  async #cancel(user: string, known: KnownExecution | undefined): Promise<void> {
    if (known === undefined || (user !== known.user && this.#model.find(user, known.id) !== undefined)) {
      return;
    }
    known.isCancelled ||= user === known.user;
    const cancelled = await this.#runtime.executions.cancel(user, known.id).catch(codeOf);
    if (typeof cancelled === "string") {
      expect([user === known.user, cancelled]).toEqual([false, "EXECUTION_NOT_FOUND"]);
    } else {
      expect([user, isFinal(cancelled.status)]).toEqual([known.user, true]);
    }
  }

  async #answer(user: string | undefined, known: KnownExecution | undefined, text: string): Promise<void> {
    const pending = known?.last.pending;
    if (known === undefined || pending === undefined) {
      return;
    }
    const who = user ?? known.user;
    const refusal = await this.#runtime.executions
      .answer(who, known.id, pending.interactionId, { text })
      .then(() => undefined, codeOf);
    if (who !== known.user) {
      const own = ["INTERACTION_NOT_FOUND", "INTERACTION_RESOLVED"];
      expect(this.#model.find(who, known.id) === undefined ? ["EXECUTION_NOT_FOUND"] : own).toContain(refusal);
    } else if (refusal === undefined) {
      expect(text.trim()).not.toBe("");
      known.answers.push(text);
    } else {
      const isBlank = text.trim() === "";
      expect([
        "INTERACTION_RESOLVED",
        "SESSION_CHANGED",
        ...(isBlank ? ["INTERACTION_RESPONSE_INVALID"] : []),
      ]).toContain(refusal);
    }
  }

  async #restart(): Promise<void> {
    await this.#application?.stop();
    this.#model.starts += 1;
    this.#application = await this.#bench.start(this.#yaml);
    await this.#runtime.executions.recover();
    for (const known of this.#model.unfinished()) {
      await this.#follow(known);
    }
  }

  async #know(asked: Asked, id: string): Promise<void> {
    if (this.#model.find(asked.user, id) === undefined) {
      const last = await this.#runtime.executions.get(asked.user, id);
      const known = { ...asked, id, last, answers: [], isCancelled: false, followed: [] };
      this.#model.all.push(known);
      await this.#follow(known);
    }
  }

  async #follow(known: KnownExecution): Promise<void> {
    const followed: ExecutionView[] = [];
    const { view } = await this.#runtime.executions.follow(known.user, known.id, {
      onChange: (next) => followed.push(next),
      onLost: () => undefined,
      onStep: () => undefined,
    });
    followed.unshift(view);
    known.followed = followed;
  }

  /** What is no longer there has to be over for as long as it was to be kept. */
  async #forget(known: KnownExecution): Promise<void> {
    const expiresAtMs = () => known.followed.at(-1)?.expiresAtMs ?? Number.POSITIVE_INFINITY;
    await expect.poll(expiresAtMs).toBeLessThanOrEqual(this.#bench.clock.nowMs());
    this.#model.forget(known);
  }

  async #view(user: string, id: string): Promise<ExecutionView | undefined> {
    try {
      return await this.#runtime.executions.get(user, id);
    } catch (error) {
      expect(codeOf(error)).toBe("EXECUTION_NOT_FOUND");
      return undefined;
    }
  }
}

function inputOf({ item, waits, asks, fails, hasTime }: Asked): object {
  return { item, waits, asks, fails, ...(hasTime ? { timeout: QUESTION_MS } : {}) };
}

function pick<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % Math.max(1, items.length)];
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}
