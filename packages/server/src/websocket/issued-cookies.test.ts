import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { cookieProvider } from "../test-support/remembered-cookies.js";
import { ServedEcho, startTestServer } from "../test-support/served-echo.js";
import { SocketClient } from "../test-support/socket-client.js";

let server: ListeningServer | undefined;
afterEach(() => server?.close(100));

async function start(): Promise<{ application: ServedEcho; address: string }> {
  const application = new ServedEcho();
  server = await startTestServer({ application, identity: { providers: [cookieProvider] } });
  return { application, address: server.address };
}

describe("a socket whose cookie is issued with it", () => {
  it.each([["none"], ["theme=dark"], ["alcove-session=; theme=dark"]])(
    "is served, message by message, as one user, with other cookies: %s",
    async (cookie) => {
      const { application, address } = await start();
      const client = await SocketClient.open(address, { user: "", headers: cookie === "none" ? {} : { cookie } });
      for (const id of ["m1", "m2"]) {
        client.ask({ id }, { id });
        await client.answer(id);
        expect(client.texts(id)).toEqual([JSON.stringify({ id })]);
      }
      const [first, second] = application.runs;
      expect(first?.userId).toEqual(expect.any(String));
      expect(second?.userId).toBe(first?.userId);
    },
  );
});
