import type { IdentityProviderConfig } from "@alcove/config";
import { ISSUED_COOKIE_NAMES } from "../identity/issued-cookie-name.js";
import { SESSION_COOKIE } from "../identity/session-cookie.js";
import type { DocumentPart } from "./operation.js";

/** The ways in which callers may say who they are, by name, as the configured providers take them. */
export function securitySchemesOf(
  providers: readonly IdentityProviderConfig[],
): Readonly<Record<string, DocumentPart>> {
  return Object.fromEntries(providers.flatMap((provider) => Object.entries(schemesOf(provider))));
}

/**
 * The requirements of an operation in the words of the configured providers: `user` stands for any one of them, and no
 * name at all for anybody.
 */
export function securityOf(
  requirements: readonly DocumentPart[],
  schemes: Readonly<Record<string, DocumentPart>>,
): readonly DocumentPart[] {
  return requirements.flatMap((requirement) =>
    "user" in requirement ? Object.keys(schemes).map((name) => ({ [name]: [] })) : [requirement],
  );
}

function schemesOf(provider: IdentityProviderConfig): Readonly<Record<string, DocumentPart>> {
  switch (provider.type) {
    case "session_cookie":
      return {
        session_cookie: {
          type: "apiKey",
          in: "cookie",
          name: SESSION_COOKIE,
          description: "Names the user. It is not verified, which is good for development only.",
        },
      };
    case "issued_cookie":
      return {
        issued_cookie: {
          type: "apiKey",
          in: "cookie",
          name: ISSUED_COOKIE_NAMES[provider.isSecure ? "secure" : "plain"],
          description: "The server gives it to whoever calls without one.",
        },
      };
    case "jwt":
      return { token: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "A signed token." } };
    case "api_key":
      return {
        api_key: { type: "apiKey", in: "header", name: "X-API-Key", description: "The key of a program." },
        api_key_as_bearer: { type: "http", scheme: "bearer", description: "The key of a program." },
      };
    case "basic":
      return { basic: { type: "http", scheme: "basic", description: "Name and password." } };
    case "trusted_header":
      return {
        trusted_header: {
          type: "apiKey",
          in: "header",
          name: provider.header,
          description: "Set by a proxy in front of the server, and by nobody else.",
        },
      };
  }
}
