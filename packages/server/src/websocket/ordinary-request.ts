import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/**
 * Hands a request that offered to change protocols back to the server, to be answered as if it had not: a server may
 * ignore the offer (RFC 9110, section 7.8), as this one does with `h2c`, which some clients offer with every request. Node asks a server that
 * takes any upgrade to take all of them, and parses no body then, so the request is read once more without the offer.
 */
export function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? "";
    const value = request.rawHeaders[index + 1] ?? "";
    const lowerName = name.toLowerCase();
    if (lowerName === "connection") {
      lines.push(`${name}: ${withoutUpgrade(value)}`);
    } else if (lowerName !== "upgrade") {
      lines.push(`${name}: ${value}`);
    }
  }
  // Header values are bytes, which Node gives as Latin-1.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}

function withoutUpgrade(connection: string): string {
  return connection
    .split(",")
    .filter((token) => token.trim().toLowerCase() !== "upgrade")
    .join();
}
