import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { z } from "zod";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The Chromium of this machine, if it has one. */
export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const messageSchema = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).default({}),
  result: z.record(z.string(), z.unknown()).default({}),
  error: z.object({ message: z.string() }).optional(),
});
type Message = z.output<typeof messageSchema>;

const evaluatedSchema = z.object({
  result: z.looseObject({ value: z.unknown().optional() }),
  exceptionDetails: z.unknown().optional(),
});
const requestSchema = z.object({ request: z.object({ url: z.string() }) });

/** A real browser with one page, without a window, that is driven over a pipe. */
export class HeadlessBrowser {
  /** The address of every request the page has made. */
  readonly requested: string[] = [];
  /** Everything the page or the browser complained about: errors, warnings, and what a policy forbade. */
  readonly complaints: string[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #sessionId: string | undefined;
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    let unread = "";
    (child.stdio[4] as NodeJS.ReadableStream).setEncoding("utf8").on("data", (text: string) => {
      const messages = (unread + text).split("\0");
      unread = messages.pop() ?? "";
      for (const message of messages) this.#take(messageSchema.parse(JSON.parse(message)));
    });
  }

  /** Starts the browser; its profile lies in the given folder. No name but that of this machine is resolved. */
  static async start(program: string, folder: string): Promise<HeadlessBrowser> {
    const browserArguments = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
      "--remote-debugging-pipe",
      `--user-data-dir=${folder}`,
    ];
    const child = spawn(program, browserArguments, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    const browser = new HeadlessBrowser(child);
    const { targetId } = await browser.#call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await browser.#call("Target.attachToTarget", { targetId, flatten: true });
    browser.#sessionId = z.string().parse(sessionId);
    for (const domain of ["Network", "Log", "Runtime", "Audits"]) await browser.#call(`${domain}.enable`);
    return browser;
  }

  /** Goes to an address. */
  async open(url: string): Promise<void> {
    await this.#call("Page.navigate", { url });
  }

  /** The value of a JavaScript expression in the page; `undefined` where it throws. */
  async evaluate(expression: string): Promise<unknown> {
    const evaluated = evaluatedSchema.parse(
      await this.#call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true }),
    );
    return evaluated.exceptionDetails === undefined ? evaluated.result.value : undefined;
  }

  /** Ends the browser. */
  async close(): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
  }

  #call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const session = this.#sessionId === undefined ? {} : { sessionId: this.#sessionId };
    (this.#child.stdio[3] as NodeJS.WritableStream).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result);
        else reject(new TypeError(`${method}: ${error.message}`));
      });
    });
  }

  #take(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    } else if (message.method === "Network.requestWillBeSent") {
      this.requested.push(requestSchema.parse(message.params).request.url);
    } else if (isComplaint(message)) {
      this.complaints.push(`${message.method} ${JSON.stringify(message.params)}`);
    }
  }
}

function isComplaint({ method = "", params }: Message): boolean {
  // Of the browser's advice on pages, only what a policy forbids counts.
  const isForbidden = method === "Audits.issueAdded" && JSON.stringify(params).includes("ContentSecurityPolicyIssue");
  return isForbidden || ["Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"].includes(method);
}
