// Sends POST /generate over keep-alive connections, one request at a time on each, until its time is over or it has sent as many
// as asked for: the next as soon as the last is answered, or so many a second. Runs in a process of its own, speaks just enough HTTP to be cheap, and
// prints one line of JSON with what it saw. What `beside` asks for is sent at the same time, and seen by itself.
import { connect } from "node:net";

const headEnd = Buffer.from("\r\n\r\n");
const body = JSON.stringify({ text: "a line of forty bytes, more or less, in all" });

const { beside, ...settings } = JSON.parse(process.argv[2]);
const [seen, seenBeside] = await Promise.all([
  load(settings),
  beside === undefined ? undefined : load({ port: settings.port, durationMs: settings.durationMs, ...beside }),
]);
console.log(JSON.stringify({ ...seen, beside: seenBeside }));

/** Sends one kind of load, and resolves to its figures. */
async function load(settings) {
  const { port, connections, users, durationMs, cookie = "bench", requestsPerSecond, seed } = settings;
  const startedAtMs = performance.now();
  const sending = {
    port,
    requests: Array.from({ length: users }, (_, user) => requestOf(port, `${cookie}-${user}`)),
    sent: 0,
    maxRequests: settings.maxRequests ?? Number.POSITIVE_INFINITY,
    intervalMs: requestsPerSecond === undefined ? 0 : (1000 * connections) / requestsPerSecond,
    endsAtMs: startedAtMs + durationMs,
    latenciesMs: [],
    failures: new Map(),
  };
  const random = randomNumbers(seed);
  await Promise.all(Array.from({ length: connections }, () => keepSending(sending, random())));
  const seconds = (performance.now() - startedAtMs) / 1000;
  const sorted = sending.latenciesMs.sort((one, other) => one - other);
  return {
    requests: sorted.length,
    requestsPerSecond: sorted.length / seconds,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    failures: Object.fromEntries(sending.failures),
  };
}

function requestOf(port, session) {
  return Buffer.from(
    [
      "POST /generate HTTP/1.1",
      `host: 127.0.0.1:${port}`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      `cookie: nat-session=${session}`,
      "",
      body,
    ].join("\r\n"),
  );
}

/** Numbers from 0 up to 1, the same ones for the same seed; any without one. */
function randomNumbers(seed) {
  // A linear congruential generator, with the factors of Numerical Recipes.
  let state = seed ?? Math.floor(Math.random() * 2 ** 32);
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * One connection: sends, waits for the whole reply, sends the next; resolves when the time is over.
 *
 * @param phase When in its interval it sends, where it sends so many a second.
 */
function keepSending(sending, phase) {
  return new Promise((resolve) => {
    const socket = connect({ port: sending.port, host: "127.0.0.1", noDelay: true });
    let received = Buffer.alloc(0);
    let sentAtMs = 0;
    let dueAtMs = performance.now() + phase * sending.intervalMs;
    const sendWhenDue = () => {
      const waitMs = dueAtMs - performance.now();
      dueAtMs += sending.intervalMs;
      if (sending.intervalMs === 0 || waitMs <= 0) {
        send();
      } else {
        setTimeout(send, waitMs);
      }
    };
    const send = () => {
      sentAtMs = performance.now();
      socket.write(sending.requests[sending.sent % sending.requests.length]);
      sending.sent += 1;
    };
    const fail = (reason) => sending.failures.set(reason, (sending.failures.get(reason) ?? 0) + 1);
    const stop = (reason) => {
      if (reason !== undefined) {
        fail(reason);
      }
      socket.destroy();
      resolve();
    };
    socket.on("connect", sendWhenDue);
    socket.on("error", (error) => stop(error.code ?? error.message));
    socket.on("end", () => stop("closed by the server"));
    socket.on("data", (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const reply = completeReply(received);
      if (reply === undefined) {
        return;
      }
      received = received.subarray(reply.length);
      if (reply.status !== 200) {
        fail(`status ${reply.status}`);
      }
      const nowMs = performance.now();
      sending.latenciesMs.push(nowMs - sentAtMs);
      if (nowMs < sending.endsAtMs && sending.sent < sending.maxRequests) {
        sendWhenDue();
      } else {
        stop();
      }
    });
  });
}

/** The status and the length of the first reply in a buffer; `undefined` while it is not complete. */
function completeReply(received) {
  const headLength = received.indexOf(headEnd);
  if (headLength === -1) {
    return undefined;
  }
  const head = received.latin1Slice(0, headLength);
  const bodyLength = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (bodyLength === undefined) {
    throw new TypeError(`A reply without content-length cannot be measured:\n${head}`);
  }
  const length = headLength + headEnd.length + Number(bodyLength);
  return received.length < length ? undefined : { status: Number(head.slice(9, 12)), length };
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
