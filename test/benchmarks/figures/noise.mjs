import { medianRatio, pairedRounds } from "../paired-rounds.mjs";
import { startEcho } from "../processes.mjs";

/** The yardstick against itself: how far from 1 chance alone takes a ratio. */
export async function measure({ rounds, durationMs, log }) {
  const servers = [await startEcho(), await startEcho()];
  try {
    const settings = { connections: 64, users: 1000, durationMs };
    const contestants = servers.map((server) => ({ server, settings }));
    const [one, other] = await pairedRounds(contestants, rounds, log);
    return [{ figure: "echo / echo, requests per second", value: medianRatio(other, one, "requestsPerSecond") }];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
