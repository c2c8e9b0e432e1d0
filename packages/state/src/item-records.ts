/** What the records that hold the items of a list have in common: what stands before the last slash of their names. */
export function itemRecordKind(list: string): string {
  return `collection/${list}`;
}

/** The name of the record of one item: in the order of the numbers. */
export function itemRecordName(list: string, sequence: number): string {
  return `${itemRecordKind(list)}/${String(sequence).padStart(16, "0")}`;
}
