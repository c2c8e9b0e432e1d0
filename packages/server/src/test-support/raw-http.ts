import { connect } from "node:net";

/** Sends bytes as they are and resolves to everything the server answers until it closes the connection. */
export function exchange(address: string, request: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
    socket.write(request);
  });
}

/** A POST of JSON bytes by alice, after which the connection is to be closed. */
export function postOf(path: string, body: Buffer, headers: readonly string[] = []): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: test",
    "connection: close",
    "content-type: application/json",
    "cookie: nat-session=alice",
    `content-length: ${body.length}`,
    ...headers,
    "",
    "",
  ].join("\r\n");
  return Buffer.concat([Buffer.from(head), body]);
}
