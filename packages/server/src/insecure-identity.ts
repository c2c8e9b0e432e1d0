import type { AlcoveConfig } from "@alcove/config";
import type { Problem, Scope, SourceLocation } from "@alcove/plugin-api";

const loopback = /^(?:localhost|(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|\[?::ffff:127(?:\.\d{1,3}){3}\]?)$/i;

/** Whether an address to listen on is reachable from this machine only. */
export function isLoopbackHost(host: string): boolean {
  return loopback.test(host);
}

/**
 * The plain `nat-session` cookie proves nothing: whoever sends `alice` is alice. So a per-user workflow is not served to
 * other machines, unless the configuration says in so many words that something in front of the server takes care.
 *
 * @param source where the host is configured
 * @returns the problem to report before anything is started, or `undefined`
 */
export function insecureIdentityProblem(
  { general: { frontEnd, identity } }: AlcoveConfig,
  workflowScope: Scope,
  source: SourceLocation,
): Problem | undefined {
  const isPlainCookie = identity.providers.some(({ type }) => type === "session_cookie");
  if (!isPlainCookie || workflowScope === "shared" || frontEnd.allowInsecureIdentity || isLoopbackHost(frontEnd.host)) {
    return undefined;
  }
  return {
    rule: "config-schema",
    severity: "error",
    message: `The nat-session cookie is not verified, and ${frontEnd.host} can be reached from other machines: anybody could act as any user.`,
    source,
    remedy:
      "Verify who the users are with another provider of general.identity, listen on localhost behind a proxy that sets the cookie, or set general.front_end.allow_insecure_identity: true if you know that this is safe.",
  };
}
