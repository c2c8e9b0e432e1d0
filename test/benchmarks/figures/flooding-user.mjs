import { load, startAlcove } from "../processes.mjs";
import { median } from "../statistics.mjs";

// Few enough that the machine is not busy with them alone: then it is the flood that makes the difference.
const others = { connections: 32, users: 1000, requestsPerSecond: 1000 };
const flood = { connections: 32, users: 1, cookie: "flood" };

/** A thousand users call now and then; in every other turn one more user sends as much as 32 connections carry. */
export async function measure({ folder, rounds, durationMs, log }) {
  const server = await startAlcove(folder, { name: "flooded" });
  try {
    await load(server, { ...others, durationMs });
    const ratios = [];
    for (let round = 0; round < rounds; round += 1) {
      const calm = await load(server, { ...others, durationMs });
      const [flooded, flooder] = await Promise.all([
        load(server, { ...others, durationMs }),
        load(server, { ...flood, durationMs }),
      ]);
      ratios.push(flooded.p99Ms / calm.p99Ms);
      const perSecond = Math.round(flooder.requestsPerSecond);
      log(`p99 ${calm.p99Ms.toFixed(2)} ms, while flooded with ${perSecond}/s ${flooded.p99Ms.toFixed(2)} ms`);
    }
    return [
      {
        figure: "p99 of a thousand users while another one floods / before",
        value: median(ratios),
        target: { atMost: 1.2 },
      },
    ];
  } finally {
    await server.stop();
  }
}
