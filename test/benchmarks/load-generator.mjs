// Sends POST /generate over keep-alive connections, one request at a time on each, until its time is over or it has sent as many
// as asked for: the next as soon as the last is answered, or so many a second. Runs in a process of its own, speaks just enough HTTP to be cheap, and
// prints one line of JSON with what it saw.
import { connect } from "node:net";

const settings = JSON.parse(process.argv[2]);
const { port, connections, users, durationMs, cookie = "bench", requestsPerSecond } = settings;
const maxRequests = settings.maxRequests ?? Number.POSITIVE_INFINITY;
const intervalMs = requestsPerSecond === undefined ? 0 : (1000 * connections) / requestsPerSecond;

const headEnd = Buffer.from("\r\n\r\n");
const body = JSON.stringify({ text: "a line of forty bytes, more or less, in all" });
const requests = Array.from({ length: users }, (_, user) =>
  Buffer.from(
    [
      "POST /generate HTTP/1.1",
      `host: 127.0.0.1:${port}`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      `cookie: nat-session=${cookie}-${user}`,
      "",
      body,
    ].join("\r\n"),
  ),
);

const latenciesMs = [];
const failures = new Map();
let sent = 0;

const startedAtMs = performance.now();
const endsAtMs = startedAtMs + durationMs;
await Promise.all(Array.from({ length: connections }, keepSending));
const seconds = (performance.now() - startedAtMs) / 1000;

latenciesMs.sort((one, other) => one - other);
console.log(
  JSON.stringify({
    requests: latenciesMs.length,
    requestsPerSecond: latenciesMs.length / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    failures: Object.fromEntries(failures),
  }),
);

/** One connection: sends, waits for the whole reply, sends the next; resolves when the time is over. */
function keepSending() {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let received = Buffer.alloc(0);
    let sentAtMs = 0;
    let dueAtMs = performance.now() + Math.random() * intervalMs;
    const sendWhenDue = () => {
      const waitMs = dueAtMs - performance.now();
      dueAtMs += intervalMs;
      if (intervalMs === 0 || waitMs <= 0) {
        send();
      } else {
        setTimeout(send, waitMs);
      }
    };
    const send = () => {
      sentAtMs = performance.now();
      socket.write(requests[sent % users]);
      sent += 1;
    };
    const stop = (reason) => {
      if (reason !== undefined) {
        failures.set(reason, (failures.get(reason) ?? 0) + 1);
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
        failures.set(`status ${reply.status}`, (failures.get(`status ${reply.status}`) ?? 0) + 1);
      }
      const nowMs = performance.now();
      latenciesMs.push(nowMs - sentAtMs);
      if (nowMs < endsAtMs && sent < maxRequests) {
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

function quantile(share) {
  return latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? Number.NaN;
}
