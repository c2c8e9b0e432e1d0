import { z } from "zod";
import type { VersionRanges } from "./version-ranges.js";

/** What {@link checkAlcoveRange} found; `absent` is for the manifest's schema to complain about. */
export type AlcoveRangeCheck =
  | { readonly outcome: "satisfied" }
  | { readonly outcome: "absent" }
  | { readonly outcome: "invalid"; readonly range: string }
  | { readonly outcome: "unsatisfied"; readonly range: string };

const withRange = z.object({ requires: z.object({ alcove: z.string().min(1) }) });

/**
 * Checks `requires.alcove` of a manifest's plain value, whatever else is wrong with the manifest.
 *
 * @param alcoveVersion The running version.
 */
export function checkAlcoveRange(
  manifestValue: unknown,
  alcoveVersion: string,
  versionRanges: VersionRanges,
): AlcoveRangeCheck {
  const range = withRange.safeParse(manifestValue).data?.requires.alcove;
  if (range === undefined) return { outcome: "absent" };
  const isSatisfied = versionRanges.includes(range, alcoveVersion);
  if (isSatisfied === undefined) return { outcome: "invalid", range };
  return isSatisfied ? { outcome: "satisfied" } : { outcome: "unsatisfied", range };
}
