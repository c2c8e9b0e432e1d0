import { type HostileCase, last, listNotes, message } from "./hostile-case.js";

const malformed = ["400 REQUEST_INVALID"];
const nobody = "401 USER_ID_REQUIRED";
const json = ["Content-Type: application/json", "Cookie: nat-session=mallory"];
/** A request that must never be taken for one: whoever hides it would get the reply that belongs to the next client. */
const hidden = message(["GET /v1/session HTTP/1.1", "Host: hidden", "Cookie: nat-session=mallory-without-session"]);

/** A POST whose framing is what is hostile. */
function post(
  name: string,
  framing: readonly string[],
  body: string,
  answers: readonly string[] = malformed,
): HostileCase {
  return { name, bytes: message(["POST /generate HTTP/1.1", "Host: a", ...json, ...framing], body), answers };
}

function raw(name: string, bytes: string, answers: readonly string[] = malformed): HostileCase {
  return { name, bytes, answers };
}

const chunked = "Transfer-Encoding: chunked";
const oneChunk = `${listNotes.length.toString(16)}\r\n${listNotes}\r\n0\r\n\r\n`;
const whole = `Content-Length: ${listNotes.length}`;

/** Requests two readers could take for different ones, and bytes that are no requests at all. */
export const framingCases: readonly HostileCase[] = [
  post("a length and chunks", ["Content-Length: 4", chunked], oneChunk),
  post("chunks and a length", [chunked, "Content-Length: 4"], oneChunk),
  post("a length, and chunks in another case", ["Content-Length: 4", "transfer-encoding: Chunked"], oneChunk),
  post("two lengths that differ", ["Content-Length: 4", "Content-Length: 5"], listNotes),
  post("two lengths that agree", [whole, whole], listNotes),
  post("two lengths in one header", ["Content-Length: 4, 4"], listNotes),
  post("a negative length", ["Content-Length: -1"], listNotes),
  post("a length with a plus", [`Content-Length: +${listNotes.length}`], listNotes),
  post("a hexadecimal length", ["Content-Length: 0x22"], listNotes),
  post("a length with a fraction", ["Content-Length: 34.0"], listNotes),
  post("a length with a blank in it", ["Content-Length: 3 4"], listNotes),
  post("a length that is no number", ["Content-Length: many"], listNotes),
  post("an empty length", ["Content-Length:"], listNotes),
  post("a length beyond all numbers", ["Content-Length: 99999999999999999999"], listNotes),
  post("a length beyond what may be sent", ["Content-Length: 9007199254740991", "Connection: close"], listNotes, [
    "413 BODY_TOO_LARGE",
  ]),
  post("a length with a blank before its colon", [`Content-Length : ${listNotes.length}`], listNotes),
  post("an encoding nobody knows", ["Transfer-Encoding: mallory"], listNotes),
  post("an encoding that ends like chunks", ["Transfer-Encoding: xchunked"], oneChunk),
  post("chunks that are not the last encoding", ["Transfer-Encoding: chunked, identity"], oneChunk),
  post("chunks of chunks", ["Transfer-Encoding: chunked, chunked"], oneChunk),
  post("chunks said twice", [chunked, chunked], oneChunk),
  post("chunks in quotes", ['Transfer-Encoding: "chunked"'], oneChunk),
  post("chunks with a blank before the colon", ["Transfer-Encoding : chunked"], oneChunk),
  post("chunks on the next line", ["Transfer-Encoding:", " chunked"], oneChunk),
  post("chunks after a vertical tab", ["Transfer-Encoding: \x0bchunked"], oneChunk),
  post("chunks after a NUL", ["Transfer-Encoding: \0chunked"], oneChunk),
  post("a chunk size that is negative", [chunked], `-1\r\n${listNotes}\r\n0\r\n\r\n`),
  post("a chunk size in C", [chunked], `0x22\r\n${listNotes}\r\n0\r\n\r\n`),
  post("a chunk size beyond all numbers", [chunked], `fffffffffffffffff\r\n${listNotes}\r\n0\r\n\r\n`),
  post("a chunk size that is none", [chunked], `\r\n${listNotes}\r\n0\r\n\r\n`),
  post("a chunk size after a blank", [chunked], ` 22\r\n${listNotes}\r\n0\r\n\r\n`),
  post("a chunk size before a bare line feed", [chunked], `22\n${listNotes}\r\n0\r\n\r\n`),
  post("a chunk size before a bare carriage return", [chunked], `22\r${listNotes}\r\n0\r\n\r\n`),
  post("a chunk that is longer than it says", [chunked], `4\r\n${listNotes}\r\n0\r\n\r\n`),
  post("a chunk that ends in a bare line feed", [chunked], `22\r\n${listNotes}\n0\r\n\r\n`),
  post("a chunk extension with a line feed in it", [chunked], `22;a\nb\r\n${listNotes}\r\n0\r\n\r\n`),
  post("chunk extensions without end", [chunked], `1;${"a".repeat(20_000)}\r\n{\r\n0\r\n\r\n`, ["413 BODY_TOO_LARGE"]),
  post(
    "a chunk extension, which means nothing",
    [chunked, "Connection: close"],
    `22;a="b"\r\n${listNotes}\r\n0\r\n\r\n`,
    ["200"],
  ),
  post(
    "a trailer that would make another user",
    [chunked, "Connection: close"],
    `22\r\n${listNotes}\r\n0\r\nCookie: nat-session=trudy\r\nAuthorization: Basic YTpi\r\n\r\n`,
    ["200"],
  ),
  post("a trailer without end", [chunked], `22\r\n${listNotes}\r\n0\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, [
    "431 HEADERS_TOO_LARGE",
  ]),
  post("a body that never comes", [whole], "", ["408 REQUEST_TIMED_OUT"]),
  post("half a body", [whole], listNotes.slice(0, 10), ["408 REQUEST_TIMED_OUT"]),
  post("chunks without an end", [chunked], `22\r\n${listNotes}\r\n`, ["408 REQUEST_TIMED_OUT"]),
  raw("half a head", "POST /generate HTTP/1.1\r\nHost: a\r\nCookie: nat-ses", ["408 REQUEST_TIMED_OUT"]),
  raw(
    "a request in the body of one that is refused",
    message(["POST /generate HTTP/1.1", "Host: a", `Content-Length: ${hidden.length}`], hidden) + last,
    [nobody, "200"],
  ),
  raw(
    "a request in the body of one that has none",
    message(["GET /health HTTP/1.1", "Host: a", `Content-Length: ${hidden.length}`], hidden) + last,
    ["200", "200"],
  ),
  raw(
    "a request in the chunks of one that has none",
    message(["GET /health HTTP/1.1", "Host: a", chunked], `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`) +
      last,
    ["200", "200"],
  ),
  raw(
    "a request in the body of a deletion",
    message(
      ["DELETE /v1/session HTTP/1.1", "Host: a", "Cookie: nat-session=m", `Content-Length: ${hidden.length}`],
      hidden,
    ) + last,
    ["204", "200"],
  ),
  raw(
    "a request behind chunks whose length is claimed as well",
    message(["POST /generate HTTP/1.1", "Host: a", ...json, "Content-Length: 3", chunked], `0\r\n\r\n${hidden}`),
  ),
  raw(
    "a request behind a body that says it is empty",
    message(["POST /generate HTTP/1.1", "Host: a", ...json, "Content-Length: 0"]) + last,
    ["422 BODY_INVALID", "200"],
  ),
  raw("nonsense behind a request", `${message(["GET /health HTTP/1.1", "Host: a"])}nonsense\r\n\r\n`, [
    "200",
    ...malformed,
  ]),
  raw(
    "a hundred requests at once",
    message(["GET /health HTTP/1.1", "Host: a"]).repeat(100) + last,
    Array.from({ length: 101 }, () => "200"),
  ),
  raw("lines that end in line feeds", "GET /health HTTP/1.1\nHost: a\n\n"),
  raw("lines that end in carriage returns", "GET /health HTTP/1.1\rHost: a\r\r"),
  raw("a head that ends in a line feed", "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\n"),
  raw("a header that ends in a line feed", "GET /health HTTP/1.1\r\nHost: a\nConnection: close\r\n\r\n"),
  raw("a NUL for a method", "\0 /health HTTP/1.1\r\nHost: a\r\n\r\n"),
  raw("a NUL in the version", "GET /health HTTP/\0.1\r\nHost: a\r\n\r\n"),
  raw("a version that is to come", "GET /health HTTP/9.9\r\nHost: a\r\n\r\n"),
  raw("a version without a point", "GET /health HTTP/11\r\nHost: a\r\n\r\n"),
  raw("a version in lower case", "GET /health http/1.1\r\nHost: a\r\n\r\n"),
  raw("a protocol that is not HTTP", "GET /health ICE/1.0\r\nHost: a\r\n\r\n"),
  raw("no version at all", "GET /health\r\n\r\n"),
  raw("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  raw("a greeting of TLS", `\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03${"\x07".repeat(32)}`),
  raw("a greeting of SSH", "SSH-2.0-OpenSSH_9.6\r\n"),
  raw("a greeting of SMTP", "EHLO mallory\r\n"),
  raw(
    "a thousand bytes of anything",
    String.fromCharCode(...Array.from({ length: 1_000 }, (_, index) => (index * 167 + 13) % 256)),
  ),
  raw("a head of line breaks", `${"\r\n".repeat(100)}${last}`, ["200"]),
  raw("chunks in HTTP/1.0", message(["POST /generate HTTP/1.0", "Host: a", ...json, chunked], oneChunk), malformed),
];
