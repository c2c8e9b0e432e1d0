import type { AdminRule, IdentityConfig } from "@alcove/config";
import type { Principal } from "@alcove/plugin-api";
import { isLoopbackHost } from "../insecure-identity.js";
import type { IdentifiableRequest } from "./identity-provider.js";

/** What proxies say about whom they speak for. */
const proxyHeaders = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"] as const;

/** Says who is an operator of the server, and who may look at its figures. */
export class AdminAccess {
  readonly #rules: readonly AdminRule[];
  readonly #isForDevelopment: boolean;

  /** @param host The host the server is configured to listen on. */
  constructor({ providers, admins }: IdentityConfig, host: string) {
    this.#rules = admins;
    this.#isForDevelopment =
      admins.length === 0 && providers.every(({ type }) => type === "session_cookie") && isLoopbackHost(host);
  }

  /** Whether anybody can be an operator at all. */
  get namesSomebody(): boolean {
    return this.#rules.length > 0;
  }

  /**
   * Whether the request may see figures without saying who sends it: on a server for development, which names no operators,
   * verifies nobody and listens for this machine only, when it comes from this machine. A proxy that says so, and a browser
   * with a page of another host, speak for others. A proxy that adds no header cannot be told from a caller on this machine.
   */
  mayLook({ headers, socket }: IdentifiableRequest): boolean {
    return (
      this.#isForDevelopment &&
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
