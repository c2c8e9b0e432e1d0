import { AlcoveError } from "@alcove/plugin-api";

const OPTION = "--override";

/**
 * Joins the two arguments of each `--override <key> <value>` into one, `--override=<key> <value>`, because the argument
 * parser knows options of one value only. A key cannot contain a space, so the first one parts them again.
 *
 * @throws AlcoveError USAGE when an override lacks its value
 */
export function joinOverrides(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? "";
    if (argument === "--") {
      return [...joined, ...argv.slice(index)];
    }
    if (argument !== OPTION) {
      joined.push(argument);
      continue;
    }
    const [key, value] = [argv[index + 1], argv[index + 2]];
    if (key === undefined || value === undefined || key.startsWith("--")) {
      throw new AlcoveError("USAGE", `${OPTION} needs a key and a value, e.g. ${OPTION} general.front_end.port 9000.`);
    }
    joined.push(`${OPTION}=${key} ${value}`);
    index += 2;
  }
  return joined;
}

/** Parts what {@link joinOverrides} joined. A value is missing when `--override=key` was written by hand; it is empty then. */
export function partOverride(joined: string): { readonly path: string; readonly value: string } {
  const space = joined.indexOf(" ");
  return space === -1 ? { path: joined, value: "" } : { path: joined.slice(0, space), value: joined.slice(space + 1) };
}
