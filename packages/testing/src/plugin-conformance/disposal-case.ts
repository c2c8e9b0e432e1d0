import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { formatLocation } from "@alcove/plugin-api";
import type { HandleWatch } from "@alcove/runtime";
import type { LoggedLine } from "../test-alcove/kept-log.js";
import type { ConformanceOptions } from "./conformance-options.js";
import { type ConformanceRoom, withRoom } from "./conformance-room.js";
import { play } from "./play.js";

/** Its name as a test. */
export const disposalCaseName = "gives back what it acquires";

const remedy = "Give back in onDispose what build acquires, and in onStop what a hook does.";
const PATIENCE_MS = 2_000;
const LOOK_INTERVAL_MS = 20;

// What comes and goes with any promise or file, and says nothing of who holds it.
const passing = new Set(["FSReqPromise", "FSReqCallback", "Immediate", "TickObject"]);

type Plugins = ConformanceRoom["alcove"]["application"]["plugins"];

/**
 * Starts, uses and closes the plugin twice. What was opened by the plugin and is still open has leaked; so has what is open after the second
 * time and was not after the first, whoever opened it.
 */
export async function checkDisposal(options: ConformanceOptions): Promise<void> {
  // Loaded here, as Alcove itself is, so that a test of a clock does not wait for it.
  const { watchHandles } = await import("alcove");
  const handles = watchHandles();
  try {
    const plugins = await useOnce(options, handles);
    const before = openResources();
    await useOnce(options, handles);
    const left = await handles.leftBy(plugins, PATIENCE_MS);
    const lines = left.map(
      ({ what, part, openedAt }) =>
        `  ${what}, opened at ${formatLocation(openedAt)}${part === undefined ? "" : ` by ${part}`}`,
    );
    assert(lines.length === 0, `After closing, these were still open:\n${lines.join("\n")}\n${remedy}`);
    const leaked = await lasting(before);
    assert(leaked.length === 0, `After closing, these were still open: ${leaked.join(", ")}. ${remedy}`);
  } finally {
    handles.stopNoting();
  }
}

async function lasting(before: ReadonlyMap<string, number>): Promise<string[]> {
  let leaked = growth(before);
  for (let waitedMs = 0; leaked.length > 0 && waitedMs < PATIENCE_MS; waitedMs += LOOK_INTERVAL_MS) {
    await pause(LOOK_INTERVAL_MS);
    leaked = growth(before);
  }
  return leaked;
}

async function useOnce(options: ConformanceOptions, handles: HandleWatch): Promise<Plugins> {
  const complaints: LoggedLine[] = [];
  let plugins: Plugins = [];
  const use = async ({ alcove, calls }: ConformanceRoom): Promise<void> => {
    plugins = alcove.application.plugins;
    await play(alcove.user("passing"), calls, options);
    const used = alcove.log.length;
    await alcove.close();
    complaints.push(...alcove.log.slice(used).filter(({ level }) => level === "warn" || level === "error"));
  };
  await withRoom(options, use, { handles });
  const lines = complaints.map(
    ({ message, fields }) => `  ${message}: ${String(fields["error"] ?? fields["errors"] ?? "")}`,
  );
  assert(lines.length === 0, `Closing was to go without complaint, and this was logged:\n${lines.join("\n")}`);
  return plugins;
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
