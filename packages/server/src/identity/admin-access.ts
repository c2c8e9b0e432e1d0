import type { AdminRule, IdentityConfig } from "@alcove/config";
import type { Principal } from "@alcove/plugin-api";
import { isLoopbackHost } from "../insecure-identity.js";
import type { IdentifiableRequest } from "./identity-provider.js";

/** What proxies say about whom they speak for. */
const proxyHeaders = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"] as const;

/** Says who is an operator of the server. */
export class AdminAccess {
  readonly #rules: readonly AdminRule[];
  readonly #isLocal: boolean;

  /** @param host The host the server is configured to listen on. */
  constructor({ admins }: IdentityConfig, host: string) {
    this.#rules = admins;
    this.#isLocal = admins.length === 0 && isLoopbackHost(host);
  }

  /**
   * Whether the request may do what operators may without saying who sends it: where no operators are configured, and it
   * comes from this machine to a server that only this machine reaches. A proxy on this machine speaks for others, and a
   * browser on it shows pages of others; neither of them is meant.
   */
  isOpenTo({ headers, socket }: IdentifiableRequest): boolean {
    return (
      this.#isLocal &&
      socket.remoteAddress !== undefined &&
      isLoopbackHost(socket.remoteAddress) &&
      isLoopbackHost(hostNameOf(`http://${headers.host}`)) &&
      (headers.origin === undefined || isLoopbackHost(hostNameOf(headers.origin))) &&
      proxyHeaders.every((name) => headers[name] === undefined)
    );
  }

  /** Whether somebody is an operator. Whoever has merely named themselves is none, whatever the rules say. */
  isAdmin(principal: Principal): boolean {
    return principal.provider !== "session_cookie" && this.#rules.some((rule) => fits(rule, principal));
  }
}

function fits({ role, issuer, subject }: AdminRule, principal: Principal): boolean {
  return (
    (role === undefined || principal.roles.includes(role)) &&
    (issuer === undefined || principal.issuer === issuer) &&
    (subject === undefined || principal.subject === subject)
  );
}

function hostNameOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : "";
}
