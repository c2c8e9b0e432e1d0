import { join } from "node:path";
import { withApplication, withStore } from "../application.mjs";
import { pageConfig, startAlcove } from "../processes.mjs";
import { median } from "../statistics.mjs";

const commitsInFlight = 2_000;

/** From the start of the process to its first reply, with a store of many sessions and with an empty one. */
export async function measure({ folder, rounds, sessions, log }) {
  const cookie = "nat-session=bench-1";
  await storeSessions(folder, "many", sessions, log);
  const starts = { many: [], none: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ["many", "none"]) {
      const startedAtMs = performance.now();
      const server = await startAlcove(folder, { name });
      const reply = await fetch(`http://127.0.0.1:${server.port}/generate`, {
        method: "POST",
        headers: { cookie, "content-type": "application/json" },
        body: JSON.stringify({ text: "first" }),
      });
      starts[name].push((performance.now() - startedAtMs) / 1000);
      await server.stop();
      if (!reply.ok) {
        throw new Error(`The first reply was ${reply.status}: ${await reply.text()}`);
      }
    }
    log(`first reply after ${starts.many.at(-1).toFixed(2)} s, with an empty store ${starts.none.at(-1).toFixed(2)} s`);
  }
  const count = sessions.toLocaleString("en");
  return [
    {
      figure: `seconds from start to first reply, ${count} stored sessions`,
      value: median(starts.many),
      target: { atMost: 1 },
      withEmptyStore: median(starts.none),
    },
  ];
}

/** Stores the session of one real run under many users' names. */
async function storeSessions(folder, name, count, log) {
  const commits = [];
  const onCommit = (commit) => commits.push(commit);
  await withApplication({ configFile: pageConfig, storePath: join(folder, "one.sqlite"), onCommit }, ({ call }) =>
    call("first", { text: "stored" }),
  );
  const [template] = commits;
  const startedAtMs = performance.now();
  await withStore({ configFile: pageConfig, storePath: join(folder, `${name}.sqlite`) }, async ({ store }) => {
    let next = 0;
    const worker = async () => {
      while (next < count) {
        next += 1;
        await store.commit({ ...template, key: { ...template.key, userId: `stored-${next}` } });
      }
    };
    await Promise.all(Array.from({ length: commitsInFlight }, worker));
  });
  log(`stored ${count} sessions in ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s`);
}
