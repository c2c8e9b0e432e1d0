import type { AlcoveConfig, IdentityProviderConfig } from "@alcove/config";
import type { Clock, Logger } from "@alcove/plugin-api";
import { AdminAccess } from "./admin-access.js";
import type { CookieRegister } from "./cookie-register.js";
import { Identity } from "./identity.js";
import type { IdentityProvider } from "./identity-provider.js";
import { ApiKeyProvider } from "./providers/api-key-provider.js";
import { BasicProvider } from "./providers/basic-provider.js";
import { IssuedCookieProvider } from "./providers/issued-cookie-provider.js";
import { JwtProvider } from "./providers/jwt-provider.js";
import { SessionCookieProvider } from "./providers/session-cookie-provider.js";
import { TrustedHeaderProvider } from "./providers/trusted-header-provider.js";
import { Refusals } from "./refusals.js";

/** What {@link createIdentity} needs. */
export interface IdentitySurroundings {
  readonly config: AlcoveConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Whose cookies count no more. */
  readonly cookieRegister: CookieRegister;
}

/** The identity that `general.identity` describes. Nothing is fetched before the first token comes. */
export function createIdentity(surroundings: IdentitySurroundings): Identity {
  const { identity, frontEnd } = surroundings.config.general;
  const refusals = new Refusals(identity.providers);
  const issuer = createIssuer(surroundings, refusals);
  return new Identity({
    providers: createProviders(surroundings, refusals, issuer),
    authorizationSchemes: new Set(identity.providers.flatMap(schemesOf)),
    admins: new AdminAccess(identity, frontEnd.host),
    refusals,
    issuer,
  });
}

function createIssuer(surroundings: IdentitySurroundings, refusals: Refusals): IssuedCookieProvider | undefined {
  const { application, identity } = surroundings.config.general;
  const config = identity.providers.find((each) => each.type === "issued_cookie");
  return config && new IssuedCookieProvider(config, { ...surroundings, application, refusals });
}

/** A provider for each that is configured, in the order of the first of its type: several token issuers are one. */
function createProviders(
  surroundings: IdentitySurroundings,
  refusals: Refusals,
  issuer: IssuedCookieProvider | undefined,
): readonly IdentityProvider[] {
  const { providers } = surroundings.config.general.identity;
  const tokens = providers.filter((each) => each.type === "jwt");
  const hasApiKeys = providers.some(({ type }) => type === "api_key");
  const create = (config: IdentityProviderConfig): IdentityProvider[] => {
    switch (config.type) {
      case "session_cookie":
        return [new SessionCookieProvider()];
      case "jwt":
        return config === tokens[0]
          ? [new JwtProvider(tokens, { ...surroundings, refusals, takesOpaqueTokens: !hasApiKeys })]
          : [];
      case "api_key":
        return [new ApiKeyProvider(config, { refusals, takesSignedTokens: tokens.length === 0 })];
      case "basic":
        return [new BasicProvider(config, refusals)];
      case "trusted_header":
        return [new TrustedHeaderProvider(config, refusals)];
      case "issued_cookie":
        return issuer === undefined ? [] : [issuer];
    }
  };
  return providers.flatMap(create);
}

function schemesOf({ type }: IdentityProviderConfig): readonly string[] {
  if (type === "basic") {
    return ["basic"];
  }
  return type === "jwt" || type === "api_key" ? ["bearer"] : [];
}
