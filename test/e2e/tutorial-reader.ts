import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { childEnvironment, runCommand } from "./command-line.js";
import { expectSuccess } from "./expect-success.js";
import type { TutorialStep } from "./tutorial-page.js";

const COMMAND_TIMEOUT_MS = 5 * 60_000;
const START_TIMEOUT_MS = 60_000;

/** More variables for a command, e.g. those that say where npm finds packages. */
export type EnvironmentOf = (command: string) => Readonly<Record<string, string>>;

/**
 * Does what a tutorial says, to the letter, in a shell. Only the port is another one, since 8000 may be taken. A server that was started
 * in one terminal is used with curl in a second one, and stopped with Ctrl-C before anything else is done.
 */
export class TutorialReader {
  /** The folder the reader is in. */
  folder: string;
  readonly #environmentOf: EnvironmentOf;
  #server: { readonly child: ChildProcess; readonly address: string } | undefined;

  constructor(folder: string, environmentOf: EnvironmentOf) {
    this.folder = folder;
    this.#environmentOf = environmentOf;
  }

  /** Follows the steps, and fails at the first that goes otherwise than the page says. */
  async follow(steps: readonly TutorialStep[]): Promise<void> {
    for (const step of steps) {
      if (step.kind === "file") {
        await writeFile(join(this.folder, step.path), step.text);
      } else if (step.command === "npm start") {
        await this.start();
      } else {
        const printed = await this.run(step.command);
        expect({ ...step, output: printed.includes(step.output) ? step.output : printed }).toEqual(step);
      }
    }
  }

  /** Runs a command to its end and returns what it wrote to standard output. `cd` moves the reader. */
  async run(command: string): Promise<string> {
    const target = /^cd (\S+)$/.exec(command)?.[1];
    if (target !== undefined) {
      this.folder = resolve(this.folder, target);
      return "";
    }
    if (!command.startsWith("curl ")) {
      await this.close();
    }
    const spelled = command.replaceAll("http://localhost:8000", this.#server?.address ?? "http://localhost:8000");
    const environment = this.#environmentOf(command);
    const result = await runCommand("sh", ["-c", spelled], {
      cwd: this.folder,
      environment,
      timeoutMs: COMMAND_TIMEOUT_MS,
    });
    expectSuccess(result);
    return result.stdout.trim();
  }

  /** `npm start`, in a first terminal, until the server listens. */
  async start(): Promise<void> {
    await this.close();
    // In a process group of its own, which is what Ctrl-C reaches in a terminal.
    const child = spawn("sh", ["-c", "npm start -- --port 0"], {
      cwd: this.folder,
      env: { ...childEnvironment(), ...this.#environmentOf("npm start") },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let printed = "";
    const listening = new Promise<string>((resolveAddress, reject) => {
      const timer = setTimeout(() => fail(), START_TIMEOUT_MS);
      const fail = () => {
        clearTimeout(timer);
        reject(new TypeError(`npm start did not listen. It printed:\n${printed}`));
      };
      const read = (text: string) => {
        printed += text;
        const address = /Listening on (http:\/\/[^\s"]+)/.exec(printed)?.[1];
        if (address !== undefined) {
          clearTimeout(timer);
          resolveAddress(address);
        }
      };
      child.stdout.setEncoding("utf8").on("data", read);
      child.stderr.setEncoding("utf8").on("data", read);
      child.once("close", fail);
    });
    this.#server = { child, address: "" };
    this.#server = { child, address: await listening };
  }

  /** Presses Ctrl-C where the server runs, and waits until it has ended. */
  async close(): Promise<void> {
    const child = this.#server?.child;
    this.#server = undefined;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const closed = once(child, "close");
      process.kill(-child.pid, "SIGINT");
      await closed;
    }
  }
}
