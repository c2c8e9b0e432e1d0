import { BlockList, isIP } from "node:net";

/** Whether an IP address may be connected to. */
export type AddressCheck = (address: string) => boolean;

const privateIpv4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
// Of version 6 only this range is given out for hosts that all the world may reach.
const publicIpv6 = "2000::/3";
// In it lie addresses for documentation, and those that stand for addresses of version 4, private ones among them.
const reservedIpv6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Whether a text is an IP address, or a range of them such as `10.1.0.0/16`. */
export function isAddressRange(text: string): boolean {
  const [address = "", prefix = "0", ...rest] = text.split("/");
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bitsOf(family);
}

/**
 * Which addresses may be connected to: all public ones, and those in the given ranges.
 *
 * @param allowed Addresses and ranges, as {@link isAddressRange} takes them.
 */
export function checkAddresses(allowed: readonly string[]): AddressCheck {
  const exceptions = rangesOf(allowed);
  return (scoped) => {
    // A link-local address may carry the interface it belongs to: fe80::1%eth0.
    const [address = ""] = scoped.split("%");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    return exceptions.check(address, family) || isPublic(address, family);
  };
}

const privateRanges = rangesOf([...privateIpv4, ...reservedIpv6]);
const publicIpv6Range = rangesOf([publicIpv6]);

function isPublic(address: string, family: "ipv4" | "ipv6"): boolean {
  return !privateRanges.check(address, family) && (family === "ipv4" || publicIpv6Range.check(address, family));
}

function rangesOf(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = "", prefix] = text.split("/");
    const family = isIP(address);
    list.addSubnet(address, Number(prefix ?? bitsOf(family)), family === 6 ? "ipv6" : "ipv4");
  }
  return list;
}

function bitsOf(family: number): number {
  return family === 6 ? 128 : 32;
}
