import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { LoggedLine } from "../test-alcove/kept-log.js";
import type { ConformanceOptions } from "./conformance-options.js";
import { withRoom } from "./conformance-room.js";
import { play } from "./play.js";

/** Its name as a test. */
export const disposalCaseName = "gives back what it acquires";

const PATIENCE_MS = 2_000;
const LOOK_INTERVAL_MS = 20;

// What comes and goes with any promise or file, and says nothing of who holds it.
const passing = new Set(["FSReqPromise", "FSReqCallback", "Immediate", "TickObject"]);

/** Starts, uses and closes the plugin twice: what is open after the second time and was not after the first has leaked. */
export async function checkDisposal(options: ConformanceOptions): Promise<void> {
  await useOnce(options);
  const before = openResources();
  await useOnce(options);
  let leaked = growth(before);
  for (let waitedMs = 0; leaked.length > 0 && waitedMs < PATIENCE_MS; waitedMs += LOOK_INTERVAL_MS) {
    await pause(LOOK_INTERVAL_MS);
    leaked = growth(before);
  }
  assert(
    leaked.length === 0,
    `After closing, these were still open: ${leaked.join(", ")}. Give back in onDispose what build acquires.`,
  );
}

async function useOnce(options: ConformanceOptions): Promise<void> {
  const complaints: LoggedLine[] = [];
  await withRoom(options, async ({ alcove, calls }) => {
    await play(alcove.user("passing"), calls, options);
    const used = alcove.log.length;
    await alcove.close();
    complaints.push(...alcove.log.slice(used).filter(({ level }) => level === "warn" || level === "error"));
  });
  const lines = complaints.map(
    ({ message, fields }) => `  ${message}: ${String(fields["error"] ?? fields["errors"] ?? "")}`,
  );
  assert(lines.length === 0, `Closing was to go without complaint, and this was logged:\n${lines.join("\n")}`);
}

function openResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo().filter((name) => !passing.has(name))) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function growth(before: ReadonlyMap<string, number>): string[] {
  return [...openResources()].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 ? [`${more} ${kind}`] : [];
  });
}
