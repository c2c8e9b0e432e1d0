import { load, startAlcove } from "../processes.mjs";
import { median } from "../statistics.mjs";

// Few enough that the machine is not busy with them alone: then it is the flood that makes the difference.
const others = { connections: 32, users: 1000, requestsPerSecond: 1000 };
const flood = { connections: 32, users: 1, cookie: "flood" };

/**
 * A thousand users call now and then. In the turn after, they call at the same moments, and one more user sends as much as 32
 * connections carry; and in the turn after that, the thousand alone call as often as all were answered.
 */
export async function measure({ folder, rounds, durationMs, log }) {
  const server = await startAlcove(folder, { name: "flooded" });
  try {
    await load(server, { ...others, durationMs });
    const floodRatios = [];
    const crowdRatios = [];
    for (let round = 0; round < rounds; round += 1) {
      const callers = { ...others, durationMs, seed: round };
      const calm = await load(server, callers);
      const flooded = await load(server, { ...callers, beside: flood });
      const { requestsPerSecond } = flooded.beside;
      const asMany = others.requestsPerSecond + requestsPerSecond;
      const crowded = await load(server, { ...callers, connections: 64, requestsPerSecond: asMany });
      floodRatios.push(flooded.p99Ms / calm.p99Ms);
      crowdRatios.push(crowded.p99Ms / calm.p99Ms);
      log(
        `p99 ${calm.p99Ms.toFixed(2)} ms, while flooded with ${Math.round(requestsPerSecond)}/s ${flooded.p99Ms.toFixed(2)} ms, when they alone call as often ${crowded.p99Ms.toFixed(2)} ms`,
      );
    }
    return [
      {
        figure: "p99 of a thousand users while another one floods / before",
        value: median(floodRatios),
        target: { atMost: 1.2 },
      },
      { figure: "the same where the thousand call as often as all did", value: median(crowdRatios) },
    ];
  } finally {
    await server.stop();
  }
}
