import { medianRatio, pairedRounds } from "../paired-rounds.mjs";
import { load, startAlcove, writeConfig } from "../processes.mjs";

const pages = ["page_1", "page_2", "page_3", "page_4", "page_5"];

/** Five pages of which each call changes one line of one: 1 kB in all, or 50 kB. */
function shelfOf(linesPerPage) {
  return {
    functions: Object.fromEntries(pages.map((page) => [page, { _type: "benchmark_lines", lines: linesPerPage }])),
    workflow: { _type: "benchmark_shelf", pages },
  };
}

/** The same amount in a collection, of which each call adds one item and drops another. */
function historyOf(lines) {
  return { workflow: { _type: "benchmark_history", lines } };
}

/** What large states cost a call that changes little of them. */
export async function measure({ folder, rounds, durationMs, log }) {
  const settings = { connections: 64, users: 1000, durationMs };
  const compare = async (small, large, figure, atLeast) => {
    const servers = [];
    try {
      for (const [name, sections] of [small, large]) {
        const server = await startAlcove(folder, { name, configFile: writeConfig(folder, name, sections) });
        servers.push(server);
        // Every user's first call makes the state as large as it is to be.
        await load(server, { ...settings, maxRequests: 2 * settings.users, durationMs: 120_000 });
      }
      const contestants = servers.map((server) => ({ server, settings }));
      const [yardstick, measured] = await pairedRounds(contestants, rounds, log);
      const value = medianRatio(measured, yardstick, "requestsPerSecond");
      return { figure, value, target: { atLeast } };
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  };
  return [
    await compare(
      ["1 kB", shelfOf(3)],
      ["50 kB", shelfOf(170)],
      "calls with 50 kB in five components, one changed / with 1 kB",
      0.5,
    ),
    await compare(
      ["10 items", historyOf(10)],
      ["500 items", historyOf(500)],
      "calls with 50 kB in a collection / with 1 kB in it",
      0.9,
    ),
  ];
}
