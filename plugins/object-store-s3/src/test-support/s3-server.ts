import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Credentials, isSigned } from "./signature.js";

interface KeptObject {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly modifiedAt: Date;
}

interface Reply {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of {@link S3Server.start}. */
export interface S3ServerOptions {
  readonly credentials: Credentials;
  readonly bucket: string;
  /** The most keys a list gives out, whatever it is asked for. */
  readonly mostKeys?: number;
}

/**
 * A server on 127.0.0.1 that speaks as much of the protocol of S3 as objects need: put (also conditional), get, head, delete and list
 * (version 2), addressed by path. It checks every signature, and answers errors as S3 does.
 */
export class S3Server {
  /** What is stored, by key. */
  readonly objects = new Map<string, KeptObject>();
  /** Answers the next requests in the place of the server, first come, first served. */
  readonly faults: Reply[] = [];
  readonly #server: Server;
  readonly #options: S3ServerOptions;

  private constructor(options: S3ServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Starts a server on a free port. */
  static async start(options: S3ServerOptions): Promise<S3Server> {
    const server = new S3Server(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** Where it is, without the bucket. */
  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Stops it, with the connections that are open. */
  async stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await stopped;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const { status, body = "", headers = {} } = this.#answer(request, Buffer.concat(chunks));
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  #answer(request: IncomingMessage, body: Buffer): Reply {
    const fault = this.faults.shift();
    if (fault !== undefined) {
      return fault;
    }
    if (!isSigned(request, body, this.#options.credentials)) {
      return failure(403, "SignatureDoesNotMatch");
    }
    const url = new URL(request.url ?? "/", this.endpoint);
    const [, bucket = "", ...key] = url.pathname.split("/").map(decodeURIComponent);
    if (bucket !== this.#options.bucket) {
      return failure(404, "NoSuchBucket");
    }
    if (url.searchParams.get("list-type") === "2") {
      return this.#list(url.searchParams);
    }
    return this.#object(request, key.join("/"), body);
  }

  #object(request: IncomingMessage, key: string, body: Buffer): Reply {
    const found = this.objects.get(key);
    switch (request.method) {
      case "PUT":
        return this.#put(request, key, body);
      case "DELETE":
        this.objects.delete(key);
        return { status: 204 };
      case "GET":
      case "HEAD":
        return found === undefined ? failure(404, "NoSuchKey") : contentOf(found);
      default:
        return failure(405, "MethodNotAllowed");
    }
  }

  #put(request: IncomingMessage, key: string, body: Buffer): Reply {
    if (request.headers["if-none-match"] === "*" && this.objects.has(key)) {
      return failure(412, "PreconditionFailed");
    }
    const kept = Object.entries(request.headers).filter(
      ([name]) => name === "content-type" || name.startsWith("x-amz-meta-"),
    );
    const headers = Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
    const modifiedAt = new Date(Math.floor(Date.now() / 1_000) * 1_000);
    this.objects.set(key, { body, headers, modifiedAt });
    return { status: 200, headers: { etag: etagOf(body) } };
  }

  #list(query: URLSearchParams): Reply {
    const [prefix, after] = [query.get("prefix") ?? "", query.get("start-after") ?? ""];
    const limit = Math.min(Number(query.get("max-keys") ?? 1_000), this.#options.mostKeys ?? 1_000);
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const contents = keys.slice(0, limit).map((key) => {
      const { body, modifiedAt } = this.objects.get(key) ?? failMissing();
      return `<Contents><Key>${escaped(key)}</Key><LastModified>${modifiedAt.toISOString()}</LastModified><Size>${body.byteLength}</Size></Contents>`;
    });
    const isTruncated = `<IsTruncated>${keys.length > limit}</IsTruncated>`;
    return xml(200, `<ListBucketResult>${isTruncated}${contents.join("")}</ListBucketResult>`);
  }
}

function contentOf({ body, headers, modifiedAt }: KeptObject): Reply {
  const facts = { "last-modified": modifiedAt.toUTCString(), etag: etagOf(body) };
  return { status: 200, body, headers: { ...headers, ...facts } };
}

/** An error as S3 answers it. */
export function failure(status: number, code: string): Reply {
  return xml(status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function xml(status: number, body: string): Reply {
  return {
    status,
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
    headers: { "content-type": "application/xml" },
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function etagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

function failMissing(): never {
  throw new TypeError("An object has gone while it was listed.");
}
