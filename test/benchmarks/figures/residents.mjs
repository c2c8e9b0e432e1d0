import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("../residency.mjs", import.meta.url));

/** What a user in memory costs, how long waking up takes, and whether memory grows while users come and go. */
export async function measure({ folder, activations, log }) {
  const json = join(folder, "residency.json");
  const options = ["--json", json, "--activations", String(activations), "--seconds", "1200", "--folder", folder];
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script, ...options]);
  log(stdout.trim());
  const { heap, wake, churn } = JSON.parse(readFileSync(json, "utf8"));
  const added = (quantile) => wake[quantile].wokenMs - wake[quantile].residentMs;
  const [first, last] = churn.marks;
  return [
    { figure: "waking a dormant user, ms added at p50", value: added("p50"), target: { atMost: 1 } },
    { figure: "waking a dormant user, ms added at p99", value: added("p99"), target: { atMost: 5 } },
    {
      figure: "heap per resident user of the example, kB",
      value: heap.bytesPerUser / 1000,
      target: { atMost: 40 },
    },
    {
      figure: `heap after ${last.activations.toLocaleString("en")} activations / after ${first.activations.toLocaleString("en")}`,
      value: 1 + churn.growth,
      target: { atMost: 1.02 },
    },
  ];
}
