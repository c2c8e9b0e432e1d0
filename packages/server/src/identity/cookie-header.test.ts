import { describe, expect, it } from "vitest";
import { cookieOf } from "./cookie-header.js";

const sessionCookie = (header: string | undefined) => cookieOf(header, "nat-session");

describe("session cookie", () => {
  it.each([
    ["nat-session=alice", "alice"],
    ["a=b; nat-session=alice; c=d", "alice"],
    ["a=b;nat-session=alice", "alice"],
    ["nat-session=  alice  ", "alice"],
    [" nat-session = alice", "alice"],
    ['nat-session="alice"', "alice"],
    ['nat-session="a\\"b\\054c"', 'a"b,c'],
    ["nat-session=a=b==", "a=b=="],
    ['nat-session="', '"'],
    ["nat-session=alice; nat-session=alice", "alice"],
    ['nat-session=alice; nat-session="alice"', "alice"],
    ["nat-session=; nat-session=alice", "alice"],
    ["nat-session=al%69ce", "al%69ce"],
  ])("of %j is %j", (header, value) => {
    expect(sessionCookie(header)).toBe(value);
  });

  it.each([
    [undefined],
    [""],
    [";;;"],
    ["nat-session"],
    ["nat-session="],
    ['nat-session=""'],
    ["Nat-Session=alice"],
    ["nat-session2=alice"],
    ["x-nat-session=alice"],
    ["=alice"],
  ])("is none in %j", (header) => {
    expect(sessionCookie(header)).toBeUndefined();
  });

  it("is refused when the request names two users", () => {
    expect(() => sessionCookie("nat-session=alice; nat-session=bob")).toThrow(
      expect.objectContaining({ code: "IDENTITY_CONFLICT" }),
    );
  });

  it("is refused with an escaped NUL, which would make it the subject of another issuer", () => {
    expect(() => sessionCookie('nat-session="issuer\\000alice"')).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID" }),
    );
  });

  it("is refused when it is longer than a browser would keep", () => {
    expect(sessionCookie(`nat-session=${"a".repeat(4096)}`)).toHaveLength(4096);
    expect(() => sessionCookie(`nat-session=${"a".repeat(4097)}`)).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID" }),
    );
  });
});
