import { medianOf, medianRatio, pairedRounds } from "../paired-rounds.mjs";
import { startAlcove, startEcho } from "../processes.mjs";

/** Durable calls with 1 kB of state, against a server that keeps nothing: how many, and how late the latest. */
export async function measure({ folder, rounds, durationMs, log }) {
  const settings = { connections: 64, users: 1000, durationMs };
  const servers = [];
  try {
    for (const start of [() => startEcho(), () => startAlcove(folder), () => startEcho("alcove")]) {
      servers.push(await start());
    }
    const contestants = servers.map((server) => ({ server, settings }));
    const [echo, alcove, ownParser] = await pairedRounds(contestants, rounds, log);
    return [
      {
        figure: "durable calls / echo with koa-bodyparser, requests per second",
        value: medianRatio(alcove, echo, "requestsPerSecond"),
        target: { atLeast: 0.95 },
        perSecond: medianOf(alcove, "requestsPerSecond"),
      },
      {
        figure: "durable calls / echo with the same body parser, requests per second",
        value: medianRatio(alcove, ownParser, "requestsPerSecond"),
      },
      {
        figure: "p99 of durable calls / p99 of the echo",
        value: medianRatio(alcove, echo, "p99Ms"),
        target: { atMost: 2 },
        milliseconds: medianOf(alcove, "p99Ms"),
      },
    ];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
