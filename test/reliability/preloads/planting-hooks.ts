import type { LoadHook } from "node:module";
import type { z } from "zod";
import { plantingSchema, withBug } from "../planted-bugs.js";

let bug: z.output<typeof plantingSchema> | undefined;

/** Called once by Node with what `register` was given. */
export function initialize(data: unknown): void {
  bug = plantingSchema.parse(data);
}

/** Called by Node for each module: changes the text of the one that the bug is for. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (bug === undefined || !url.endsWith(`/${bug.module}`) || loaded.source === undefined) {
    return loaded;
  }
  const source =
    typeof loaded.source === "string" ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
  return { ...loaded, source: withBug(bug, source) };
};
