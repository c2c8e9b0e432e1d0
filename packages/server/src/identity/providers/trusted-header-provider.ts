import { BlockList, isIP } from "node:net";
import type { TrustedHeaderConfig } from "@alcove/config";
import { createPrincipal } from "../create-principal.js";
import type { IdentifiableRequest, Identified, IdentityProvider } from "../identity-provider.js";
import type { Refusals } from "../refusals.js";
import { singleHeader } from "../single-header.js";

/** A name that a proxy puts into a header. Of anybody but the listed proxies it is a forgery, and refused. */
export class TrustedHeaderProvider implements IdentityProvider {
  readonly #config: TrustedHeaderConfig;
  readonly #refusals: Refusals;
  readonly #proxies: BlockList;

  constructor(config: TrustedHeaderConfig, refusals: Refusals) {
    this.#config = config;
    this.#refusals = refusals;
    this.#proxies = listOf(config.proxies);
  }

  identify(request: IdentifiableRequest): Identified | undefined {
    const { issuer, header, rolesHeader } = this.#config;
    const subject = singleHeader(request, header);
    if (subject === undefined) {
      return undefined;
    }
    if (!this.#isProxy(request.socket.remoteAddress)) {
      throw this.#refusals.credentialInvalid(
        `The header ${header} is taken from the proxies of general.identity only, and the request comes from elsewhere.`,
      );
    }
    const listed = rolesHeader === undefined ? undefined : singleHeader(request, rolesHeader);
    const roles = (listed ?? "")
      .split(",")
      .map((role) => role.trim())
      .filter((role) => role !== "");
    return { principal: createPrincipal({ issuer, subject, roles, provider: "trusted_header" }) };
  }

  #isProxy(address: string | undefined): boolean {
    const [ip = ""] = address?.split("%") ?? [];
    const version = isIP(ip);
    return version !== 0 && this.#proxies.check(ip, version === 4 ? "ipv4" : "ipv6");
  }
}

function listOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [ip = "", prefix] = proxy.split("/");
    const family = isIP(ip) === 4 ? "ipv4" : "ipv6";
    if (prefix === undefined) {
      list.addAddress(ip, family);
    } else {
      list.addSubnet(ip, Number(prefix), family);
    }
  }
  return list;
}
