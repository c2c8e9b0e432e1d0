import type { AdminRule, IdentityConfig, IdentityProviderConfig, JwtConfig, TokenKey } from "./identity-config.js";
import type { IdentitySection, ProviderSection } from "./identity-schema.js";

/** `general.identity` in the form the server takes. */
export function identityConfigOf({ providers, admins }: IdentitySection): IdentityConfig {
  return Object.freeze({
    providers: Object.freeze(providers.map((provider) => Object.freeze(providerConfigOf(provider)))),
    admins: Object.freeze(admins.map(adminRuleOf)),
  });
}

function providerConfigOf(provider: ProviderSection): IdentityProviderConfig {
  switch (provider._type) {
    case "session_cookie":
      return { type: "session_cookie" };
    case "issued_cookie":
      return {
        type: "issued_cookie",
        issuer: provider.issuer,
        secrets: Object.freeze(provider.secrets),
        isSecure: provider.secure,
        sameSite: provider.same_site,
        maxAgeMs: provider.max_age,
        rotateAfterMs: provider.rotate_after,
        rotationOverlapMs: provider.rotation_overlap,
      };
    case "jwt":
      return jwtConfigOf(provider);
    case "api_key":
      return { type: "api_key", issuer: provider.issuer, keys: frozenItems(provider.keys) };
    case "basic":
      return { type: "basic", issuer: provider.issuer, users: frozenItems(provider.users) };
    case "trusted_header":
      return {
        type: "trusted_header",
        issuer: provider.issuer,
        header: provider.header,
        rolesHeader: provider.roles_header,
        proxies: Object.freeze(provider.proxies),
      };
  }
}

function jwtConfigOf(provider: ProviderSection & { readonly _type: "jwt" }): JwtConfig {
  const key = tokenKeyOf(provider);
  return {
    type: "jwt",
    issuer: provider.issuer,
    audience: Object.freeze(provider.audience),
    key,
    algorithms: Object.freeze(provider.algorithms ?? [key.kind === "secret" ? "HS256" : "RS256"]),
    clockToleranceMs: provider.clock_tolerance,
    subjectClaim: provider.subject_claim,
    rolesClaim: provider.roles_claim,
    claims: Object.freeze(provider.claims),
  };
}

// The schema has seen to it that exactly one of the three is there.
function tokenKeyOf({ jwks_url, public_key, secret = "" }: ProviderSection & { readonly _type: "jwt" }): TokenKey {
  if (jwks_url !== undefined) return Object.freeze({ kind: "jwks", url: jwks_url });
  return Object.freeze(public_key === undefined ? { kind: "secret", secret } : { kind: "public-key", pem: public_key });
}

function frozenItems<Item extends { readonly roles: readonly string[] }>(items: readonly Item[]): readonly Item[] {
  return Object.freeze(items.map((item) => Object.freeze({ ...item, roles: Object.freeze(item.roles) })));
}

function adminRuleOf({ role, issuer, subject }: IdentitySection["admins"][number]): AdminRule {
  return Object.freeze({
    ...(role === undefined ? {} : { role }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(subject === undefined ? {} : { subject }),
  });
}
