import {
  type AskedVictim,
  reply,
  runFor,
  type Sent,
  type SocketCase,
  type SocketStep,
  said,
  sending,
  trudyKey,
} from "./socket-case.js";

const noQuestion = "NO_PENDING_INTERACTION";
const notAnOption = "INTERACTION_RESPONSE_INVALID";
const whichColour = "Which colour?";

const inConversation: SocketCase["opening"] = ({ conversationId }) => ({ query: `?conversation_id=${conversationId}` });
const toVictim = ({ conversationId }: AskedVictim): Sent => reply(conversationId);

function answering(name: string, fields: (victim: AskedVictim) => object): SocketCase {
  return sending(name, (victim) => reply(victim.conversationId, fields(victim)), noQuestion);
}

/** Somebody who wants to answer, read, take up or take over what the victim was asked. */
const othersQuestions: readonly SocketCase[] = [
  sending("an answer in the victim's conversation", toVictim, noQuestion),
  sending("an answer after taking up the victim's conversation", reply(undefined), noQuestion, inConversation),
  sending("an answer after asking for all its frames", reply(undefined), noQuestion, ({ conversationId }) => ({
    query: `?conversation_id=${conversationId}&after_sequence=0`,
  })),
  sending("an answer with the victim's user id as a cookie", toVictim, noQuestion, ({ userId }) => ({ user: userId })),
  sending("an answer with the victim's user id in the address", toVictim, noQuestion, ({ userId }) => ({
    user: "",
    query: `?session=${userId}`,
  })),
  sending("an answer with the victim's user id in headers", toVictim, noQuestion, ({ userId }) => ({
    headers: { "x-user-id": userId, "x-forwarded-user": userId, "user-id": userId },
  })),
  answering("an answer that names the victim", ({ userId }) => ({ user_id: userId, user: { id: userId } })),
  answering("an answer that names the execution and the question", ({ executionId, interactionId }) => ({
    execution_id: executionId,
    interaction_id: interactionId,
  })),
  answering("an answer with the id of the question", ({ interactionId }) => ({ id: interactionId })),
  answering("an answer below the victim's message", ({ messageId }) => ({ id: messageId, parent_id: messageId })),
  sending("an answer in a conversation called as the execution", ({ executionId }) => reply(executionId), noQuestion),
  sending(
    "an answer in a conversation called as the question",
    ({ interactionId }) => reply(interactionId),
    noQuestion,
  ),
  sending("an answer in a conversation called as the job", ({ jobId }) => reply(jobId), noQuestion),
  sending("an answer in a conversation called as the victim", ({ userId }) => reply(userId), noQuestion),
  sending(
    "an answer with the victim before the conversation",
    ({ userId, conversationId }) => reply(`${userId}:${conversationId}`),
    noQuestion,
  ),
  sending(
    "an answer with a NUL behind the conversation",
    ({ conversationId }) => reply(`${conversationId}\0`),
    noQuestion,
  ),
  {
    name: "a run of one's own in the victim's conversation, under the id of the victim's message",
    steps: ({ conversationId, messageId }) => [
      [runFor({ ask: false }, { id: messageId, conversation_id: conversationId }), '{"kept":[]}', "complete"],
    ],
  },
  {
    name: "a run of one's own that asks in the victim's conversation, and an answer",
    steps: ({ conversationId }) => [
      [runFor({}, { conversation_id: conversationId }), whichColour],
      [reply(conversationId), "Keep red?"],
      [reply(conversationId, { content: said("yes") }), '{"kept":["red"]}', "complete"],
    ],
  },
  {
    name: "a run in the name of the victim",
    steps: ({ userId }) => [
      [runFor({ ask: false, user_id: userId }, { user_id: userId, user: userId }), '{"kept":[]}', "complete"],
    ],
  },
  ...(["api_key", "jwt"] as const).map(
    (method): SocketCase => ({
      name: `the victim's user id as a ${method}, and an answer`,
      steps: (victim) => [
        [{ type: "auth_message", payload: { method, token: victim.userId } }, "error user_auth_error"],
        [toVictim(victim), noQuestion],
      ],
    }),
  ),
  {
    name: "another user's credential on a socket in the victim's conversation, and an answer",
    opening: inConversation,
    steps: () => [
      [{ type: "auth_message", payload: { method: "api_key", token: trudyKey } }, "success"],
      [reply(undefined), noQuestion],
    ],
  },
  {
    name: "an answer to a question that was put to whom the socket was before",
    steps: () => [
      [runFor({}, { conversation_id: "talk" }), whichColour],
      [{ type: "auth_message", payload: { method: "api_key", token: trudyKey } }, "success"],
      [reply("talk"), noQuestion],
    ],
  },
];

const wrongOptions = [
  "",
  "RED",
  "red ",
  "red\0",
  "3",
  "-1",
  "0",
  "__proto__",
  "constructor",
  '["red"]',
  "r".repeat(60_000),
];

/** What somebody does about questions of their own that ought not to count. */
const ownQuestions: readonly SocketCase[] = [
  {
    name: "answers that are no option, and the question waits on",
    steps: () => [
      [runFor({}, { conversation_id: "talk" }), whichColour],
      ...wrongOptions.map((text): SocketStep => [reply("talk", { content: said(text) }), notAnOption]),
      [reply("talk"), "Keep red?"],
    ],
  },
  {
    name: "an answer that is sent again, to the question that follows and to none",
    steps: () => [
      [runFor({}, { conversation_id: "talk" }), whichColour],
      [reply("talk"), "Keep red?"],
      [reply("talk"), notAnOption],
      [reply("talk", { content: said("yes") }), '{"kept":["red"]}', "complete"],
      [reply("talk", { content: said("yes") }), noQuestion],
    ],
  },
  {
    name: "an answer before anything was asked",
    steps: () => [
      [reply("talk"), noQuestion],
      [runFor({}, { conversation_id: "talk" }), whichColour],
    ],
  },
  {
    name: "an answer to a run that a newer message took the place of",
    steps: () => [
      [runFor({}, { conversation_id: "talk", id: "old" }), whichColour],
      [runFor({ ask: false }, { conversation_id: "talk" }), "RUN_ABORTED", "complete", '{"kept":[]}', "complete"],
      [reply("talk"), noQuestion],
    ],
  },
  {
    name: "an answer in another conversation of one's own",
    steps: () => [
      [runFor({}, { conversation_id: "talk" }), whichColour],
      [reply("walk"), noQuestion],
      [reply(undefined), noQuestion],
      [reply("talk"), "Keep red?"],
    ],
  },
];

/** What is sent over sockets to get at the questions of somebody else, or more out of one's own than there is. */
export const interactionFrameCases: readonly SocketCase[] = [...othersQuestions, ...ownQuestions];
