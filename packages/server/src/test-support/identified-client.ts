import { request } from "node:http";
import type { AlcoveConfig } from "@alcove/config";
import type { Principal } from "@alcove/plugin-api";
import type { ListeningServer } from "../create-server.js";
import { ServedEcho, startTestServer, type TestServerOptions } from "./served-echo.js";

type Providers = AlcoveConfig["general"]["identity"]["providers"];

/** What became of a call. */
export interface CallOutcome {
  readonly status: number;
  readonly code: unknown;
  readonly message: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Who ran the workflow, if it ran. */
  readonly principal: Principal | undefined;
  readonly userId: string | undefined;
}

/** Headers of a request; a list is sent as that many headers. */
export type SentHeaders = Readonly<Record<string, string | string[]>>;

/** A server with the given providers in front of a fake application, and a client of it. */
export class IdentifiedServer {
  readonly #application: ServedEcho;
  readonly #server: ListeningServer;

  private constructor(application: ServedEcho, server: ListeningServer) {
    this.#application = application;
    this.#server = server;
  }

  static async start(providers: Providers, options: TestServerOptions = {}): Promise<IdentifiedServer> {
    const application = options.application ?? new ServedEcho();
    const identity = { providers, ...options.identity };
    return new IdentifiedServer(application, await startTestServer({ ...options, application, identity }));
  }

  /** Calls the workflow with these headers. */
  async call(headers: SentHeaders): Promise<CallOutcome> {
    const runs = this.#application.runs.length;
    const outcome = await this.send("POST", "/generate", { "content-type": "application/json", ...headers }, "{}");
    const run = this.#application.runs[runs];
    return { ...outcome, principal: run?.request.principal, userId: run?.userId };
  }

  send(method: string, path: string, headers: SentHeaders = {}, body = ""): Promise<CallOutcome> {
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.#server.address), { method, headers, agent: false }, (reply) => {
        let text = "";
        reply.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        reply.on("end", () => {
          const { code, message } = text === "" ? {} : JSON.parse(text);
          const { statusCode: status = 0, headers: received } = reply;
          resolve({ status, code, message, headers: received, principal: undefined, userId: undefined });
        });
      });
      sent.once("error", reject);
      sent.end(body);
    });
  }

  close(): Promise<void> {
    return this.#server.close(100);
  }
}
