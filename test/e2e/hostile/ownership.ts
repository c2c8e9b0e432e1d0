import { ask, generate, type HostileCase, type Victim } from "./hostile-case.js";

const noSession = ["404 SESSION_NOT_FOUND"];
const nowhere = ["404 ROUTE_NOT_FOUND"];
const wrongMethod = ["405 METHOD_NOT_ALLOWED"];
const nobody = ["401 USER_ID_REQUIRED"];
const deleted = ["204"];
const own = ["200"];
const mallory = "Cookie: nat-session=mallory-without-session";

function asking(
  name: string,
  method: string,
  path: string | ((victim: Victim) => string),
  answers: readonly string[],
  headers: (victim: Victim) => readonly string[] = () => [mallory],
): HostileCase {
  const pathFor = typeof path === "string" ? () => path : path;
  return { name, bytes: (victim) => ask(method, pathFor(victim), headers(victim)), answers };
}

function calling(name: string, headers: (victim: Victim) => readonly string[], answers = own): HostileCase {
  return { name, bytes: (victim) => generate({ headers: headers(victim), body: victim.body }), answers };
}

const userIdAsCookie = ({ userId }: Victim): readonly string[] => [`Cookie: nat-session=${userId}`];
const SESSION = "/v1/session";

/** What is another user's, asked for, changed or removed by somebody else. */
export const ownershipCases: readonly HostileCase[] = [
  asking("a session of nobody", "GET", SESSION, nobody, () => []),
  asking("an export of nobody", "GET", `${SESSION}/export`, nobody, () => []),
  asking("a deletion by nobody", "DELETE", SESSION, nobody, () => []),
  asking("a session that was never begun", "GET", SESSION, noSession),
  asking("an export of a session that was never begun", "GET", `${SESSION}/export`, noSession),
  asking("a deletion of a session that was never begun", "DELETE", SESSION, deleted),
  asking("the victim's session by user id", "GET", SESSION, noSession, userIdAsCookie),
  asking("the victim's export by user id", "GET", `${SESSION}/export`, noSession, userIdAsCookie),
  asking("a deletion of the victim by user id", "DELETE", SESSION, deleted, userIdAsCookie),
  asking("the victim's session in a query", "GET", ({ userId }) => `${SESSION}?user_id=${userId}`, noSession),
  asking("the victim's export in a query", "GET", ({ userId }) => `${SESSION}/export?user_id=${userId}`, noSession),
  asking("a deletion of the victim in a query", "DELETE", ({ userId }) => `${SESSION}?user_id=${userId}`, deleted),
  asking("the victim's session in the path", "GET", ({ userId }) => `${SESSION}/${userId}`, nowhere),
  asking("the victim's export in the path", "GET", ({ userId }) => `${SESSION}/export/${userId}`, nowhere),
  asking("a deletion of the victim in the path", "DELETE", ({ userId }) => `${SESSION}/${userId}`, nowhere),
  asking("the victim's session, one level up", "GET", ({ userId }) => `${SESSION}/${userId}/..`, nowhere),
  asking("the victim's session in headers", "GET", SESSION, noSession, ({ userId }) => [
    mallory,
    `X-User-Id: ${userId}`,
    `X-Forwarded-User: ${userId}`,
    `User-Id: ${userId}`,
    `From: ${userId}`,
  ]),
  asking("a deletion of the victim in headers", "DELETE", SESSION, deleted, ({ userId }) => [
    mallory,
    `X-User-Id: ${userId}`,
  ]),
  asking(
    "the victim's cookie in a query",
    "GET",
    ({ cookie }) => `${SESSION}?nat-session=${cookie}`,
    nobody,
    () => [],
  ),
  asking("the victim's cookie in another header", "GET", SESSION, nobody, ({ cookie }) => [
    `Cookie2: nat-session=${cookie}`,
  ]),
  asking("the victim's cookie beside one's own", "GET", SESSION, ["400 IDENTITY_CONFLICT"], ({ cookie }) => [
    mallory,
    `Cookie: nat-session=${cookie}`,
  ]),
  asking("the victim's cookie without its beginning", "GET", SESSION, noSession, ({ cookie }) => [
    `Cookie: nat-session=${cookie.slice(1)}`,
  ]),
  asking("another method on the session", "PUT", SESSION, wrongMethod),
  asking("a patch of the session", "PATCH", SESSION, wrongMethod),
  asking("a session put in place", "POST", SESSION, wrongMethod),
  asking("an import into the session", "POST", `${SESSION}/import`, nowhere),
  asking("all sessions", "GET", "/v1/sessions/", nowhere),
  asking("the store's own socket", "GET", "/sessions", nowhere),
  asking("the monitor, under a name that is not the machine's own", "GET", "/monitor/users", ["403 FORBIDDEN"]),
  calling("a call with the victim's idempotency key and body", ({ idempotencyKey }) => [
    `Idempotency-Key: ${idempotencyKey}`,
  ]),
  calling("a call with the victim's run id", ({ runId }) => [`workflow-run-id: ${runId}`]),
  calling("a call in the victim's conversation", ({ conversationId }) => [`conversation-id: ${conversationId}`]),
  calling("a call below the victim's run", ({ runId }) => [`workflow-parent-id: ${runId}`]),
  calling("a call in the victim's trace", ({ runId }) => [`workflow-trace-id: ${runId}`]),
  calling("a call with the victim's user id in headers", ({ userId }) => [
    `X-User-Id: ${userId}`,
    `X-API-User: ${userId}`,
  ]),
  {
    name: "a call with the victim's idempotency key and another body",
    bytes: ({ idempotencyKey }) =>
      generate({ cookie: "nat-session=trudy", headers: [`Idempotency-Key: ${idempotencyKey}`] }),
    answers: own,
  },
  {
    name: "a stream with the victim's idempotency key",
    bytes: ({ idempotencyKey, body }) =>
      generate({ path: "/generate/stream", headers: [`Idempotency-Key: ${idempotencyKey}-s`], body }),
    answers: own,
  },
  {
    name: "a call with the victim's user id in the body",
    bytes: ({ userId }) =>
      generate({ body: `{"command":"note","action":"list","user_id":"${userId}","session_id":"${userId}"}` }),
    answers: own,
  },
  {
    name: "a stream with the victim's user id in the query",
    bytes: ({ userId }) => generate({ path: `/generate/full?user_id=${userId}` }),
    answers: own,
  },
];
