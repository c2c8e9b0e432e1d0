import fc from "fast-check";
import { expect, it } from "vitest";
import type { EntryToStore } from "./entry-adapter.js";
import { smallColumns, smallTexts } from "./small-changes.js";
import { encodeBatch, rowsInBatch } from "./sqlite-batch-bytes.js";
import { openSqliteConnection } from "./sqlite-connection.js";

const text = fc.string({ unit: "grapheme", minLength: 1 });
const number = fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { nil: undefined });
const entry: fc.Arbitrary<EntryToStore> = fc.record({
  key: text,
  value: fc.oneof(text, fc.constant("ä".repeat(300_000))),
  head: fc.record({ expiresAtMs: number, revision: number }),
  room: number,
  records: fc.option(
    fc.record({
      removed: fc.array(text, { maxLength: 2 }),
      removedRanges: fc.constant([]),
      put: fc.array(fc.tuple(text, text), { maxLength: 3 }).map((pairs) => new Map(pairs)),
      keptRows: fc.constant(undefined),
    }),
    { nil: undefined },
  ),
});

it("SQLite finds in a batch's bytes what was put in, whatever texts and numbers those are", async () => {
  const connection = await openSqliteConnection(":memory:", 0);
  try {
    await connection.query("CREATE TABLE counter(row INTEGER PRIMARY KEY)");
    await connection.query("INSERT INTO counter VALUES (0), (1), (2), (3), (4), (5), (6), (7)");
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), fc.boolean(), async (entries, hasRecords) => {
        const bytes = encodeBatch(entries, hasRecords);
        const rows = await connection.query(rowsInBatch("counter", hasRecords), [bytes, entries.length]);
        expect(rows).toEqual(
          entries.map(({ key, value, head, room, records }) => {
            const texts = smallTexts(records).map((each) => each ?? null);
            return {
              key,
              value,
              ...(hasRecords ? Object.fromEntries(smallColumns.map((column, index) => [column, texts[index]])) : {}),
              expires_at: head.expiresAtMs ?? null,
              revision: head.revision ?? null,
              room: room ?? null,
            };
          }),
        );
      }),
      { numRuns: 60 },
    );
  } finally {
    await connection.close();
  }
});
