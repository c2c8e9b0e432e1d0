import { readFileSync, writeFileSync } from "node:fs";

// Imported into a server before anything else: shifts its wall clock by the milliseconds that stand in a file, and follows
// that file. Timers and the monotonic clock go on as they are, as they do when a machine's clock is set.

const file = new URL(import.meta.url).searchParams.get("file");
if (file === null) {
  throw new TypeError("shifted-clock is imported with ?file=<path of a file with the offset>.");
}
const offsetFile = file;
const realNow = Date.now;
let offsetMs = readOffset();
writeFileSync(`${offsetFile}.seen`, String(offsetMs));

Date.now = () => realNow() + offsetMs;

setInterval(() => {
  const next = readOffset();
  if (next !== offsetMs) {
    offsetMs = next;
    writeFileSync(`${offsetFile}.seen`, String(offsetMs));
  }
}, 5).unref();

function readOffset(): number {
  return Number(readFileSync(offsetFile, "utf8"));
}
