import { readFileSync, writeFileSync } from "node:fs";
import type { Random } from "../random.js";

const damagesAtMost = 6;
const longestScribble = 64;

/** Damages a file in a few random places: a bit here, a byte there, a run of zeros or of anything. Returns where. */
export function damageFile(path: string, random: Random): string[] {
  const content = readFileSync(path);
  const places = Array.from({ length: random.between(1, damagesAtMost) }, () => damage(content, random));
  writeFileSync(path, content);
  return places;
}

/**
 * Changes one byte of a text that stands in a file, wherever it stands. Returns in how many places it did.
 *
 * @param text Is to be found as it is; its last character is the one that is changed.
 */
export function damageText(path: string, text: string): number {
  const content = readFileSync(path);
  let places = 0;
  for (let at = content.indexOf(text); at !== -1; at = content.indexOf(text, at + 1)) {
    const last = at + Buffer.byteLength(text) - 1;
    content[last] = (content[last] ?? 0) ^ 0x01;
    places += 1;
  }
  writeFileSync(path, content);
  return places;
}

function damage(content: Buffer, random: Random): string {
  const at = random.between(0, content.length - 1);
  const kind = random.pick(["bit", "byte", "zeros", "scribble"] as const);
  const length = kind === "bit" || kind === "byte" ? 1 : random.between(2, longestScribble);
  for (let offset = at; offset < Math.min(at + length, content.length); offset += 1) {
    const before = content[offset] ?? 0;
    const damaged = {
      bit: () => before ^ (1 << random.between(0, 7)),
      byte: () => before ^ random.between(1, 255),
      zeros: () => 0,
      scribble: () => random.between(0, 255),
    };
    content[offset] = damaged[kind]();
  }
  return `${kind} at ${at}, ${length} bytes`;
}
