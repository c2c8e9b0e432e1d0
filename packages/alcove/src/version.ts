import { readFileSync } from "node:fs";

// Read without the schema library, which takes longer to load than `alcove --version` is to take.
const packageFile: { readonly version: string } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);

/** The version of Alcove, from its package.json. Plugins' `requires.alcove` is checked against it. */
export const alcoveVersion: string = packageFile.version;
