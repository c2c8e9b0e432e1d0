import { z } from "zod";
import type { MeasuredSession } from "./entry-adapter.js";
import type { SqliteConnection } from "./sqlite-connection.js";
import * as statements from "./sqlite-statements.js";

/** So many records are counted before commits of others get their turn. */
const recordsPerStep = 4_096;

const entrySchema = z.array(z.object({ bytes: z.number() }));
const stepSchema = z.tuple([z.object({ count: z.int(), bytes: z.number(), last: z.string().nullable() })]);

/** Component rows are among them: their names come after all others. */
const allNames = [["", "\uffff"]] as const;

/** As `EntryAdapter.measure`. */
export async function measureSession(
  connection: Pick<SqliteConnection, "query">,
  { sessionKey, stretches, expiredAtMs }: MeasuredSession,
): Promise<number> {
  let total = 0;
  if (stretches === undefined) {
    const [entry] = entrySchema.parse(await connection.query(statements.bytesOfEntry, [sessionKey]));
    total = entry?.bytes ?? 0;
  }
  for (const [first, before] of stretches ?? allNames) {
    let from: string | undefined = first;
    while (from !== undefined) {
      const parameters = [sessionKey, from, before, expiredAtMs, recordsPerStep];
      const [step] = stepSchema.parse(await connection.query(statements.bytesOfRecords, parameters));
      total += step.bytes;
      // No stored name lies between a name and the same with the least character behind it.
      from = step.count < recordsPerStep ? undefined : `${step.last}\u0001`;
    }
  }
  return total;
}
