import { type Collection, z } from "@alcove/plugin-api";

/** One thing that was said. `at` is when it was appended, as ISO 8601. */
export const turnSchema = z.object({
  role: z.enum(["user", "assistant", "system", "tool"]),
  content: z.string(),
  at: z.string(),
});

/** The collection of the turns. */
export const turnsCollection = { item: turnSchema, version: 1 };

/** A turn and its number, as calls answer it. Numbers count up and are never used again. */
export const numberedTurnSchema = turnSchema.extend({ sequence: z.number().int().positive() });

/** One thing that was said. */
export type Turn = z.output<typeof turnSchema>;

/** A turn and its number. */
export type NumberedTurn = z.output<typeof numberedTurnSchema>;

/** A part of the turns. */
export interface TurnPage {
  /** The turns, as they were asked for. */
  readonly turns: NumberedTurn[];
  /** Where the page of older turns begins; not there when there is none. */
  readonly next?: number;
}

/** Which turns are asked for. */
export interface TurnRequest {
  /** The number to begin at, backwards; the newest turn if left out. */
  readonly from?: number | undefined;
  /** At most so many. */
  readonly limit: number;
}

/** So many turns a search reads in one call at most; it says where to go on. */
export const searchedPerCall = 1_000;

const searchedAtOnce = 100;

/** The newest turns up to a number, the oldest of them first, as they were said. */
export async function recall(turns: Collection<Turn>, { from, limit }: TurnRequest): Promise<TurnPage> {
  const { items, next } = await turns.page({ direction: "backward", from, limit });
  return page(items.map(numbered).reverse(), next);
}

/**
 * The turns that hold every word of a text, in whatever case, the newest first. `next` is there as long as older turns have not been
 * looked at, also when none was found so far.
 */
export async function search(turns: Collection<Turn>, text: string, { from, limit }: TurnRequest): Promise<TurnPage> {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const found: NumberedTurn[] = [];
  let next = from;
  for (let read = 0; read < searchedPerCall; read += searchedAtOnce) {
    const part = await turns.page({ direction: "backward", from: next, limit: searchedAtOnce });
    for (const turn of part.items.filter(({ item }) => holdsAll(item, words))) {
      found.push(numbered(turn));
      if (found.length === limit) {
        return page(found, await olderThan(turns, turn.sequence));
      }
    }
    next = part.next;
    if (next === undefined) {
      break;
    }
  }
  return page(found, next);
}

function holdsAll({ content }: Turn, words: readonly string[]): boolean {
  const text = plain(content);
  return words.every((word) => text.includes(word));
}

async function olderThan(turns: Collection<Turn>, sequence: number): Promise<number | undefined> {
  const { next } = await turns.page({ direction: "backward", from: sequence, limit: 1 });
  return next;
}

function numbered({ sequence, item }: { readonly sequence: number; readonly item: Turn }): NumberedTurn {
  return { sequence, ...item };
}

function page(turns: NumberedTurn[], next: number | undefined): TurnPage {
  return { turns, ...(next === undefined ? {} : { next }) };
}

function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
