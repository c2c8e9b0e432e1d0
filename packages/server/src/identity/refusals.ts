import type { IdentityProviderConfig } from "@alcove/config";
import { RequestError } from "../errors/request-error.js";
import { ISSUED_COOKIE_NAMES } from "./issued-cookie-name.js";
import { SESSION_COOKIE } from "./session-cookie.js";

/** How one provider is told to callers that have named nobody. */
interface ProviderWords {
  /** What to send, after "Send". */
  readonly hint: string;
  /** An argument of curl, where one can be given. */
  readonly example?: string;
  /** For `WWW-Authenticate`; `invalid` where a wrong credential has another one. */
  readonly challenge: string;
  readonly invalidChallenge?: string;
}

const bearer = { challenge: 'Bearer realm="alcove"', invalidChallenge: 'Bearer realm="alcove", error="invalid_token"' };

function wordsOf(provider: IdentityProviderConfig): ProviderWords {
  switch (provider.type) {
    case "session_cookie":
      return {
        hint: `the cookie ${SESSION_COOKIE}=<your session id>`,
        example: `-H "Cookie: ${SESSION_COOKIE}=alice"`,
        challenge: `Cookie realm="alcove", cookie-name="${SESSION_COOKIE}"`,
      };
    case "issued_cookie": {
      const name = ISSUED_COOKIE_NAMES[provider.isSecure ? "secure" : "plain"];
      return {
        hint: `the cookie ${name} that the server gave you`,
        challenge: `Cookie realm="alcove", cookie-name="${name}"`,
      };
    }
    case "jwt":
      return {
        hint: `a token of ${provider.issuer} in the header Authorization: Bearer`,
        example: '-H "Authorization: Bearer <token>"',
        ...bearer,
      };
    case "api_key":
      return { hint: "an API key in the header X-API-Key", example: '-H "X-API-Key: <key>"', ...bearer };
    case "basic":
      return {
        hint: "name and password in the header Authorization: Basic",
        example: "-u <name>:<password>",
        challenge: 'Basic realm="alcove", charset="UTF-8"',
      };
    case "trusted_header":
      return { hint: "the request through the proxy that knows you", challenge: 'Proxy realm="alcove"' };
  }
}

/** The errors of requests that do not say who sends them, or say it wrongly, in the words of the configured providers. */
export class Refusals {
  readonly #words: readonly ProviderWords[];
  readonly #hasSessionCookie: boolean;
  readonly #challenges: string;
  readonly #invalidChallenges: string;

  constructor(providers: readonly IdentityProviderConfig[]) {
    this.#words = providers.map(wordsOf);
    this.#hasSessionCookie = providers.some(({ type }) => type === "session_cookie");
    this.#challenges = joined(this.#words.map(({ challenge }) => challenge));
    this.#invalidChallenges = joined(this.#words.map((words) => words.invalidChallenge ?? words.challenge));
  }

  /** USER_ID_REQUIRED: the request names nobody. */
  userRequired({ method, path }: { readonly method: string; readonly path: string }): RequestError {
    const body = method === "POST" ? ` -H "Content-Type: application/json" -d '{ … }'` : "";
    const argument = this.#words.find(({ example }) => example !== undefined)?.example;
    const example = argument === undefined ? "" : `, for example: curl -X ${method} ${argument}${body} <server>${path}`;
    return new RequestError(
      "USER_ID_REQUIRED",
      `The server keeps a session per user, and the request does not say who the user is. Send ${this.#hints()}${example}`,
      {
        headers: { "www-authenticate": this.#challenges },
        ...(this.#hasSessionCookie ? { details: { cookie: SESSION_COOKIE } } : {}),
      },
    );
  }

  /** CREDENTIAL_REQUIRED: the route is for operators, and the request names nobody. */
  adminRequired(): RequestError {
    return new RequestError(
      "CREDENTIAL_REQUIRED",
      `This route is for operators, and the request does not say who sends it. Send ${this.#hints()} of somebody whom general.identity.admins names.`,
      { headers: { "www-authenticate": this.#challenges } },
    );
  }

  /**
   * CREDENTIAL_INVALID: a credential is there, and wrong.
   *
   * @param message What is wrong, without a word of the credential.
   * @param headers What the reply carries beside the challenge.
   */
  credentialInvalid(message: string, headers: Readonly<Record<string, string>> = {}): RequestError {
    return new RequestError("CREDENTIAL_INVALID", message, {
      headers: { "www-authenticate": this.#invalidChallenges, ...headers },
    });
  }

  #hints(): string {
    return this.#words.map(({ hint }) => hint).join(", or ");
  }
}

function joined(challenges: readonly string[]): string {
  return [...new Set(challenges)].join(", ");
}
