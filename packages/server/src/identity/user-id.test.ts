import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isUuid, userIdOf, userIdOfSessionCookie, userIdOfSubject } from "./user-id.js";

const alice = "7b031fd4-714b-598e-b755-a517d069edc5";

describe("user id of a session cookie", () => {
  it.each([
    ["alice", alice],
    ["bob", "e0d43398-5fc8-5c1d-95d5-d39399e69f51"],
    ["carol", "a51a12c2-3691-5d0a-9cdf-69f27626d170"],
  ])("is the reference's for %s", (cookie, userId) => {
    expect(userIdOfSessionCookie(cookie)).toBe(userId);
  });

  it("is a UUID of version 5 for every cookie, and differs where cookies differ", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (one, other) => {
        const userId = userIdOfSessionCookie(one);
        expect(userId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(isUuid(userId)).toBe(true);
        expect(userIdOfSessionCookie(other) === userId).toBe(one === other);
      }),
    );
  });
});

describe("user id of a subject", () => {
  it("is another one for every issuer, every subject, and every session cookie", () => {
    // Texts in which one could be taken for the end of the other; neither issuers nor cookies hold a NUL.
    const subject = fc.string({ unit: fc.constantFrom("a", "b", "\0", "/"), maxLength: 4 });
    const issuer = subject.filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(issuer, subject, issuer, subject, (oneIssuer, one, otherIssuer, other) => {
        const isSame = oneIssuer === otherIssuer && one === other;
        expect(userIdOfSubject(oneIssuer, one) === userIdOfSubject(otherIssuer, other)).toBe(isSame);
        expect(userIdOfSessionCookie(otherIssuer)).not.toBe(userIdOfSubject(oneIssuer, one));
        expect(isUuid(userIdOfSubject(oneIssuer, one))).toBe(true);
      }),
    );
  });
});

describe("user id a person may mean", () => {
  it("is a UUID as it is, in lower case", () => {
    expect(userIdOf(alice.toUpperCase())).toBe(alice);
  });

  it("is that of the cookie for anything else", () => {
    expect(userIdOf("alice")).toBe(alice);
  });
});

describe("the user a person names", () => {
  it("is the one whose cookie carries the name, beyond ASCII too", () => {
    const asReceived = Buffer.from("zoé", "utf8").toString("latin1");
    expect(userIdOf("zoé")).toBe(userIdOfSessionCookie(asReceived));
  });
});
