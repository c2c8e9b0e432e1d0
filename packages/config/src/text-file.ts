import { extname, resolve } from "node:path";
import type { ScalarNode } from "./config-node.js";
import { readText } from "./read-text.js";

/** What a value begins with that stands for the text of a file. */
export const TEXT_FILE_SCHEME = "file://";

const suffixes = [".txt", ".md", ".j2", ".jinja2", ".jinja", ".prompt", ".tpl", ".template", ".pem"];

/** The text of a file, or what is wrong and how to mend it. */
export type TextFileReading = { readonly text: string } | { readonly message: string; readonly remedy: string };

/**
 * Reads the file a `file://` value names, relative to the file the value stands in.
 *
 * @param value the value with its variables expanded; messages print the node's written text instead.
 */
export async function readTextFile(node: ScalarNode, value: string): Promise<TextFileReading> {
  const name = value.slice(TEXT_FILE_SCHEME.length);
  if (name === "") return { message: "file:// names no file.", remedy: "Write file://prompt.md, for instance." };
  if (!suffixes.includes(extname(name).toLowerCase())) {
    return {
      message: `${node.written} has no suffix that file:// takes.`,
      remedy: `Name a file that ends in ${suffixes.slice(0, -1).join(", ")} or ${suffixes.at(-1)}.`,
    };
  }
  const reading = await readText(resolve(node.place.directory, name));
  if ("text" in reading) return reading;
  return {
    message: `${node.written} ${reading.fault}.`,
    remedy: "Name a readable text file, relative to the file this value stands in.",
  };
}
