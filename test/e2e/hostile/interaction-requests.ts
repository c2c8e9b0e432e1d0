import { ask, generate } from "./hostile-case.js";
import type { AskedVictim } from "./socket-case.js";

/** Something hostile about a question that is sent over HTTP, and the reply: its status and the code of its error. */
export interface InteractionRequestCase {
  /** What is tried, as the end of a sentence. */
  readonly name: string;
  readonly bytes: (victim: AskedVictim) => string;
  readonly answer: string;
}

const notFound = "404 EXECUTION_NOT_FOUND";
const nobody = "401 USER_ID_REQUIRED";
const nowhere = "404 ROUTE_NOT_FOUND";
const wrongMethod = "405 METHOD_NOT_ALLOWED";
const guessed = "00000000-0000-4000-8000-000000000000";
const answer = '{"response":{"selected_option":"red"}}';

const execution = ({ executionId }: AskedVictim): string => `/executions/${executionId}`;
const question = (victim: AskedVictim): string => `${execution(victim)}/interactions/${victim.interactionId}`;
const response = (victim: AskedVictim): string => `${question(victim)}/response`;

function asking(
  name: string,
  method: string,
  path: (victim: AskedVictim) => string,
  reply = notFound,
  headers?: (victim: AskedVictim) => readonly string[],
): InteractionRequestCase {
  return { name, bytes: (victim) => ask(method, path(victim), headers?.(victim)), answer: reply };
}

function answering(
  name: string,
  parts: (victim: AskedVictim) => Parameters<typeof generate>[0],
  reply = notFound,
): InteractionRequestCase {
  return {
    name,
    bytes: (victim) => generate({ path: response(victim), body: answer, ...parts(victim) }),
    answer: reply,
  };
}

/** The victim's question, read, answered or ended by somebody else. */
export const interactionRequestCases: readonly InteractionRequestCase[] = [
  asking("the victim's execution", "GET", execution),
  asking("the victim's execution by nobody", "GET", execution, nobody, () => []),
  asking("the victim's execution with the user id as a cookie", "GET", execution, notFound, ({ userId }) => [
    `Cookie: nat-session=${userId}`,
  ]),
  asking(
    "the victim's execution with the user id in the query",
    "GET",
    (victim) => `${execution(victim)}?user_id=${victim.userId}`,
  ),
  asking("the victim's execution with another user's key", "GET", execution, "401 CREDENTIAL_INVALID", () => [
    "X-Api-Key: none",
  ]),
  asking("the victim's job as an execution", "GET", ({ jobId }) => `/executions/${jobId}`),
  asking("the victim's execution as a job", "GET", ({ executionId }) => `/v1/workflow/async/job/${executionId}`),
  asking(
    "a cancellation of the victim's execution as a job",
    "DELETE",
    ({ executionId }) => `/v1/workflow/async/job/${executionId}`,
  ),
  asking(
    "the progress of the victim's execution as a job",
    "GET",
    ({ executionId }) => `/v1/workflow/async/job/${executionId}/events`,
  ),
  asking("a cancellation of the victim's job that asks", "DELETE", ({ jobId }) => `/v1/workflow/async/job/${jobId}`),
  asking("a cancellation of the victim's execution", "DELETE", execution),
  asking("the questions of the victim's execution", "GET", (victim) => `${execution(victim)}/interactions`, nowhere),
  asking("the victim's question", "GET", question, nowhere),
  asking("the answer to the victim's question", "GET", response, wrongMethod),
  asking("the answer put in place", "PUT", response, wrongMethod),
  answering("the answer", () => ({})),
  answering("the answer by nobody", () => ({ cookie: "" }), nobody),
  answering("the answer with the user id as a cookie", ({ userId }) => ({ cookie: `nat-session=${userId}` })),
  answering("the answer with the user id in headers", ({ userId }) => ({ headers: [`X-User-Id: ${userId}`] })),
  answering("the answer with the user id in the query", (victim) => ({
    path: `${response(victim)}?user_id=${victim.userId}`,
  })),
  answering("the answer with the user id in the body", ({ userId }) => ({
    body: `{"user_id":"${userId}","response":{"selected_option":"red","user_id":"${userId}"}}`,
  })),
  answering("the answer by way of an execution one has not", (victim) => ({
    path: `/executions/${guessed}/interactions/${victim.interactionId}/response`,
  })),
  answering("the answer to a question that is not asked", (victim) => ({
    path: `${execution(victim)}/interactions/${guessed}/response`,
  })),
  answering("the answer to the victim's job", ({ jobId, interactionId }) => ({
    path: `/executions/${jobId}/interactions/${interactionId}/response`,
  })),
  answering("the answer with a NUL behind the execution", ({ executionId, interactionId }) => ({
    path: `/executions/${executionId}%00/interactions/${interactionId}/response`,
  })),
  answering("the answer with a key that is used again", () => ({ headers: ["Idempotency-Key: order-4711"] })),
];

/** A body that answers no question, sent about one's own, and the reply. */
export const wrongResponses: readonly (readonly [name: string, body: string, answer: string])[] = [
  ["nothing", "{}", "422 BODY_INVALID"],
  ["a list", "[]", "422 BODY_INVALID"],
  ["a response that is a text", '{"response":"red"}', "422 BODY_INVALID"],
  ["a response that is nothing", '{"response":null}', "422 BODY_INVALID"],
  ["a prototype", '{"response":{"__proto__":{"selected_option":"red"}}}', "422 BODY_INVALID"],
  ["a prototype around it", '{"__proto__":{"response":{"selected_option":"red"}}}', "422 BODY_INVALID"],
  [
    "a constructor with a prototype",
    '{"response":{"constructor":{"prototype":{"selected_option":"red"}}}}',
    "422 INTERACTION_RESPONSE_INVALID",
  ],
  ["no option", '{"response":{}}', "422 INTERACTION_RESPONSE_INVALID"],
  [
    "an option that is a key of every object",
    '{"response":{"selected_option":"constructor"}}',
    "422 INTERACTION_RESPONSE_INVALID",
  ],
  ["an option that is a number", '{"response":{"selected_option":1}}', "422 BODY_INVALID"],
  ["an option beyond all numbers", '{"response":{"selected_option":1e999}}', "422 BODY_INVALID"],
  ["two options", '{"response":{"selected_options":["red","blue"]}}', "422 INTERACTION_RESPONSE_INVALID"],
  [
    "ten thousand options",
    `{"response":{"selected_options":[${Array(10_000).fill('"1"').join()}]}}`,
    "422 INTERACTION_RESPONSE_INVALID",
  ],
  ["a text where an option is asked for", '{"response":{"text":"red"}}', "422 INTERACTION_RESPONSE_INVALID"],
  [
    "the type of another question",
    '{"response":{"type":"text","selected_option":"red"}}',
    "422 INTERACTION_RESPONSE_INVALID",
  ],
];
