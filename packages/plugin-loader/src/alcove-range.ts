import { z } from "zod";
import type { VersionRanges } from "./version-ranges.js";

/** What {@link checkAlcoveRange} found; `absent` is for the manifest's schema to complain about. */
export type AlcoveRangeCheck =
  | { readonly outcome: "satisfied" }
  | { readonly outcome: "absent" }
  | { readonly outcome: "invalid"; readonly range: string }
  | { readonly outcome: "unsatisfied"; readonly range: string };

const withRange = z.object({ requires: z.object({ alcove: z.string().min(1) }) });

/** `requires.alcove` of a manifest's plain value, whatever else is wrong with the manifest; `undefined` where there is none. */
export function statedAlcoveRange(manifestValue: unknown): string | undefined {
  return withRange.safeParse(manifestValue).data?.requires.alcove;
}

/**
 * Checks what a manifest says in `requires.alcove`.
 *
 * @param alcoveVersion The running version.
 */
export function checkAlcoveRange(
  range: string | undefined,
  alcoveVersion: string,
  versionRanges: VersionRanges,
): AlcoveRangeCheck {
  if (range === undefined) return { outcome: "absent" };
  const isSatisfied = versionRanges.includes(range, alcoveVersion);
  if (isSatisfied === undefined) return { outcome: "invalid", range };
  return isSatisfied ? { outcome: "satisfied" } : { outcome: "unsatisfied", range };
}
