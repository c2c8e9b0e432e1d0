import { ask, generate, type HostileCase, type Victim } from "./hostile-case.js";

const notFound = ["404 EXECUTION_NOT_FOUND"];
const nobody = ["401 USER_ID_REQUIRED"];
const jobs = ["/v1/workflow/async/job", "/generate/async/job"] as const;
const [JOBS] = jobs;
const guessed = "00000000-0000-4000-8000-000000000000";
const answer = '{"response":{"type":"text","text":"yes"}}';

function onJob(
  name: string,
  method: string,
  path: (victim: Victim) => string,
  answers: readonly string[] = notFound,
  headers?: (victim: Victim) => readonly string[],
): HostileCase {
  return { name, bytes: (victim) => ask(method, path(victim), headers?.(victim)), answers };
}

function answering(name: string, path: (victim: Victim) => string, answers = notFound, cookie?: string): HostileCase {
  return { name, bytes: (victim) => generate({ path: path(victim), body: answer, cookie }), answers };
}

const strangeIds: readonly (readonly [name: string, id: string])[] = [
  ["a guessed id", guessed],
  ["an id that is a key of every object", "__proto__"],
  ["an id that is a path", "..%2f..%2fv1%2fsession"],
  ["an id with a NUL", "%00"],
  ["an id of a wildcard", "%25"],
  ["an id that would end a statement", "'%20OR%20'1'='1"],
  ["an id that is no UTF-8", "%ff%fe"],
  ["an endless id", "j".repeat(4_000)],
];

/** Jobs and executions of another user, asked for, followed, cancelled or answered by somebody else. */
export const executionCases: readonly HostileCase[] = [
  ...jobs.flatMap((path) => [
    onJob(`the victim's job at ${path}`, "GET", ({ jobId }) => `${path}/${jobId}`),
    onJob(`a cancellation of the victim's job at ${path}`, "DELETE", ({ jobId }) => `${path}/${jobId}`),
    onJob(`the progress of the victim's job at ${path}`, "GET", ({ jobId }) => `${path}/${jobId}/events`),
  ]),
  onJob(
    "a job by nobody",
    "GET",
    ({ jobId }) => `${JOBS}/${jobId}`,
    nobody,
    () => [],
  ),
  onJob(
    "a cancellation by nobody",
    "DELETE",
    ({ jobId }) => `${JOBS}/${jobId}`,
    nobody,
    () => [],
  ),
  onJob(
    "the progress of a job by nobody",
    "GET",
    ({ jobId }) => `${JOBS}/${jobId}/events`,
    nobody,
    () => [],
  ),
  onJob(
    "the victim's job with the user id in the query",
    "GET",
    (victim) => `${JOBS}/${victim.jobId}?user_id=${victim.userId}`,
  ),
  onJob(
    "the victim's job with the user id in headers",
    "GET",
    ({ jobId }) => `${JOBS}/${jobId}`,
    notFound,
    ({ userId }) => ["Cookie: nat-session=mallory", `X-User-Id: ${userId}`],
  ),
  onJob(
    "the victim's job with the user id as a cookie",
    "DELETE",
    ({ jobId }) => `${JOBS}/${jobId}`,
    notFound,
    ({ userId }) => [`Cookie: nat-session=${userId}`],
  ),
  onJob("the victim's job as an execution", "GET", ({ jobId }) => `/executions/${jobId}`),
  onJob("a cancellation of the victim's job as an execution", "DELETE", ({ jobId }) => `/executions/${jobId}`),
  onJob("the victim's run as an execution", "GET", ({ runId }) => `/executions/${runId}`),
  onJob(
    "an execution by nobody",
    "GET",
    ({ jobId }) => `/executions/${jobId}`,
    nobody,
    () => [],
  ),
  onJob("all jobs", "GET", () => JOBS, ["404 ROUTE_NOT_FOUND"]),
  onJob("all executions", "GET", () => "/executions", ["404 ROUTE_NOT_FOUND"]),
  answering("an answer to the victim's job", ({ jobId }) => `/executions/${jobId}/interactions/${guessed}/response`),
  answering("an answer to the victim's run", ({ runId }) => `/executions/${runId}/interactions/${guessed}/response`),
  answering("an answer by nobody", ({ jobId }) => `/executions/${jobId}/interactions/${guessed}/response`, nobody, ""),
  ...strangeIds.flatMap(([name, id]) => [
    onJob(`a job with ${name}`, "GET", () => `${JOBS}/${id}`),
    onJob(`a cancellation of ${name}`, "DELETE", () => `${JOBS}/${id}`),
    onJob(`an execution with ${name}`, "GET", () => `/executions/${id}`),
    answering(`an answer to ${name}`, () => `/executions/${id}/interactions/${id}/response`),
  ]),
  {
    name: "a job of one's own under the id of the victim's",
    bytes: ({ jobId }) =>
      generate({
        path: "/v1/workflow/async",
        body: `{"command":"note","action":"list","job_id":"${jobId}","sync_timeout":30}`,
        cookie: "nat-session=mallory-with-a-job",
      }),
    answers: ["200"],
    matching: /"status":"success"/,
  },
];
