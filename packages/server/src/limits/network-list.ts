import { BlockList, isIP } from "node:net";

/** IP addresses and networks, such as `127.0.0.1` and `10.0.0.0/8`. */
export class NetworkList {
  readonly #networks = new BlockList();
  readonly #isEmpty: boolean;

  /** @param networks Checked before: each is an address, or an address with the length of its prefix. */
  constructor(networks: readonly string[]) {
    this.#isEmpty = networks.length === 0;
    for (const network of networks) {
      const [address = "", prefix] = network.split("/");
      const family = familyOf(address);
      if (prefix === undefined) {
        this.#networks.addAddress(address, family);
      } else {
        this.#networks.addSubnet(address, Number(prefix), family);
      }
    }
  }

  /** Whether an address is among them. What is no address is not. */
  has(address: string): boolean {
    if (this.#isEmpty) {
      return false;
    }
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#networks.check(plain, familyOf(plain));
  }
}

/** An address as people write it: an IPv4 address that came through an IPv6 socket without its `::ffff:`. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address);
  return mapped?.[1] ?? address;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}
