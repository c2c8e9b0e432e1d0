const longestEscapedName = 1_000;

/**
 * A record's name as it is stored: printable ASCII, in which names keep the order of their UTF-16 code units, so that
 * ranges and pages of names are ranges of stored names. What begins with a name begins with its stored form.
 *
 * @throws TypeError for a name that would be longer than 1,000 characters; a hash would put it out of order.
 */
export function storedRecordName(name: string): string {
  // A blank sorts before and a tilde after everything that stands for itself.
  const stored = name.replace(/[^!-}]/g, (unit) => {
    const code = unit.charCodeAt(0);
    return `${code <= 0x20 ? " " : "~"}${code.toString(16).padStart(4, "0")}`;
  });
  if (stored.length > longestEscapedName) {
    throw new TypeError(
      `A record's name has at most ${longestEscapedName} characters when it is stored, and ${JSON.stringify(name.slice(0, 40))}… has ${stored.length}.`,
    );
  }
  return stored;
}

/** The name that {@link storedRecordName} was given. */
export function recordNameOf(stored: string): string {
  return stored.replace(/[ ~]([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The least text that is greater than every stored name with this beginning, and is no stored name itself. */
export function endOfStoredNames(storedPrefix: string): string {
  return `${storedPrefix}\u007f`;
}

/** How messages and checksums name a record: below its session's entry, where no other session's entry can lie. */
export function recordEntryKey(sessionEntryKey: string, storedName: string): string {
  return `${sessionEntryKey}/${storedName}`;
}
