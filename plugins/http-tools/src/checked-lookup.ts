import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import type { AddressCheck } from "./addresses.js";
import { AddressNotAllowedError } from "./errors.js";

/** Finds the addresses of a host. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

const askSystem: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * What a socket is given to find its address with. It hands out the addresses that may be connected to, and no other, so that the address
 * that was checked is the one that is connected to, whatever the name stands for a moment later.
 *
 * @throws ADDRESS_NOT_ALLOWED, out of the socket, when a host has none.
 */
export function checkedLookup(isAllowed: AddressCheck, resolve: Resolve = askSystem): LookupFunction {
  return (hostname, { all }, callback) => {
    allowedAddresses(hostname).then(
      ([first, ...others]) =>
        all === true ? callback(null, [first, ...others]) : callback(null, first.address, first.family),
      (error: Error) => callback(error, []),
    );
  };

  async function allowedAddresses(hostname: string): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
    const found = await resolve(hostname);
    const [first, ...others] = found.filter(({ address }) => isAllowed(address));
    if (first === undefined) {
      throw new AddressNotAllowedError(
        hostname,
        found.map(({ address }) => address),
      );
    }
    return [first, ...others];
  }
}
