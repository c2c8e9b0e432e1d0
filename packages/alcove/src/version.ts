import { readFileSync } from "node:fs";
import { z } from "@alcove/plugin-api";

const packageSchema = z.object({ version: z.string() });

/** The version of Alcove, from its package.json. Plugins' `requires.alcove` is checked against it. */
export const alcoveVersion: string = packageSchema.parse(
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")),
).version;
