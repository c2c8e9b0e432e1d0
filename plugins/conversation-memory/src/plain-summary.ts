import { cut } from "./text-length.js";
import type { Turn } from "./turns.js";

const CHARACTERS_OF_A_TURN = 120;

/**
 * A summary without a model: a line for each turn, with who spoke and the first sentence of it. When the lines become too many, the oldest
 * are dropped.
 */
export function plainSummary({
  summary,
  turns,
  max_characters,
}: {
  readonly summary: string;
  readonly turns: readonly Turn[];
  readonly max_characters: number;
}): string {
  const lines = [...summary.split("\n").filter(Boolean), ...turns.map(lineOf)];
  let first = lines.length;
  let characters = -1;
  for (const line of lines.toReversed()) {
    characters += line.length + 1;
    if (characters > max_characters) {
      break;
    }
    first -= 1;
  }
  return lines.slice(first).join("\n");
}

function lineOf({ role, content }: Turn): string {
  const [sentence = ""] = content.trim().split(/(?<=[.!?])\s|\n/);
  return `${role}: ${cut(sentence, CHARACTERS_OF_A_TURN)}`;
}
