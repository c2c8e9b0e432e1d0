import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { NetworkList, plainAddress } from "./network-list.js";

/** Finds out where a request comes from. */
export class ClientAddresses {
  readonly #trustedProxies: NetworkList;

  /** @param trustedProxies Whose `X-Forwarded-For` is believed. */
  constructor(trustedProxies: readonly string[]) {
    this.#trustedProxies = new NetworkList(trustedProxies);
  }

  /**
   * The address of whoever sent a request. Each proxy adds whom it heard to the end of `X-Forwarded-For`, so the header is
   * read from its end for as long as it was a trusted proxy that said so; what a client has written at its beginning is
   * never believed.
   */
  of(request: IncomingMessage): string {
    let address = plainAddress(request.socket.remoteAddress ?? "");
    if (!this.#trustedProxies.has(address)) {
      return address;
    }
    // Node joins several such headers, in their order.
    const forwarded = String(request.headers["x-forwarded-for"] ?? "").split(",");
    while (forwarded.length > 0 && this.#trustedProxies.has(address)) {
      const heard = withoutPort(forwarded.pop()?.trim() ?? "");
      if (isIP(heard) === 0) {
        break;
      }
      address = plainAddress(heard);
    }
    return address;
  }
}

/** Whom an address stands for: an IPv6 client has at least a whole /64 of them, and can take another for each request. */
export function subscriberOf(address: string): string {
  if (isIP(address) !== 6) {
    return address;
  }
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const omitted = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: omitted }, () => "0"), ...after];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}

function withoutPort(text: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
}
