// node validate-plugins.mjs FOLDER: finds and checks the plugins of a project, once and then again and again, and prints how
// long that took.
import { discoverPlugins } from "@alcove/plugin-loader";
import { alcoveVersion } from "alcove";

const [, , hostDirectory] = process.argv;
const repetitions = 20;

const elapsedMs = [];
for (let repetition = 0; repetition <= repetitions; repetition += 1) {
  const startedAtMs = performance.now();
  const { plugins, problems } = await discoverPlugins({ hostDirectory, listed: [], alcoveVersion });
  elapsedMs.push(performance.now() - startedAtMs);
  if (repetition === 0) {
    console.log(JSON.stringify({ plugins: plugins.length, problems }));
  }
}
const [firstMs, ...laterMs] = elapsedMs;
console.log(JSON.stringify({ firstMs, laterMs }));
