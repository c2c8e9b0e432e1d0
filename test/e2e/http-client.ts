import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came: a name that was sent twice is there twice. */
  readonly rawHeaders: readonly string[];
  /** The body, as it came. */
  readonly text: string;
  /** The body as JSON. */
  readonly json: unknown;
}

/** One request. */
export interface RequestOptions {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Why a reply that had begun will never be complete. */
export class HalfReplyError extends Error {}

/** Talks to one server, over as many kept connections as there are requests at once. */
export class HttpClient {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Sends a request and reads the whole reply. Rejects when the connection breaks before the reply is complete: with a
   * {@link HalfReplyError} when it had begun.
   */
  send({ method = "GET", path, headers = {}, body }: RequestOptions): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.#url), { method, headers, agent: this.#agent }, (message) => {
        readReply(message).then(resolve, reject);
      });
      sent.once("error", reject);
      sent.end(body);
    });
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send({ path, headers });
  }

  /** `POST /generate` as a user, with a JSON body. */
  generate(user: string | undefined, body: unknown, path = "/generate"): Promise<Reply> {
    const cookie: Record<string, string> = user === undefined ? {} : { cookie: `nat-session=${user}` };
    return this.send({
      method: "POST",
      path,
      headers: { "content-type": "application/json", ...cookie },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  /** Closes the kept connections. */
  close(): void {
    this.#agent.destroy();
  }
}

async function readReply(message: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) {
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    throw new HalfReplyError(`The connection broke after ${message.statusCode} and the headers.`, { cause: error });
  }
  const text = Buffer.concat(chunks).toString("utf8");
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    rawHeaders: message.rawHeaders,
    text,
    get json(): unknown {
      return JSON.parse(text);
    },
  };
}
