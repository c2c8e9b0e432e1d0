import type { Problem, SourceLocation } from "@alcove/plugin-api";
import { type DiscoveredPlugin, describePlugin, displayPath } from "@alcove/plugin-loader";
import type { HandleKind } from "./handle-kinds.js";
import type { HandleOwner } from "./handle-owner.js";
import { isOwnFile, placesOf } from "./opened-at.js";

/** A handle that keeps the process alive. */
export interface OpenHandle {
  readonly kind: HandleKind;
  /** Whose code was called when it was opened, where that is known. */
  readonly owner: HandleOwner | undefined;
  /** Where it was opened, as V8 writes it. */
  readonly stack: string;
}

/** What a plugin has left open in one place. */
export interface LeftHandle {
  /** Who opened it. */
  readonly plugin: DiscoveredPlugin;
  /** Which part of the plugin was called, where that is known. */
  readonly part: string | undefined;
  /** What, in words, e.g. `a timer` or `a child process and 3 connections`. */
  readonly what: string;
  /** How it is given back, e.g. `Clear it`. */
  readonly givenBackBy: string;
  /** The innermost line of the plugin's own code, else of any; the manifest where none is known. */
  readonly openedAt: SourceLocation;
}

/** What of the open handles belongs to plugins: one entry for each place, however many were opened there. */
export function leftHandles(open: readonly OpenHandle[], plugins: readonly DiscoveredPlugin[]): LeftHandle[] {
  const places = new Map<string, { plugin: DiscoveredPlugin; openedAt: SourceLocation; handles: OpenHandle[] }>();
  for (const handle of open) {
    const found = pluginOf(handle, plugins);
    if (found !== undefined) {
      const key = JSON.stringify([found.plugin.id, found.openedAt]);
      const place = places.get(key) ?? { ...found, handles: [] };
      place.handles.push(handle);
      places.set(key, place);
    }
  }
  return [...places.values()].map(({ plugin, openedAt, handles }) => ({
    plugin,
    part: handles.find(({ owner }) => owner?.plugin === plugin)?.owner?.part,
    what: counted(handles.map(({ kind }) => kind)),
    givenBackBy: handles.length === 1 && handles[0] !== undefined ? handles[0].kind.givenBackBy : "Give them back",
    openedAt,
  }));
}

/** The same as a line of a report. */
export function leakProblem({ plugin, part, what, givenBackBy, openedAt }: LeftHandle): Problem {
  const opener = part === undefined ? "" : `, which ${part} opened`;
  return {
    rule: "plugin-leak",
    severity: "error",
    message: `The plugin ${describePlugin(plugin)} has left ${what} open${opener}.`,
    source: openedAt,
    remedy: `${givenBackBy} where the part ends: in onDispose, in onStop, or where a service is deactivated.`,
  };
}

/** Whose code is innermost in the stack; where it is no plugin's, who was called when it was opened. */
function pluginOf(
  { owner, stack }: OpenHandle,
  plugins: readonly DiscoveredPlugin[],
): { plugin: DiscoveredPlugin; openedAt: SourceLocation } | undefined {
  const places = placesOf(stack);
  for (const place of places) {
    const plugin = plugins.find(({ directory }) => isOwnFile(place.file, directory));
    if (plugin !== undefined) {
      return { plugin, openedAt: { ...place, file: displayPath(place.file) } };
    }
  }
  if (owner === undefined) {
    return undefined;
  }
  const [place = { file: owner.plugin.manifestFile }] = places;
  return { plugin: owner.plugin, openedAt: { ...place, file: displayPath(place.file) } };
}

function counted(kinds: readonly HandleKind[]): string {
  const texts = [...new Set(kinds)].map((kind) => {
    const count = kinds.filter((each) => each === kind).length;
    return count === 1 ? kind.one : `${count} ${kind.many}`;
  });
  const last = texts.at(-1) ?? "";
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(", ")} and ${last}`;
}
