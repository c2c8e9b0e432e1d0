import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { IdentityProviderConfig } from "@alcove/config";
import { AlcoveError, type Principal, type Scope } from "@alcove/plugin-api";
import { RequestError } from "../errors/request-error.js";
import { cookieOf } from "../identity/cookie-header.js";
import type { Identity } from "../identity/identity.js";
import type { IdentifiableRequest } from "../identity/identity-provider.js";
import type { AuthMessage } from "./client-frames.js";

/** Who speaks over a socket, and the credential that proves it. */
export interface Speaker {
  readonly principal: Principal;
  readonly credential: IdentifiableRequest;
}

/** What is known of a client that asks for a socket. */
export interface Introduction {
  /** `undefined` where nobody is named, and nobody has to be yet. */
  readonly speaker: Speaker | undefined;
  /** The value of a `Set-Cookie` header for the reply. */
  readonly setCookie: string | undefined;
}

type Credential = AuthMessage["payload"];

/** What {@link SocketIdentity} goes by. */
export interface SocketIdentityOptions {
  readonly providers: readonly IdentityProviderConfig[];
  readonly scope: Scope;
  /** Where sockets are asked for. */
  readonly path: string;
}

/** Says who speaks over a socket, by the same providers as on every other route. */
export class SocketIdentity {
  readonly #identity: Identity;
  readonly #scope: Scope;
  readonly #path: string;
  readonly #methods: ReadonlySet<string>;
  /** Whether the address may name the user, as the plain session cookie does. */
  readonly takesSession: boolean;

  constructor(identity: Identity, { providers, scope, path }: SocketIdentityOptions) {
    const types = providers.map(({ type }) => type);
    this.#identity = identity;
    this.#scope = scope;
    this.#path = path;
    this.#methods = new Set(types.filter((type) => type === "jwt" || type === "api_key" || type === "basic"));
    this.takesSession = types.includes("session_cookie");
  }

  /**
   * Who asks for a socket. A per-user workflow needs somebody, at once where no credential can come later.
   *
   * @throws RequestError USER_ID_REQUIRED, and whatever a request for a route is refused with
   */
  async introduce(request: IncomingMessage): Promise<Introduction> {
    const found =
      (await this.#identity.identify(request)) ?? (this.#scope === "per-user" ? this.#identity.issue() : undefined);
    if (found !== undefined) {
      const { principal, setCookie } = found;
      keepCookie(request, setCookie);
      const { headers, headersDistinct, socket } = request;
      const credential = { headers, headersDistinct, socket, hasCountedBefore: true };
      return { speaker: { principal, credential }, setCookie };
    }
    if (this.#scope === "per-user" && this.#methods.size === 0) {
      throw this.#identity.refusals.userRequired({ method: "GET", path: this.#path });
    }
    return { speaker: undefined, setCookie: undefined };
  }

  /** Who a credential names that came over the socket. @throws RequestError user_auth_error, IDENTITY_UNAVAILABLE */
  async authenticate(payload: Credential, socket: Socket): Promise<Speaker> {
    const { method } = payload;
    if (!this.#methods.has(method)) {
      throw notAccepted(`No identity provider is configured that takes a credential of the method ${method}.`);
    }
    const [name, value] = headerOf(payload);
    const credential = { headers: { [name]: value }, headersDistinct: { [name]: [value] }, socket };
    try {
      const found = await this.#identity.identify(credential);
      if (found?.principal.provider === method) {
        return { principal: found.principal, credential };
      }
    } catch (error) {
      throw AlcoveError.is(error) && error.code === "CREDENTIAL_INVALID" ? notAccepted(error.message, error) : error;
    }
    throw notAccepted(`The credential is none of the method ${method}.`);
  }

  /**
   * Makes sure that a speaker's credential still counts: a socket outlives tokens, and names that were revoked. A promise
   * only where a provider has to wait for something.
   *
   * @throws RequestError CREDENTIAL_INVALID, IDENTITY_UNAVAILABLE; or rejects with it.
   */
  confirm({ principal, credential }: Speaker): void | Promise<void> {
    const assertSame = (found: { readonly principal: Principal } | undefined): void => {
      if (found?.principal.userId !== principal.userId) {
        throw this.#identity.refusals.credentialInvalid("The credential this socket was opened with counts no more.");
      }
    };
    const found = this.#identity.identify(credential);
    return found instanceof Promise ? found.then(assertSame) : assertSame(found);
  }

  /** The error for a message of nobody. */
  userRequired(): RequestError {
    return this.#identity.refusals.userRequired({ method: "GET", path: this.#path });
  }
}

/** From now on the request has the cookie its reply brings, beside those of others; one it came with goes on counting. */
function keepCookie(request: IncomingMessage, setCookie: string | undefined): void {
  const [cookie = ""] = setCookie?.split(";") ?? [];
  const { cookie: sent } = request.headers;
  if (cookie !== "" && cookieOf(sent, cookie.slice(0, cookie.indexOf("="))) === undefined) {
    request.headers.cookie = sent === undefined ? cookie : `${sent}; ${cookie}`;
  }
}

function headerOf(payload: Credential): [name: string, value: string] {
  switch (payload.method) {
    case "jwt":
      return ["authorization", `Bearer ${payload.token}`];
    case "api_key":
      return ["x-api-key", payload.token];
    case "basic": {
      const pair = Buffer.from(`${payload.username}:${payload.password}`, "utf8").toString("base64");
      return ["authorization", `Basic ${pair}`];
    }
  }
}

function notAccepted(message: string, cause?: unknown): RequestError {
  return new RequestError("user_auth_error", message, { cause });
}
