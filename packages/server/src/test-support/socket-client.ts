import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";

/** A frame the server sent, as far as tests look at it. */
export interface ReceivedFrame {
  readonly type: string;
  readonly id?: string;
  readonly parent_id?: string;
  readonly conversation_id?: string | null;
  readonly status?: string;
  readonly timestamp?: string;
  readonly sequence?: number;
  readonly user_id?: string | null;
  readonly payload?: unknown;
  readonly content?: {
    readonly text?: string | null;
    readonly code?: string;
    readonly message?: string;
    readonly details?: unknown;
    readonly name?: string;
    readonly payload?: string;
  };
}

/** How a test asks for a socket. */
export interface SocketClientOptions {
  /** The value of the session cookie; alice if left out, none if empty. */
  readonly user?: string;
  /** The query of the address, e.g. `?session=alice`. */
  readonly query?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client's end of a socket that keeps every frame that comes. */
export class SocketClient {
  readonly frames: ReceivedFrame[] = [];
  readonly socket: WebSocket;
  /** Resolves to the close code when the socket is closed. */
  readonly closed: Promise<number>;
  #look: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString("utf8")) as ReceivedFrame);
      this.#lookAgain();
    });
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once("close", (code: number) => {
        resolve(code);
        this.#lookAgain();
      });
    });
  }

  /** Opens a socket. Rejects where the server refuses. */
  static async open(address: string, options: SocketClientOptions = {}): Promise<SocketClient> {
    const client = new SocketClient(connect(address, options));
    await once(client.socket, "open");
    return client;
  }

  /** Asks for a socket the server is to refuse, and resolves to its reply. */
  static async refused(address: string, options: SocketClientOptions = {}): Promise<RefusedSocket> {
    const socket = connect(address, options);
    const [, reply] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
    let text = "";
    for await (const part of reply.setEncoding("utf8")) {
      text += part;
    }
    return { status: reply.statusCode, headers: reply.headers, body: JSON.parse(text) as RefusedSocket["body"] };
  }

  /** Sends what is no text as JSON. */
  send(frame: unknown): void {
    this.socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** Asks for a run. @param input The body `POST /generate` would get. */
  ask(input: unknown, message: Readonly<Record<string, unknown>> = {}): void {
    const text = typeof input === "string" ? input : JSON.stringify(input);
    const content = { messages: [{ role: "user", content: [{ type: "text", text }] }] };
    this.send({ type: "user_message", schema_type: "generate", id: "m1", content, ...message });
  }

  /** Resolves to the first frame that is as wanted, as soon as there is one. */
  async frame(isWanted: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame> {
    for (;;) {
      const found = this.frames.find(isWanted);
      if (found !== undefined) {
        return found;
      }
      if (this.socket.readyState === WebSocket.CLOSED) {
        throw new TypeError(`The socket closed before the frame came: ${JSON.stringify(this.frames)}`);
      }
      await new Promise<void>((resolve) => this.#look.push(resolve));
    }
  }

  /** Resolves when so many frames have come. */
  async count(frames: number): Promise<void> {
    await this.frame(() => this.frames.length >= frames);
  }

  /** Resolves to all frames about a message, once its last one has come. */
  async answer(messageId = "m1"): Promise<ReceivedFrame[]> {
    await this.frame(({ parent_id, status }) => parent_id === messageId && status === "complete");
    return this.frames.filter(({ parent_id }) => parent_id === messageId);
  }

  /** The texts of the result of a message that have come so far. */
  texts(messageId = "m1"): string[] {
    return this.frames.flatMap(({ type, parent_id, content }) =>
      type === "system_response_message" && parent_id === messageId && typeof content?.text === "string"
        ? [content.text]
        : [],
    );
  }

  /** Breaks the connection, as a client does that loses its network. */
  leave(): void {
    this.socket.terminate();
  }

  #lookAgain(): void {
    const looking = this.#look;
    this.#look = [];
    for (const look of looking) {
      look();
    }
  }
}

/** A server's reply to a request for a socket. */
export interface RefusedSocket {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: { readonly code: string; readonly message: string; readonly details: unknown };
}

function connect(
  address: string,
  { user = "alice", query = "", path = "/websocket", headers = {} }: SocketClientOptions,
): WebSocket {
  const cookie = user === "" ? {} : { cookie: `nat-session=${user}` };
  return new WebSocket(`${address.replace(/^http/, "ws")}${path}${query}`, { headers: { ...cookie, ...headers } });
}
