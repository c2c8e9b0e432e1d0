import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "./create-server.js";
import { exchange } from "./test-support/raw-http.js";
import { startTestServer } from "./test-support/served-echo.js";

let server: ListeningServer | undefined;
afterEach(() => server?.close(100));

const offering = [
  "GET /health HTTP/1.1",
  "Host: test",
  "Connection: Upgrade, HTTP2-Settings, keep-alive",
  "Upgrade: h2c",
  "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
  "",
  "",
].join("\r\n");

describe("a connection whose client offers another protocol with every request", () => {
  it("is answered each time, and leaves no listeners behind", async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", note);
    try {
      server = await startTestServer();
      const last = "GET /health HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
      const answer = await exchange(server.address, offering.repeat(30) + last);
      expect(answer.match(/\{"status":"healthy"\}/g)).toHaveLength(31);
    } finally {
      process.off("warning", note);
    }
    expect(warnings).toEqual([]);
  });
});
