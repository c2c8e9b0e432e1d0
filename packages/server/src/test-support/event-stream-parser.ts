/** One record of an event stream: its fields in their order, `data` fields and all others alike. */
export type EventRecord = readonly (readonly [field: string, value: string])[];

/** Reads an event stream as the HTML standard describes it, comments left out; a record that was not ended is none. */
export function parseEventStream(text: string): EventRecord[] {
  const records: EventRecord[] = [];
  let fields: [string, string][] = [];
  const lines = text.split(/\r\n|\r|\n/);
  // What follows the last line break is a line that was not ended.
  for (const line of lines.slice(0, -1)) {
    if (line !== "") {
      fields.push(fieldOf(line));
      continue;
    }
    const known = fields.filter(([name]) => name !== "");
    if (known.length > 0) {
      records.push(known);
    }
    fields = [];
  }
  return records;
}

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  return colon === -1 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}
