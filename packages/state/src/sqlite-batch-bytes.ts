import type { EntryToStore } from "./entry-adapter.js";
import { smallColumns, smallTexts } from "./small-changes.js";

// The head of a row: the place and the length of each of its texts, then three numbers; all of them digits of a fixed count.
const spanDigits = 10;
const numberDigits = 16;
const textsOfEntry = ["key", "value"] as const;
const numbersOfEntry = ["expires_at", "revision", "room"] as const;

const mostBytesPerCharacter = 3;
const largestKeptBuffer = 4 * 1024 * 1024;

// One batch is written at a time, and the driver copies what is bound before anything else can run. What earlier batches
// left behind lies where no head of the next one points to.
let scratch = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * A whole batch as bytes: the heads of all rows, and then their texts. Binding one value costs the main thread less than
 * binding each of them.
 *
 * @param entries Texts in them are not empty, and numbers not zero.
 * @param hasRecords Whether the rows have places for small changes of records.
 * @returns A view that is good until the next call.
 */
export function encodeBatch(entries: readonly EntryToStore[], hasRecords: boolean): Buffer {
  const headLength = headLengthOf(hasRecords ? smallColumns : []);
  const buffer = bufferFor(entries, headLength);
  let heads = "";
  let end = entries.length * headLength;
  const write = (text: string | undefined): void => {
    const length = text === undefined ? 0 : buffer.write(text, end);
    heads += digits(end + 1, spanDigits) + digits(length, spanDigits);
    end += length;
  };
  for (const { key, value, head, room, records } of entries) {
    write(key);
    write(value);
    if (hasRecords) {
      for (const text of smallTexts(records)) {
        write(text);
      }
    }
    heads += digits(head.expiresAtMs, numberDigits) + digits(head.revision, numberDigits) + digits(room, numberDigits);
  }
  buffer.write(heads, 0, "latin1");
  return buffer.subarray(0, end);
}

/**
 * The query that takes such bytes apart again, a row for each entry. Binds: the bytes, the number of entries.
 *
 * @param counter A table with a column `row` that counts from zero.
 */
export function rowsInBatch(counter: string, hasRecords: boolean): string {
  const columns = hasRecords ? smallColumns : [];
  const headLength = headLengthOf(columns);
  const number = (at: number, count: number): string =>
    `CAST(substr(?1, row * ${headLength} + ${at + 1}, ${count}) AS INTEGER)`;
  const texts = [...textsOfEntry, ...columns].map((column, index) => {
    const at = index * 2 * spanDigits;
    const length = number(at + spanDigits, spanDigits);
    const text = `CAST(substr(?1, ${number(at, spanDigits)}, ${length}) AS TEXT)`;
    return `${index < textsOfEntry.length ? text : `CASE WHEN ${length} > 0 THEN ${text} END`} AS ${column}`;
  });
  const numbers = numbersOfEntry.map((column, index) => {
    const at = texts.length * 2 * spanDigits + index * numberDigits;
    return `nullif(${number(at, numberDigits)}, 0) AS ${column}`;
  });
  return `SELECT ${[...texts, ...numbers].join()} FROM ${counter} WHERE row < ?2`;
}

function headLengthOf(recordColumns: readonly string[]): number {
  return (textsOfEntry.length + recordColumns.length) * 2 * spanDigits + numbersOfEntry.length * numberDigits;
}

function bufferFor(entries: readonly EntryToStore[], headLength: number): Buffer {
  let characters = 0;
  for (const { key, value, records } of entries) {
    characters += key.length + value.length;
    if (records !== undefined) {
      for (const text of smallTexts(records)) {
        characters += text?.length ?? 0;
      }
    }
  }
  const needed = entries.length * headLength + characters * mostBytesPerCharacter;
  if (needed > largestKeptBuffer) {
    return Buffer.allocUnsafeSlow(needed);
  }
  if (needed > scratch.length) {
    scratch = Buffer.allocUnsafeSlow(Math.min(2 * needed, largestKeptBuffer));
  }
  return scratch;
}

function digits(value: number | undefined, count: number): string {
  return String(value ?? 0).padStart(count, "0");
}
