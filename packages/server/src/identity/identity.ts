import { RequestError } from "../errors/request-error.js";
import type { AdminAccess } from "./admin-access.js";
import type { IdentifiableRequest, Identified, IdentityProvider } from "./identity-provider.js";
import type { IssuedCookieProvider } from "./providers/issued-cookie-provider.js";
import type { Refusals } from "./refusals.js";
import { authorizationOf } from "./single-header.js";

/** What {@link Identity} is made of. */
export interface IdentityOptions {
  /** Asked in this order. */
  readonly providers: readonly IdentityProvider[];
  /** The schemes of `Authorization` that one of the providers takes, in lower case. */
  readonly authorizationSchemes: ReadonlySet<string>;
  readonly admins: AdminAccess;
  readonly refusals: Refusals;
  /** Gives names to those who have none, where that is configured. */
  readonly issuer: IssuedCookieProvider | undefined;
}

/**
 * Says who a request acts for. Every provider is asked: whoever sends a wrong credential is refused, however good another
 * one may be, and so is whoever sends two that name different users. Keeps nothing of any request.
 */
export class Identity {
  /** The errors for requests that name nobody. */
  readonly refusals: Refusals;
  readonly #providers: readonly IdentityProvider[];
  readonly #authorizationSchemes: ReadonlySet<string>;
  readonly #admins: AdminAccess;
  readonly #issuer: IssuedCookieProvider | undefined;

  constructor({ providers, authorizationSchemes, admins, refusals, issuer }: IdentityOptions) {
    this.#providers = providers;
    this.#authorizationSchemes = authorizationSchemes;
    this.#admins = admins;
    this.#issuer = issuer;
    this.refusals = refusals;
  }

  /**
   * Who sends a request; `undefined` where it names nobody. A promise only where a provider has to wait for something,
   * which that of the plain session cookie never has.
   *
   * @throws RequestError CREDENTIAL_INVALID, IDENTITY_CONFLICT, REQUEST_INVALID, IDENTITY_UNAVAILABLE; or rejects with it.
   */
  identify(request: IdentifiableRequest): Identified | undefined | Promise<Identified | undefined> {
    this.#assertKnownScheme(request);
    let found: Identified | undefined;
    let asked = 0;
    for (const provider of this.#providers) {
      asked += 1;
      const next = provider.identify(request);
      if (next instanceof Promise) {
        return this.#identifyRest(request, asked, found, next);
      }
      found = agreed(found, next);
    }
    return found;
  }

  /**
   * Makes a new name for whoever has none, with the cookie that the reply has to carry; `undefined` where
   * `general.identity` has no `issued_cookie`.
   */
  issue(): Identified | undefined {
    return this.#issuer?.issue();
  }

  /** The value of a `Set-Cookie` header that takes an issued cookie out of the browser, where cookies are issued. */
  get cookieRemoval(): string | undefined {
    return this.#issuer?.removal;
  }

  /**
   * Insists on an operator: somebody whom `general.identity.admins` names.
   *
   * @throws RequestError CREDENTIAL_REQUIRED, FORBIDDEN and whatever {@link identify} throws; or rejects with it.
   */
  requireAdmin(request: IdentifiableRequest): void | Promise<void> {
    if (isOfOtherSite(request)) {
      throw forbidden("Pages of other sites may not call it.");
    }
    if (!this.#admins.namesSomebody) {
      throw forbidden("It names nobody so far.");
    }
    const found = this.identify(request);
    return found instanceof Promise ? found.then((one) => this.#assertAdmin(one)) : this.#assertAdmin(found);
  }

  /**
   * Insists on somebody who may see the figures of the server: an operator, or on a server for development whoever calls
   * from this machine; see {@link AdminAccess.mayLook}.
   *
   * @throws RequestError as {@link requireAdmin}.
   */
  requireViewer(request: IdentifiableRequest): void | Promise<void> {
    return !isOfOtherSite(request) && this.#admins.mayLook(request) ? undefined : this.requireAdmin(request);
  }

  async #identifyRest(
    request: IdentifiableRequest,
    from: number,
    before: Identified | undefined,
    pending: Promise<Identified>,
  ): Promise<Identified | undefined> {
    let found = agreed(before, await pending);
    for (const provider of this.#providers.slice(from)) {
      found = agreed(found, await provider.identify(request));
    }
    return found;
  }

  #assertAdmin(found: Identified | undefined): void {
    if (found === undefined) {
      throw this.refusals.adminRequired();
    }
    if (!this.#admins.isAdmin(found.principal)) {
      throw forbidden("You are none.");
    }
  }

  /** Where any provider reads `Authorization`, what none of them understands is a wrong credential, and not none. */
  #assertKnownScheme(request: IdentifiableRequest): void {
    if (this.#authorizationSchemes.size === 0 || request.headers.authorization === undefined) {
      return;
    }
    const authorization = authorizationOf(request);
    if (authorization !== undefined && !this.#authorizationSchemes.has(authorization.scheme)) {
      throw this.refusals.credentialInvalid(
        `The scheme of the header Authorization is not accepted here. What is: ${[...this.#authorizationSchemes].join(", ")}.`,
      );
    }
  }
}

function agreed(found: Identified | undefined, next: Identified | undefined): Identified | undefined {
  if (found !== undefined && next !== undefined && found.principal.userId !== next.principal.userId) {
    throw new RequestError(
      "IDENTITY_CONFLICT",
      `The request names two different users, by ${found.principal.provider} and by ${next.principal.provider}. Send one credential only.`,
    );
  }
  return found ?? next;
}

function isOfOtherSite({ headers }: IdentifiableRequest): boolean {
  return headers["sec-fetch-site"] === "cross-site";
}

function forbidden(reason: string): RequestError {
  return new RequestError("FORBIDDEN", `This route is for operators, whom general.identity.admins names. ${reason}`);
}
