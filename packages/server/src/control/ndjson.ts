/** How much text is collected before it is sent. */
const CHARACTERS_PER_CHUNK = 16_384;

/** The lines of a reply: every item, then how it ended. What goes wrong on the way is the last line. */
export async function* linesOf(
  items: AsyncIterable<unknown>,
  describeError: (error: unknown) => object,
): AsyncGenerator<string> {
  let text = "";
  try {
    for await (const item of items) {
      text += line({ item });
      if (text.length >= CHARACTERS_PER_CHUNK) {
        yield text;
        text = "";
      }
    }
    text += line({ end: null });
  } catch (error) {
    text += line({ error: describeError(error) });
  }
  yield text;
}

/** A value as a line of its own. */
export function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Splits a stream of text into its lines. (Node's `readline` also splits at characters that JSON leaves as they are.) */
export async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
