import type { ListeningServer } from "../create-server.js";
import {
  type EchoOptions,
  type RecordedRun,
  ServedEcho,
  startTestServer,
  type TestServerOptions,
  testConfig,
} from "./served-echo.js";

type FrontEnd = NonNullable<TestServerOptions["frontEnd"]>;

/** The user ids of the cookies `alice` and `bob`. */
export const alice = "7b031fd4-714b-598e-b755-a517d069edc5";
/** See {@link alice}. */
export const bob = "e0d43398-5fc8-5c1d-95d5-d39399e69f51";

/** What a message says that asks for a stream. */
export const streamed = { schema_type: "generate_stream" };

/** A server that a test has started, and what it serves. */
interface SocketServer {
  readonly application: ServedEcho;
  readonly address: string;
  readonly server: ListeningServer;
}

/** The servers that the tests of a file start. */
export class SocketServers {
  #started: ListeningServer[] = [];

  /** Starts a server of an echo, with what is given of the configuration of its sockets. */
  async start(
    echo: EchoOptions | ServedEcho = {},
    webSocket: Partial<NonNullable<FrontEnd["webSocket"]>> = {},
    frontEnd: FrontEnd = {},
    others: TestServerOptions = {},
  ): Promise<SocketServer> {
    const application = echo instanceof ServedEcho ? echo : new ServedEcho(echo);
    const defaults = testConfig().general.frontEnd.webSocket;
    const server = await startTestServer({
      ...others,
      application,
      frontEnd: { ...frontEnd, webSocket: { ...defaults, ...webSocket } },
    });
    this.#started.push(server);
    return { application, address: server.address, server };
  }

  /** Closes those that were started since. Called after each test. */
  async close(): Promise<void> {
    const started = this.#started;
    this.#started = [];
    await Promise.all(started.map((server) => server.close(100)));
  }
}

/** Waits until a run is aborted, and fails then, as a function does that heeds its signal. */
export function untilAborted({ abort }: RecordedRun): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(abort.signal.reason);
    if (abort.signal.aborted) {
      fail();
    }
    abort.signal.addEventListener("abort", fail);
  });
}

/** Streams `one`, then waits until a test lets it go on, and streams `two`. */
export function inTwoParts(): { readonly stream: NonNullable<EchoOptions["stream"]>; readonly goOn: () => void } {
  let goOn = (): void => undefined;
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  return {
    goOn,
    stream: async function* (run) {
      yield '{"value":"one"}';
      await Promise.race([told, untilAborted(run)]);
      yield '{"value":"two"}';
    },
  };
}

/** Streams `one`, and goes on until it is aborted. */
export const waiting: EchoOptions = {
  stream: async function* (run) {
    yield '{"value":"one"}';
    await untilAborted(run);
  },
};
