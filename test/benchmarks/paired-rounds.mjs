import { load } from "./processes.mjs";
import { median } from "./statistics.mjs";

/**
 * Loads servers in turn, one after the other in each round and in another order in the next, so that whatever slows the
 * machine down for a while slows all of them. Resolves to each server's measurements, round by round.
 *
 * @param contestants Pairs of a server and the load it gets; the first one is the yardstick.
 */
export async function pairedRounds(contestants, rounds, log) {
  for (const { server, settings } of contestants) {
    await load(server, settings);
  }
  const measured = contestants.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const index = (round + turn) % contestants.length;
      const { server, settings } = contestants[index];
      measured[index].push(await load(server, settings));
    }
    log(measured.map((figures, index) => `${contestants[index].server.name} ${describe(figures.at(-1))}`).join("; "));
  }
  return measured;
}

/** The median over the rounds of one figure's ratio to the yardstick's in the same round. */
export function medianRatio(measured, yardstick, figure) {
  return median(measured.map((figures, round) => figures[figure] / yardstick[round][figure]));
}

/** The median of one figure. */
export function medianOf(measured, figure) {
  return median(measured.map((figures) => figures[figure]));
}

function describe({ requestsPerSecond, p50Ms, p99Ms }) {
  return `${Math.round(requestsPerSecond)}/s p50 ${p50Ms.toFixed(2)} p99 ${p99Ms.toFixed(2)} ms`;
}
