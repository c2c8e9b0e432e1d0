import parse from "semver/functions/parse.js";
import { z } from "zod";
import { parseRange } from "./version-range.js";

/** What {@link checkAlcoveRange} found; `absent` is for the manifest's schema to complain about. */
export type AlcoveRangeCheck =
  | { readonly outcome: "satisfied" }
  | { readonly outcome: "absent" }
  | { readonly outcome: "invalid"; readonly range: string }
  | { readonly outcome: "unsatisfied"; readonly range: string };

const withRange = z.looseObject({ requires: z.looseObject({ alcove: z.string().min(1) }) });

/**
 * Checks `requires.alcove` of a manifest's plain value, whatever else is wrong with the manifest. Pre-releases of
 * Alcove are ordered like any other version: 0.1.1-beta.1 is in ^0.1.0, and 0.1.0-beta.1 is before it.
 *
 * @param alcoveVersion The running version.
 * @throws TypeError when `alcoveVersion` is no semantic version.
 */
export function checkAlcoveRange(manifestValue: unknown, alcoveVersion: string): AlcoveRangeCheck {
  const version = parse(alcoveVersion);
  if (version === null) throw new TypeError(`"${alcoveVersion}" is not a semantic version.`);
  const range = withRange.safeParse(manifestValue).data?.requires.alcove;
  if (range === undefined) return { outcome: "absent" };
  const parsed = parseRange(range);
  if (parsed === undefined) return { outcome: "invalid", range };
  return parsed.test(version) ? { outcome: "satisfied" } : { outcome: "unsatisfied", range };
}
