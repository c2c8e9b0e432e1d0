/**
 * The cookies the server issues: over TLS only with a name that browsers take from this very host alone, and for plain
 * HTTP during development.
 */
export const ISSUED_COOKIE_NAMES = { secure: "__Host-alcove-session", plain: "alcove-session" } as const;
