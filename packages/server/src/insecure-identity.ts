import type { AlcoveConfig, IdentityProviderConfig } from "@alcove/config";
import type { Problem, Scope, SourceLocation } from "@alcove/plugin-api";

const loopback = /^(?:localhost|(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|\[?::ffff:127(?:\.\d{1,3}){3}\]?)$/i;

/** Whether an address to listen on is reachable from this machine only. */
export function isLoopbackHost(host: string): boolean {
  return loopback.test(host);
}

/**
 * The plain `nat-session` cookie proves nothing: whoever sends `alice` is alice. And an issued cookie that travels without
 * TLS can be read on its way. So a per-user workflow is not served with either to other machines, unless the configuration
 * says in so many words that something in front of the server takes care.
 *
 * @param source where the host is configured
 * @returns the problem to report before anything is started, or `undefined`
 */
export function insecureIdentityProblem(
  { general: { frontEnd, identity } }: AlcoveConfig,
  workflowScope: Scope,
  source: SourceLocation,
): Problem | undefined {
  const fault = identity.providers.map(faultOf).find((each) => each !== undefined);
  const isSafe = fault === undefined || workflowScope === "shared" || isLoopbackHost(frontEnd.host);
  if (isSafe || frontEnd.allowInsecureIdentity) {
    return undefined;
  }
  return {
    rule: "config-schema",
    severity: "error",
    message: `${fault}, and ${frontEnd.host} can be reached from other machines: anybody could act as any user.`,
    source,
    remedy:
      "Verify who the users are with another provider of general.identity, listen on localhost behind a proxy that takes care, or set general.front_end.allow_insecure_identity: true if you know that this is safe.",
  };
}

function faultOf(provider: IdentityProviderConfig): string | undefined {
  if (provider.type === "session_cookie") {
    return "The nat-session cookie is not verified";
  }
  return provider.type === "issued_cookie" && !provider.isSecure
    ? "The issued cookie is set without secure, so that it travels in the clear"
    : undefined;
}
