import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { childEnvironment, nodeBinary, workspaceFolder } from "../../e2e/command-line.js";
import type { Complaint } from "../complaint.js";
import {
  answerSchema,
  type LoadOutcome,
  loadOutcomeSchema,
  type ObserverCommand,
  type Sight,
  sightSchema,
} from "./messages.js";

/** Where the compiled harness lies; processes of its own are started from there. */
export const builtHarness = `${workspaceFolder}.build/reliability/`;

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A load that is going on. */
export interface RunningLoad {
  /** Resolves when so many replies have come as the load was told to report. */
  readonly replyCountReached: Promise<void>;
  readonly outcome: Promise<LoadOutcome>;
}

/** Steers the observer process. */
export class Observer {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #complain: (complaints: readonly Complaint[]) => void;
  #lastId = 0;
  #onReplyCountReached = (): void => undefined;

  /** @param complain is told of everything that is wrong, when it is seen. */
  constructor(ledgerPath: string, complain: (complaints: readonly Complaint[]) => void) {
    this.#complain = complain;
    this.#child = fork(`${builtHarness}observer/observer-process.js`, [ledgerPath], {
      execPath: nodeBinary,
      execArgv: [],
      env: childEnvironment(),
    });
    this.#child.on("message", (message) => this.#hear(message));
    this.#child.once("exit", () => {
      for (const { reject } of this.#pending.values()) {
        reject(new Error("The observer process has ended."));
      }
    });
  }

  /** Begins a load. Only one goes on at a time. */
  load(options: Omit<Extract<ObserverCommand, { command: "load" }>, "command">): RunningLoad {
    const replyCountReached = new Promise<void>((resolve) => {
      this.#onReplyCountReached = resolve;
    });
    const outcome = this.#ask({ command: "load", ...options }).then((result) => loadOutcomeSchema.parse(result));
    // A server that is gone before so many replies came has nothing more to wait for.
    return { replyCountReached: Promise.race([replyCountReached, outcome.then(() => undefined)]), outcome };
  }

  /**
   * Ends the load that is going on, when so many more replies have come; its outcome resolves as soon as what is on its
   * way then was answered.
   */
  async stopLoad(afterReplies = 0): Promise<void> {
    await this.#ask({ command: "stop-load", afterReplies });
  }

  /** Reads users and compares them with what is known; all of them when none are named. */
  async judge(url: string, users?: readonly string[]): Promise<Sight> {
    const named = users === undefined ? {} : { users: [...users] };
    return sightSchema.parse(await this.#ask({ command: "judge", url, ...named }));
  }

  /** Sends again the requests of the last load that have a key and were never answered. */
  async retry(url: string): Promise<void> {
    await this.#ask({ command: "retry", url });
  }

  /** From now on nothing that these users had may be seen. */
  async noteSessionsOver(users: readonly string[]): Promise<void> {
    await this.#ask({ command: "sessions-over", users: [...users] });
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.disconnect();
      await ended;
    }
  }

  #ask(body: ObserverCommand): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ id, body }, (error) => {
        if (error !== null) {
          reject(error);
        }
      });
    });
  }

  #hear(message: unknown): void {
    const answer = answerSchema.parse(message);
    switch (answer.kind) {
      case "reply-count-reached":
        this.#onReplyCountReached();
        break;
      case "complaints":
        this.#complain(answer.complaints);
        break;
      case "done":
        this.#pending.get(answer.id)?.resolve(answer.result);
        this.#pending.delete(answer.id);
        break;
      case "failed":
        this.#pending.get(answer.id)?.reject(new Error(answer.reason));
        this.#pending.delete(answer.id);
    }
  }
}
