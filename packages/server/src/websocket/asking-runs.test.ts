import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { ServedEcho, startTestServer, testConfig } from "../test-support/served-echo.js";
import { SocketClient } from "../test-support/socket-client.js";

let server: ListeningServer | undefined;
afterEach(() => server?.close(100));

const question = {
  executionId: "e1",
  interactionId: "i1",
  prompt: { inputType: "text", text: "Really?", isRequired: true },
  deadlineMs: undefined,
} as const;
const chunkCount = 40;

describe("a run that has asked its person, and whose client has gone", () => {
  it("waits for nobody, however much it says, and its client finds the latest of it", async () => {
    let goOn = (): void => undefined;
    const told = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let isDone = false;
    const application = new ServedEcho({
      stream: async function* (run) {
        run.ask(question);
        await told;
        for (let chunk = 1; chunk <= chunkCount; chunk += 1) {
          yield JSON.stringify({ value: `${chunk} ${"x".repeat(100_000)}` });
        }
        isDone = true;
      },
    });
    const { webSocket } = testConfig().general.frontEnd;
    server = await startTestServer({
      application,
      frontEnd: { webSocket: { ...webSocket, reconnectGraceMs: 60_000 } },
    });
    const client = await SocketClient.open(server.address);
    client.ask({}, { schema_type: "generate_stream", conversation_id: "c" });
    await client.frame(({ type }) => type === "system_interaction_message");
    client.leave();
    await client.closed;
    goOn();
    await expect.poll(() => isDone).toBe(true);
    const again = await SocketClient.open(server.address, { query: "?conversation_id=c&after_sequence=0" });
    await again.answer();
    const numbers = again.texts().map((text) => Number(text.split(" ")[0]));
    expect(numbers.at(-1)).toBe(chunkCount);
    expect(numbers.length).toBeLessThan(chunkCount);
    expect(numbers).toEqual(numbers.map((_, index) => chunkCount + 1 - numbers.length + index));
  });
});
