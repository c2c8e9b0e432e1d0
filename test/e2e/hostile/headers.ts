import { ask, generate, type HostileCase, listNotes, message } from "./hostile-case.js";

const malformed = ["400 REQUEST_INVALID"];
const keyInvalid = ["400 IDEMPOTENCY_KEY_INVALID"];
const unsupported = ["415 MEDIA_TYPE_UNSUPPORTED"];
const ignored = ["200"];

function header(name: string, line: string | readonly string[], answers: readonly string[]): HostileCase {
  return { name, bytes: generate({ headers: typeof line === "string" ? [line] : line }), answers };
}

/** A request whose head is written out, by mallory. */
function head(name: string, lines: readonly string[], answers: readonly string[]): HostileCase {
  return { name, bytes: message(["GET /v1/session HTTP/1.1", ...lines, "Connection: close"]), answers };
}

const own = "Cookie: nat-session=mallory-without-session";
const missing = ["404 SESSION_NOT_FOUND"];

/** Headers that come twice, folded, malformed, or that claim what nobody should believe. */
export const headerCases: readonly HostileCase[] = [
  head("no Host", [own], malformed),
  head("two Hosts", ["Host: a", "Host: b", own], malformed),
  head("two Hosts that agree", ["Host: a", "Host: a", own], malformed),
  head("an empty Host", ["Host:", own], missing),
  head("a Host full of markup", ["Host: <script>alert(1)</script>", own], missing),
  head("a blank before the colon", ["Host: a", `${own.replace(":", " :")}`], malformed),
  head("a tab before the colon", ["Host: a", `${own.replace(":", "\t:")}`], malformed),
  head("a header without a name", ["Host: a", ": mallory", own], malformed),
  head("a header without a colon", ["Host: a", "Mallory", own], malformed),
  head("a header whose name holds a NUL", ["Host: a", "Mal\0lory: 1", own], malformed),
  head("a header whose name holds a control character", ["Host: a", "Mal\x7florry: 1", own], malformed),
  head("a header whose name is not ASCII", ["Host: a", "M\xe4llory: 1", own], malformed),
  head("a header whose name is in parentheses", ["Host: a", "(mallory): 1", own], malformed),
  head("a first header that is folded", [" Host: a", own], malformed),
  head("a folded cookie that continues with another", ["Host: a", own, " ; nat-session=trudy"], malformed),
  head("a folded cookie that continues after a tab", ["Host: a", own, "\t; nat-session=trudy"], malformed),
  head("a cookie that begins on the next line", ["Host: a", "Cookie:", " nat-session=trudy"], malformed),
  head("a header called __proto__", ["Host: a", "__proto__: admin", own], missing),
  head("a header called constructor", ["Host: a", "constructor: admin", own], missing),
  {
    name: "a second cookie after two thousand other headers",
    bytes: generate({ headers: [...Array.from({ length: 2_100 }, () => "a:"), "Cookie: nat-session=trudy"] }),
    answers: ["400 IDENTITY_CONFLICT"],
  },
  {
    name: "headers without end",
    bytes: message(["GET /health HTTP/1.1", "Host: a", ...Array.from({ length: 5_000 }, (_, index) => `h${index}: 1`)]),
    answers: ["431 HEADERS_TOO_LARGE"],
  },
  header("two content types", ["Content-Type: application/json", "Content-Type: text/plain"], malformed),
  header(
    "two content types that agree",
    ["Content-Type: application/json", "content-type: application/json"],
    malformed,
  ),
  header("two authorizations", ["Authorization: Bearer a", "Authorization: Bearer b"], ignored),
  header("two idempotency keys", ["Idempotency-Key: a", "Idempotency-Key: b"], keyInvalid),
  header("an idempotency key of 256 characters", `Idempotency-Key: ${"k".repeat(256)}`, keyInvalid),
  header("an empty idempotency key", "Idempotency-Key:", keyInvalid),
  header("an idempotency key called __proto__", "Idempotency-Key: __proto__", ignored),
  header("an idempotency key that is a path", "Idempotency-Key: ../../session", ignored),
  header("a charset that is not UTF-8", "Content-Type: application/json; charset=utf-7", unsupported),
  header("a type that only begins like JSON", "Content-Type: application/jsonp", unsupported),
  header("a form", "Content-Type: application/x-www-form-urlencoded", unsupported),
  header("text, as a page may send it to another origin", "Content-Type: text/plain", unsupported),
  header("an encoding nobody knows", "Content-Encoding: mallory", unsupported),
  header("an encoding on an encoding", "Content-Encoding: gzip, gzip", unsupported),
  header("an expectation nobody knows", "Expect: 200-ok", ignored),
  header("an upgrade to HTTP/2", ["Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"], ignored),
  header("another method", "X-HTTP-Method-Override: DELETE", ignored),
  header("another path", ["X-Original-URL: /v1/session", "X-Rewrite-URL: /v1/session"], ignored),
  header("another user", ["X-User-Id: victim", "X-Forwarded-User: victim", "Remote-User: victim"], ignored),
  header("another client", ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Real-IP: ::1"], ignored),
  header("another proxy", "Proxy: http://127.0.0.1:9", ignored),
  header("a cookie to be dropped on the way", "Connection: close, cookie", ignored),
  header("a trace without an end", `traceparent: ${"0-".repeat(4_000)}`, ignored),
  header("a run id that is none", "workflow-run-id: ../../victim", ignored),
  header("a conversation full of markup", "conversation-id: <img src=x onerror=alert(1)>", ignored),
  {
    name: "a request id that would write a header",
    bytes: generate({ headers: ["X-Request-Id: a%0d%0aset-cookie: b"] }),
    answers: ignored,
  },
  {
    name: "a request id that is a log line",
    bytes: ask("GET", "/nowhere", ['X-Request-Id: {"level":"error"}']),
    answers: ["404 ROUTE_NOT_FOUND"],
  },
  {
    name: "a body nobody wants, announced politely",
    bytes: message([
      "POST /generate HTTP/1.1",
      "Host: a",
      "Expect: 100-continue",
      "Connection: close",
      "Content-Length: 2",
    ]),
    answers: ["100", "401 USER_ID_REQUIRED"],
  },
  {
    name: "a byte range of a reply",
    bytes: generate({ headers: ["Range: bytes=0-0", "If-Range: x", "If-None-Match: *"], body: listNotes }),
    answers: ignored,
  },
];
