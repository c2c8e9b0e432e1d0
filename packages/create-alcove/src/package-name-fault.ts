import { builtinModules } from "node:module";

const LONGEST_NAME = 214;
const allowed =
  'Allowed are a to z and 0 to 9, with "-", "_" or "." between them, and a scope in front: @acme/word-count.';
const elsewhere = "The folder is made in the working directory: go to where it should be, and give the name alone.";
const reserved = new Set(["node_modules", "favicon.ico", ...builtinModules]);

/** Why npm, or a file system, would not take a name for a new package, and what to do instead; `undefined` for a good name. */
export function packageNameFault(name: string): string | undefined {
  if (name === "") {
    return `it is empty. ${allowed}`;
  }
  const isScoped = name.startsWith("@");
  const segments = isScoped ? name.slice(1).split("/") : [name];
  if (/^\.*$|\\|^\.*\/|\/.*\//.test(name) || (!isScoped && name.includes("/"))) {
    return `it is a path. ${elsewhere}`;
  }
  if (segments.some((segment) => segment === "") || (isScoped && segments.length < 2)) {
    return `it is a scope without a name, or a name without its scope. ${allowed}`;
  }
  return spellingFault(name, segments) ?? takenFault(name);
}

function spellingFault(name: string, segments: readonly string[]): string | undefined {
  const strange = [...new Set(segments.join("").match(/[^a-z0-9._-]/gu))];
  if (strange.length > 0) {
    const characters = strange.map((character) => JSON.stringify(character)).join(", ");
    return `it has ${characters}. ${adviceFor(name)}`;
  }
  if (segments.some((segment) => !/^[a-z0-9](?:.*[a-z0-9])?$/.test(segment))) {
    return `it begins or ends with a sign. ${adviceFor(name)}`;
  }
  return name.length > LONGEST_NAME ? `it has more than ${LONGEST_NAME} characters. Take a shorter one.` : undefined;
}

function takenFault(name: string): string | undefined {
  // A scope parts it from Node's modules, but the folder is called so without it.
  const folder = name.split("/").at(-1) ?? name;
  return reserved.has(name) || folder === "node_modules"
    ? `it already means something to Node or npm. Take another name, e.g. alcove-plugin-${folder.replace(/[._]/g, "-")}.`
    : undefined;
}

/** Names what comes nearest among the names that are allowed. */
function adviceFor(name: string): string {
  const near = name
    .split("/")
    .map(nearestSegment)
    .filter((segment) => segment !== "");
  const suggested = name.startsWith("@") && near.length === 2 ? `@${near.join("/")}` : near.at(-1);
  return suggested === undefined ? allowed : `Try ${suggested}. ${allowed}`;
}

function nearestSegment(segment: string): string {
  return segment
    .toLowerCase()
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "");
}
