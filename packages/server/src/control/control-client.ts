import { type IncomingMessage, request } from "node:http";
import { json as readJson, text as readText } from "node:stream/consumers";
import { AlcoveError, type ErrorCode, errorCatalogue } from "@alcove/plugin-api";
import type { ListedSession, SessionDescription, SessionKey, Verification, VerifiedEntry } from "@alcove/state";
import type { z } from "zod";
import {
  APPLICATION_HEADER,
  errorBodySchema,
  lineSchema,
  listedSessionSchema,
  sessionDescriptionSchema,
  sessionKeySchema,
  verificationSchema,
  verifiedEntrySchema,
} from "./control-wire.js";
import { splitLines } from "./ndjson.js";
import type { SessionAdministration } from "./session-administration.js";

/** Options of {@link ControlClient}. */
export interface ControlClientOptions {
  /** Where the server listens for its owner. */
  readonly socketPath: string;
  /** The name of the application that is meant. */
  readonly application: string;
}

interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/**
 * Looks after the sessions of a server through its control socket. Errors come with the code and the message they have in
 * the server; besides, every method throws STORE_HELD when the server does not answer, and OUTCOME_UNKNOWN when it goes away
 * before it has answered.
 */
export class ControlClient implements SessionAdministration {
  readonly #options: ControlClientOptions;

  constructor(options: ControlClientOptions) {
    this.#options = options;
  }

  async *list(limit: number | undefined): AsyncGenerator<ListedSession> {
    const path = limit === undefined ? "/sessions" : `/sessions?limit=${limit}`;
    for await (const line of this.#lines({ method: "GET", path })) {
      if ("item" in line) {
        yield this.#parse(listedSessionSchema, line.item);
      }
    }
  }

  async describe(userId: string): Promise<SessionDescription> {
    return this.#parse(sessionDescriptionSchema, await this.#json({ method: "GET", path: pathOf("sessions", userId) }));
  }

  async export(userId: string): Promise<string> {
    return this.#text({ method: "GET", path: `${pathOf("sessions", userId)}/export` });
  }

  async import(text: string, replace: boolean): Promise<SessionKey> {
    const path = `/sessions?replace=${replace}`;
    return this.#parse(sessionKeySchema, await this.#json({ method: "POST", path, body: text }));
  }

  async delete(userId: string): Promise<void> {
    await this.#json({ method: "DELETE", path: pathOf("sessions", userId) });
  }

  async deleteEntry(entry: string): Promise<void> {
    await this.#json({ method: "DELETE", path: pathOf("entries", entry) });
  }

  async verify(onDamaged: (entry: VerifiedEntry) => void): Promise<Verification> {
    let ended: Verification | undefined;
    for await (const line of this.#lines({ method: "POST", path: "/verify" })) {
      if ("item" in line) {
        onDamaged(this.#parse(verifiedEntrySchema, line.item));
      } else {
        ended = this.#parse(verificationSchema, line.end);
      }
    }
    return ended ?? this.#parse(verificationSchema, undefined);
  }

  async backup(file: string, overwrite: boolean): Promise<void> {
    await this.#json({ method: "POST", path: "/backup", body: JSON.stringify({ file, overwrite }) });
  }

  /** Runs the workflow for a user; resolves to the JSON text of the reply. @throws as `Runner.reply` does. */
  async run(userId: string, input: string): Promise<string> {
    const body = JSON.stringify({ user_id: userId, input });
    return this.#text({ method: "POST", path: "/runs", body });
  }

  /** The items of a reply that comes in lines, and at last how it ended. */
  async *#lines(wanted: ControlRequest): AsyncGenerator<{ readonly item: unknown } | { readonly end: unknown }> {
    const reply = (await this.#send(wanted)).setEncoding("utf8");
    for await (const text of splitLines(this.#chunks(reply))) {
      const line = this.#parse(lineSchema, JSON.parse(text));
      if ("error" in line) {
        throw errorOf(line.error);
      }
      yield line;
    }
  }

  async *#chunks(reply: AsyncIterable<string>): AsyncGenerator<string> {
    try {
      yield* reply;
    } catch (error) {
      throw goneError(error);
    }
  }

  async #json(wanted: ControlRequest): Promise<unknown> {
    return JSON.parse(await this.#text(wanted));
  }

  async #text(wanted: ControlRequest): Promise<string> {
    const reply = await this.#send(wanted);
    return readText(reply).catch((error: unknown) => Promise.reject(goneError(error)));
  }

  async #send(wanted: ControlRequest): Promise<IncomingMessage> {
    const reply = await this.#request(wanted);
    if (reply.statusCode !== 200) {
      throw errorOf(this.#parse(errorBodySchema, await readJson(reply)));
    }
    return reply;
  }

  #request({ method, path, body }: ControlRequest): Promise<IncomingMessage> {
    const { socketPath, application } = this.#options;
    const headers = {
      [APPLICATION_HEADER]: encodeURIComponent(application),
      "content-type": "application/json",
    };
    return new Promise((resolve, reject) => {
      let isConnected = false;
      const sent = request({ socketPath, method, path, headers, agent: false }, resolve);
      sent.once("socket", (socket) => socket.once("connect", () => (isConnected = true)));
      sent.once("error", (error) => reject(isConnected ? goneError(error) : this.#silentError(error)));
      sent.end(body);
    });
  }

  #silentError(cause: Error): AlcoveError {
    const { socketPath } = this.#options;
    return new AlcoveError(
      "STORE_HELD",
      `The process that holds the store does not answer at ${socketPath}: ${cause.message}.`,
      { cause },
    );
  }

  #parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const message = `What the server at ${this.#options.socketPath} answered is not what this version of Alcove expects. Use the version the server has.`;
      throw new AlcoveError("INTERNAL", message, { cause: parsed.error });
    }
    return parsed.data;
  }
}

function goneError(cause: unknown): AlcoveError {
  return new AlcoveError("OUTCOME_UNKNOWN", "The server went away before it had answered.", { cause });
}

function pathOf(collection: string, name: string): string {
  return `/${collection}/${encodeURIComponent(name)}`;
}

function errorOf({ code, message, details }: z.output<typeof errorBodySchema>): AlcoveError {
  const known = code in errorCatalogue ? (code as ErrorCode) : "INTERNAL";
  return new AlcoveError(known, message, { details });
}
