import { connect } from "node:net";

/** One reply of a server, as it came. */
export interface HostileAnswer {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends bytes over one connection, and resolves to all that came back when the server has closed it. */
export function exchange(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      answer += text;
    });
    // A server may cut a connection off while there is more to read on it.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
    socket.write(Buffer.from(bytes, "latin1"));
  });
}

/** The replies in what came back over one connection. @throws TypeError when it is no sequence of HTTP replies */
export function answersIn(text: string): HostileAnswer[] {
  const answers: HostileAnswer[] = [];
  let rest = text;
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    const [statusLine = "", ...lines] = rest.slice(0, end).split("\r\n");
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1];
    if (end === -1 || status === undefined) {
      throw new TypeError(`This is no HTTP reply: ${JSON.stringify(rest.slice(0, 200))}`);
    }
    const headers = new Map(lines.map(headerIn));
    const after = rest.slice(end + 4);
    const [body, length] = bodyIn(after, headers, Number(status));
    answers.push({ status: Number(status), headers, body: Buffer.from(body, "latin1").toString("utf8") });
    rest = after.slice(length);
  }
  return answers;
}

/** A reply in a few words: its status, and the code of its error. */
export function inShort({ status, body, headers }: HostileAnswer): string {
  if (status < 400) {
    return String(status);
  }
  const isJson = headers.get("content-type")?.startsWith("application/json") === true;
  return `${status} ${isJson ? (JSON.parse(body) as { code?: string }).code : "that is no JSON"}`;
}

function headerIn(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function bodyIn(text: string, headers: ReadonlyMap<string, string>, status: number): [body: string, length: number] {
  if (headers.get("transfer-encoding") === "chunked") {
    return chunkedBodyIn(text);
  }
  const length = status < 200 || status === 204 ? 0 : Number(headers.get("content-length") ?? text.length);
  return [text.slice(0, length), length];
}

function chunkedBodyIn(text: string): [body: string, length: number] {
  let body = "";
  let at = 0;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (lineEnd === -1 || Number.isNaN(size)) {
      throw new TypeError("A chunked reply was cut off.");
    }
    at = lineEnd + 2 + size + 2;
    if (size === 0) {
      return [body, at];
    }
    body += text.slice(lineEnd + 2, at - 2);
  }
}
