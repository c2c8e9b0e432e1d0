import { ask, generate, type HostileCase, message } from "./hostile-case.js";

const nowhere = ["404 ROUTE_NOT_FOUND"];
const malformed = ["400 REQUEST_INVALID"];
const wrongMethod = ["405 METHOD_NOT_ALLOWED"];
const noSession = ["404 SESSION_NOT_FOUND"];
const without = ["Cookie: nat-session=mallory-without-session"];

function get(name: string, path: string, answers: readonly string[] = nowhere): HostileCase {
  return { name, bytes: ask("GET", path, without), answers };
}

function method(name: string, line: string, answers: readonly string[]): HostileCase {
  return { name, bytes: message([line, "Host: a", "Connection: close", ...without]), answers };
}

/** Paths that climb, hide or repeat, queries that name others, and methods that are none. */
export const pathCases: readonly HostileCase[] = [
  get("the root", "/"),
  get("a route in capitals", "/V1/SESSION"),
  get("a double slash", "//v1/session"),
  get("a dot in the path", "/v1/./session"),
  get("a way up and down again", "/health/../v1/session"),
  get("a way out", "/../../../../etc/passwd"),
  get("a way out, encoded", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd"),
  get("a way out, encoded twice", "/%252e%252e%252fetc%252fpasswd"),
  get("a way out, in overlong UTF-8", "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd"),
  get("a way out with backslashes", "/..\\..\\..\\windows\\win.ini"),
  get("a way out of the documentation", "/docs/../../package.json"),
  get("a way out of the documentation, encoded", "/docs/%2e%2e%2f%2e%2e%2fpackage.json"),
  get("the repository", "/.git/config"),
  get("the environment", "/.env"),
  get("the store", "/.alcove/config.sqlite"),
  get("Node's own", "/node_modules/koa/package.json"),
  get("a NUL after a route", "/v1/session%00.json"),
  get("a line break after a route", "/v1/session%0d%0aset-cookie:a=b"),
  get("a parameter of a path", "/v1/session;user=victim"),
  get("an encoded slash", "/v1%2fsession"),
  get("an encoding that is none", "/v1/session%zz"),
  get("half an encoding", "/v1/session%"),
  get("bytes that are no UTF-8", "/%ff%fe"),
  get("a prototype", "/__proto__"),
  get("a constructor", "/constructor/prototype"),
  get("a long path", `/${"a".repeat(8_000)}`),
  get("a path longer than all headers may be", `/${"a".repeat(20_000)}`, ["431 HEADERS_TOO_LARGE"]),
  get("a query of a route", "/v1/session?user_id=victim", noSession),
  get("a query with a prototype", "/v1/session?__proto__[admin]=1&constructor[prototype][admin]=1", noSession),
  get("the same query a thousand times", `/v1/session?${"a=1&".repeat(1_000)}`, noSession),
  get("a query that is no encoding", "/v1/session?a=%zz&b=%ff", noSession),
  get("a query full of markup", "/nowhere?<script>alert(1)</script>"),
  get("a fragment", "/v1/session#fragment", noSession),
  get("an address of another server", "http://127.0.0.1:9/v1/session", noSession),
  method("a path without a slash", "GET v1/session HTTP/1.1", malformed),
  method("an asterisk", "GET * HTTP/1.1", nowhere),
  method("an asterisk of options", "OPTIONS * HTTP/1.1", nowhere),
  method("a blank in the path", "GET /v1/session and more HTTP/1.1", malformed),
  method("a control character in the path", "GET /v1/\x01session HTTP/1.1", malformed),
  method("a byte beyond ASCII in the path", "GET /v1/\xe4 HTTP/1.1", malformed),
  method("no path", "GET HTTP/1.1", malformed),
  method("a tunnel, which is closed without a word", "CONNECT 127.0.0.1:22 HTTP/1.1", []),
  method("an echo of the request", "TRACE /health HTTP/1.1", wrongMethod),
  method("a method in lower case", "get /health HTTP/1.1", malformed),
  method("a method nobody knows", "MALLORY /health HTTP/1.1", malformed),
  method("a method of WebDAV", "PROPFIND /v1/session HTTP/1.1", wrongMethod),
  method("a deletion of what is only read", "DELETE /v1/session/export HTTP/1.1", wrongMethod),
  method("a reading of what is only run", "GET /generate HTTP/1.1", wrongMethod),
  {
    name: "a call with a query that names others",
    bytes: generate({ path: "/generate?user_id=victim" }),
    answers: ["200"],
  },
  {
    name: "a filter that is a prototype",
    bytes: generate({ path: "/generate/full?filter_steps=__proto__,constructor" }),
    answers: ["200"],
  },
  {
    name: "a filter twice",
    bytes: generate({ path: "/v1/workflow/full?filter_steps=none&filter_steps[]=FUNCTION_START" }),
    answers: ["200"],
  },
];
