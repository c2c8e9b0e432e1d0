import { readFileSync } from "node:fs";

const file: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** The version of this package, which is that of all packages of Alcove. */
export const packageVersion = versionOf(file);

function versionOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "version" in value && typeof value.version === "string") {
    return value.version;
  }
  throw new TypeError("The package.json of create-alcove names no version.");
}
