import { describe, expect, it } from "vitest";
import { checkAddresses, isAddressRange } from "./addresses.js";

const isPublic = checkAddresses([]);

describe("an address", () => {
  it.each(["8.8.8.8", "172.15.255.255", "172.32.0.0", "100.63.255.255", "2606:4700::1111", "2a00:1450::1"])(
    "%s is public",
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  it.each([
    ["this host", "0.0.0.0"],
    ["a private network", "10.1.2.3"],
    ["a private network", "172.16.0.1"],
    ["a private network", "172.31.255.255"],
    ["a private network", "192.168.1.1"],
    ["a provider's network", "100.64.0.1"],
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["link-local, where clouds keep credentials", "169.254.169.254"],
    ["documentation", "203.0.113.7"],
    ["benchmarks", "198.19.0.1"],
    ["multicast", "224.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["no address", "::"],
    ["loopback", "::1"],
    ["link-local", "fe80::1"],
    ["link-local with its interface", "fe80::1%eth0"],
    ["a private network", "fd12:3456::1"],
    ["multicast", "ff02::1"],
    ["documentation", "2001:db8::1"],
    ["loopback of version 4 in disguise", "::ffff:127.0.0.1"],
    ["loopback of version 4 in disguise", "::ffff:7f00:1"],
    ["loopback of version 4 behind a translator", "64:ff9b::7f00:1"],
    ["a private address of version 4 in a tunnel", "2002:a00:1::"],
  ])("for %s, %s, is not public", (_kind, address) => {
    expect(isPublic(address)).toBe(false);
  });

  it("that is not public can be allowed by itself or with its range, and allows nothing beside it", () => {
    const check = checkAddresses(["127.0.0.1", "10.1.0.0/16", "fd00::/8"]);
    expect(["127.0.0.1", "::ffff:127.0.0.1", "10.1.255.1", "fd12::1", "8.8.8.8"].map(check)).toEqual(
      Array(5).fill(true),
    );
    expect(["127.0.0.2", "10.2.0.1", "fe80::1", "::1"].map(check)).toEqual(Array(4).fill(false));
  });
});

describe("a range in the configuration", () => {
  it.each(["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "0.0.0.0/0"])("may be %s", (text) => {
    expect(isAddressRange(text)).toBe(true);
  });

  it.each(["localhost", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", ""])(
    "may not be %j",
    (text) => {
      expect(isAddressRange(text)).toBe(false);
    },
  );
});
