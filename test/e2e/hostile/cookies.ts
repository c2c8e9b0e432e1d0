import { generate, type HostileCase, listNotes, message, utf8 } from "./hostile-case.js";

const nobody = ["401 USER_ID_REQUIRED"];
const conflict = ["400 IDENTITY_CONFLICT"];
const malformed = ["400 REQUEST_INVALID"];
/** Somebody, who has nothing: whoever a cookie like this names is not the victim. */
const somebody = ["200"];

function cookie(name: string, value: string, answers: readonly string[]): HostileCase {
  return { name, bytes: generate({ cookie: value }), answers };
}

function near(name: string, distorted: (cookie: string) => string): HostileCase {
  return {
    name,
    bytes: (victim) => generate({ cookie: `nat-session=${distorted(victim.cookie)}` }),
    answers: somebody,
  };
}

const twoCookieHeaders = (first: string, second: string): string =>
  generate({ cookie: first, headers: [`Cookie: ${second}`] });

/** Tricks with the `nat-session` cookie. */
export const cookieCases: readonly HostileCase[] = [
  cookie("no cookie", "", nobody),
  cookie("an empty cookie", "nat-session=", nobody),
  cookie("an empty cookie in quotes", 'nat-session=""', nobody),
  cookie("a cookie of blanks", "nat-session=   ", nobody),
  cookie("a cookie without a value", "nat-session", nobody),
  cookie("only separators", ";;; ; ;", nobody),
  cookie("a value without a name", "=mallory", nobody),
  cookie("the name in capitals", "NAT-SESSION=mallory", nobody),
  cookie("a name that ends like it", "x-nat-session=mallory", nobody),
  cookie("a name that begins like it", "nat-session-2=mallory", nobody),
  cookie("the name in quotes", '"nat-session"=mallory', nobody),
  cookie("the name percent-encoded", "nat%2dsession=mallory", nobody),
  cookie("a prefixed name that is not configured", "__Host-nat-session=mallory", nobody),
  cookie("two cookies that differ", "nat-session=mallory; nat-session=trudy", conflict),
  cookie("two cookies that differ in their case", "nat-session=mallory; nat-session=Mallory", conflict),
  cookie("three cookies, the last of which differs", "nat-session=m; nat-session=m; nat-session=t", conflict),
  cookie("two cookies that differ once quotes are off", 'nat-session=mallory; nat-session="trudy"', conflict),
  cookie("an escape that makes another user", 'nat-session=mallory; nat-session="\\164rudy"', conflict),
  {
    name: "two Cookie headers that differ",
    bytes: twoCookieHeaders("nat-session=mallory", "nat-session=trudy"),
    answers: conflict,
  },
  {
    name: "two Cookie headers, the first of which is empty",
    bytes: twoCookieHeaders("nat-session=", "nat-session=mallory"),
    answers: somebody,
  },
  cookie("a cookie that tells a path and a domain", "$Version=1; nat-session=mallory; $Path=/; $Domain=a", somebody),
  cookie("two cookies joined by a comma", "nat-session=mallory, nat-session=trudy", somebody),
  cookie("a cookie of 4,097 characters", `nat-session=${"m".repeat(4_097)}`, malformed),
  cookie("a cookie longer than all headers may be", `nat-session=${"m".repeat(20_000)}`, ["431 HEADERS_TOO_LARGE"]),
  cookie("a thousand other cookies first", `${"a=b; ".repeat(1_000)}nat-session=mallory`, somebody),
  cookie("a NUL in the cookie", "nat-session=mal\0lory", malformed),
  cookie("a control character in the cookie", "nat-session=mal\x01lory", malformed),
  cookie("a line feed in the cookie", "nat-session=mal\nlory", malformed),
  cookie("a carriage return in the cookie", "nat-session=mal\rlory", malformed),
  cookie("an encoded line break in the cookie", "nat-session=m%0d%0aSet-Cookie:%20a=b", somebody),
  cookie("bytes that are no UTF-8", "nat-session=\xff\xfe\xc0\xaf", somebody),
  cookie("characters beyond ASCII", utf8("nat-session=маллори😀"), somebody),
  cookie("the name of a prototype", "nat-session=__proto__", somebody),
  cookie("the name of a constructor", "nat-session=constructor", somebody),
  cookie("a path", "nat-session=../../../../etc/passwd", somebody),
  cookie("a piece of SQL", "nat-session=' OR 1=1 --", somebody),
  cookie("wildcards of SQL", "nat-session=%_%", somebody),
  cookie("a lookup in a log line", `nat-session=\${jndi:ldap://127.0.0.1/a}`, somebody),
  cookie("a list in JSON", 'nat-session=["mallory","trudy"]', somebody),
  near("the victim's cookie in capitals", (value) => value.toUpperCase()),
  near("the victim's cookie without its last character", (value) => value.slice(0, -1)),
  near("the victim's cookie and one more character", (value) => `${value}0`),
  near("the victim's cookie percent-encoded", (value) => value.replaceAll("-", "%2d")),
  near("the victim's cookie and a comma", (value) => `${value},`),
  near("the victim's cookie with a wildcard", (value) => `${value.slice(0, 12)}%`),
  {
    name: "the victim's cookie in a trailer of the body",
    bytes: (victim) =>
      message(
        [
          "POST /generate HTTP/1.1",
          "Host: a",
          "Connection: close",
          "Content-Type: application/json",
          "Cookie: nat-session=mallory",
          "Transfer-Encoding: chunked",
          "Trailer: Cookie",
        ],
        `${listNotes.length.toString(16)}\r\n${listNotes}\r\n0\r\nCookie: nat-session=${victim.cookie}\r\n\r\n`,
      ),
    answers: somebody,
  },
];
