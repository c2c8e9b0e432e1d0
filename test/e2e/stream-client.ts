import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { type EventRecord, parseEventStream } from "../../packages/server/src/test-support/event-stream-parser.js";

/** A streamed reply that is being read. */
export class StreamReply implements AsyncDisposable {
  readonly message: IncomingMessage;
  readonly #request: ClientRequest;
  #text = "";
  readonly #ended: Promise<void>;

  private constructor(sent: ClientRequest, message: IncomingMessage) {
    this.#request = sent;
    this.message = message;
    message.setEncoding("utf8").on("data", (part: string) => {
      this.#text += part;
    });
    this.#ended = new Promise((resolve) => {
      message.once("close", resolve);
    });
    message.on("error", () => undefined);
  }

  /** Gets as a user, and resolves when the headers have come. */
  static async follow(url: string, path: string, user: string): Promise<StreamReply> {
    const sent = request(new URL(path, url), { agent: false, headers: { cookie: `nat-session=${user}` } });
    sent.end();
    const [message] = (await once(sent, "response")) as [IncomingMessage];
    sent.on("error", () => undefined);
    return new StreamReply(sent, message);
  }

  /** Posts as a user, and resolves when the headers have come. */
  static open(url: string, path: string, user: string, body: object, key?: string): Promise<StreamReply> {
    return StreamReply.#post(url, path, user, body, key === undefined ? {} : { "idempotency-key": key });
  }

  /** Posts the same once more, for what came after a frame. */
  static comeBack(url: string, path: string, user: string, body: object, lastEventId: string): Promise<StreamReply> {
    return StreamReply.#post(url, path, user, body, { "last-event-id": lastEventId });
  }

  static async #post(url: string, path: string, user: string, body: object, headers: object): Promise<StreamReply> {
    const sent = request(new URL(path, url), {
      method: "POST",
      agent: false,
      headers: { "content-type": "application/json", cookie: `nat-session=${user}`, ...headers },
    });
    sent.end(JSON.stringify(body));
    const [message] = (await once(sent, "response")) as [IncomingMessage];
    sent.on("error", () => undefined);
    return new StreamReply(sent, message);
  }

  get status(): number | undefined {
    return this.message.statusCode;
  }

  /** Whether the server ended the reply in order. */
  get isComplete(): boolean {
    return this.message.complete;
  }

  /** Everything that has come so far. */
  get text(): string {
    return this.#text;
  }

  /** The records that have come so far. */
  get records(): EventRecord[] {
    return parseEventStream(this.#text);
  }

  /** The totals in the chunks that have come so far. */
  get totals(): number[] {
    return this.records
      .filter((record) => record.at(-1)?.[0] === "data" && !record.some(([field]) => field === "event"))
      .map((record) => {
        const { value } = JSON.parse(record.at(-1)?.[1] ?? "") as { value: string };
        return (JSON.parse(value) as { total: number }).total;
      });
  }

  /** What the error frame says, if one has come. */
  get error(): unknown {
    const frame = this.records.find((record) => record.some((field) => field.join(": ") === "event: error"));
    return frame === undefined ? undefined : JSON.parse(frame.at(-1)?.[1] ?? "");
  }

  /** The id of the last frame that has come; empty where frames have none. */
  get lastEventId(): string {
    const ids = this.records.flatMap((record) => record.filter(([field]) => field === "id"));
    return ids.at(-1)?.[1] ?? "";
  }

  /** Waits until the server has ended the reply, or the connection broke. */
  async ended(): Promise<this> {
    await this.#ended;
    return this;
  }

  /** Hangs up. */
  leave(): void {
    this.#request.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
    await this.#ended;
  }
}
