import type { AlcoveConfig, IdentityProviderConfig } from "@alcove/config";
import type { Clock, Logger } from "@alcove/plugin-api";
import { AdminAccess } from "./admin-access.js";
import type { CookieRegister } from "./cookie-register.js";
import { Identity } from "./identity.js";
import type { IdentityProvider } from "./identity-provider.js";
import { ApiKeyProvider } from "./providers/api-key-provider.js";
import { BasicProvider } from "./providers/basic-provider.js";
import { IssuedCookieProvider } from "./providers/issued-cookie-provider.js";
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
export async function createIdentity(surroundings: IdentitySurroundings): Promise<Identity> {
  const { identity, frontEnd } = surroundings.config.general;
  const refusals = new Refusals(identity.providers);
  const issuer = createIssuer(surroundings, refusals);
  const tokens = await createTokenProvider(surroundings, refusals);
  return new Identity({
    providers: createProviders(identity.providers, { refusals, issuer, tokens }),
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

/** Several issuers of tokens are one provider. What it needs is loaded only where there are any: it is a lot. */
async function createTokenProvider(
  surroundings: IdentitySurroundings,
  refusals: Refusals,
): Promise<IdentityProvider | undefined> {
  const { providers } = surroundings.config.general.identity;
  const configs = providers.filter((each) => each.type === "jwt");
  if (configs.length === 0) {
    return undefined;
  }
  const { JwtProvider } = await import("./providers/jwt-provider.js");
  const takesOpaqueTokens = !providers.some(({ type }) => type === "api_key");
  return new JwtProvider(configs, { ...surroundings, refusals, takesOpaqueTokens });
}

interface ProviderParts {
  readonly refusals: Refusals;
  readonly issuer: IssuedCookieProvider | undefined;
  readonly tokens: IdentityProvider | undefined;
}

/** A provider for each that is configured, in the order of the first of its type. */
function createProviders(
  configs: readonly IdentityProviderConfig[],
  { refusals, issuer, tokens }: ProviderParts,
): readonly IdentityProvider[] {
  const create = (config: IdentityProviderConfig): IdentityProvider | undefined => {
    switch (config.type) {
      case "session_cookie":
        return new SessionCookieProvider();
      case "jwt":
        return tokens;
      case "api_key":
        return new ApiKeyProvider(config, { refusals, takesSignedTokens: tokens === undefined });
      case "basic":
        return new BasicProvider(config, refusals);
      case "trusted_header":
        return new TrustedHeaderProvider(config, refusals);
      case "issued_cookie":
        return issuer;
    }
  };
  const providers = configs.map(create).filter((provider) => provider !== undefined);
  return [...new Set(providers)];
}

function schemesOf({ type }: IdentityProviderConfig): readonly string[] {
  if (type === "basic") {
    return ["basic"];
  }
  return type === "jwt" || type === "api_key" ? ["bearer"] : [];
}
