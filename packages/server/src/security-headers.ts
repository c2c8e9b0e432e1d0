import type { ServerResponse } from "node:http";

/**
 * What every reply says to browsers and caches: what it is must not be guessed, it belongs to whoever asked and is kept by
 * nobody else, it is no page, and no page may frame it. A route that sends something else overrides what it has to.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const entries = Object.entries(securityHeaders);

/** Puts the security headers on a reply, before anybody else has a chance to send it. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of entries) {
    response.setHeader(name, value);
  }
}
