/** What stands in the log where a credential was. */
export const REDACTED = "[redacted]";

/**
 * Each is a credential wherever it stands; what comes before it, and says what it is, is kept. Texts may be long, and worded to be
 * hard: each has to look at a character a bounded number of times, whatever stands around it.
 */
export const credentialPatterns: readonly RegExp[] = [
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(["']?\s*[:=]\s*["']?)[^"'\r\n]+/gi,
  /\b(bearer|basic)(\s+)[\w.~+/-]{6,}=*/gi,
  /\b((?:\w+[_-])?(?:password|passwd|secret|token|api[_-]?key)|nat-session)(["']?\s*=\s*["']?|["']\s*:\s*["'])[^\s"'&;,)}]+/gi,
  /(:\/)(\/)[^\s/@:]*:[^\s/@]*(?=@)/g,
  // A token begins anywhere in a word, so each word is tried once, and only when a second part follows it.
  /(?<![\w-])(?=[\w-]+\.[\w-]{8})([\w-]*?)()\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /\b()()(?:sk|pk|rk|gh[opsu]|xox[abprs])[-_][\w-]{16,}/g,
];

/** A text without what is known to be a credential, whatever words it stands in. */
export type TextRedaction = (text: string) => string;

/**
 * Makes what takes credentials out of texts that others have worded, e.g. messages of errors: headers, tokens, keys, passwords in
 * URLs, and the secrets it is told.
 *
 * @param secrets Values that are secret whatever they look like. Those of less than 6 characters would make the rest unreadable, and are not looked for.
 */
export function textRedaction(secrets: readonly string[]): TextRedaction {
  const known = secrets.filter((secret) => secret.length >= 6);
  return (text) => {
    let redacted = text;
    for (const secret of known) {
      redacted = redacted.replaceAll(secret, REDACTED);
    }
    for (const pattern of credentialPatterns) {
      redacted = redacted.replace(pattern, `$1$2${REDACTED}`);
    }
    return redacted;
  };
}
