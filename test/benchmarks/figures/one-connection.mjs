import { medianOf, pairedRounds } from "../paired-rounds.mjs";
import { startAlcove, startEcho } from "../processes.mjs";

const allowedBesideFsyncMs = 0.3;

/** One user on one connection, one call after the other: what a durable call adds to its latency. */
export async function measure({ folder, rounds, durationMs, machine, log }) {
  const settings = { connections: 1, users: 1, durationMs };
  const servers = [await startEcho(), await startAlcove(folder, { name: "alone" })];
  try {
    const contestants = servers.map((server) => ({ server, settings }));
    const [echo, alcove] = await pairedRounds(contestants, rounds, log);
    return [
      {
        figure: "one connection, p50 of a durable call, in ms more than the echo's",
        value: medianOf(alcove, "p50Ms") - medianOf(echo, "p50Ms"),
        target: { atMost: machine.fsync.p50Ms + allowedBesideFsyncMs },
      },
    ];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
