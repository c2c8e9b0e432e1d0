import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { ClientAddresses, subscriberOf } from "./client-addresses.js";

const proxies = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"];

function addressOf(remoteAddress: string, forwardedFor?: string): string {
  const request = { socket: { remoteAddress }, headers: { "x-forwarded-for": forwardedFor } };
  return new ClientAddresses(proxies).of(request as unknown as IncomingMessage);
}

describe("the address of a client", () => {
  it.each([
    ["its own, whatever it says of itself", "203.0.113.5", "198.51.100.1", "203.0.113.5"],
    ["without the prefix of an IPv6 socket", "::ffff:203.0.113.5", undefined, "203.0.113.5"],
    ["what a trusted proxy heard", "10.1.2.3", "198.51.100.1", "198.51.100.1"],
    ["what a trusted proxy heard through an IPv6 socket", "::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"],
    ["what the outermost of several proxies heard", "10.1.2.3", "198.51.100.1, 192.0.2.7, 10.9.9.9", "198.51.100.1"],
    ["not what the client wrote in front", "10.1.2.3", "127.0.0.1, 198.51.100.1", "198.51.100.1"],
    ["with its port taken off", "10.1.2.3", "198.51.100.1:4711", "198.51.100.1"],
    ["an IPv6 address in brackets", "fd00::1", "[2001:db8::1]:443", "2001:db8::1"],
    ["the proxy's own where it says nothing", "10.1.2.3", undefined, "10.1.2.3"],
    ["the proxy's own where it says nonsense", "10.1.2.3", "198.51.100.1, unknown", "10.1.2.3"],
    ["that of the last one where all are proxies", "10.1.2.3", "10.0.0.1, 10.0.0.2", "10.0.0.1"],
  ])("is %s", (_what, remoteAddress, forwardedFor, expected) => {
    expect(addressOf(remoteAddress, forwardedFor)).toBe(expected);
  });
});

describe("whom an address stands for", () => {
  it.each([
    ["203.0.113.5", "203.0.113.5"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["", ""],
  ])("of %j is %j", (address, expected) => {
    expect(subscriberOf(address)).toBe(expected);
  });
});
