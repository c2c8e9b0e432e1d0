import {
  type AskedVictim,
  MAX_FRAME_BYTES,
  reply,
  type Sent,
  type SocketCase,
  said,
  sending,
  trudyKey,
} from "./socket-case.js";

const noQuestion = "NO_PENDING_INTERACTION";
const notAFrame = "invalid_message";
const unknownType = "invalid_message_type";
const noContent = "invalid_user_message_content";

const toVictim = ({ conversationId }: AskedVictim): Sent => reply(conversationId);

const forgedCredentials: readonly (readonly [name: string, payload: unknown, answer: string])[] = [
  ["a method that is a key of every object", { method: "constructor", token: "x" }, notAFrame],
  ["a method that is none", { method: ["api_key"], token: "x" }, notAFrame],
  ["no token", { method: "api_key" }, notAFrame],
  ["a token that is a pattern", { method: "api_key", token: { $ne: "" } }, notAFrame],
  ["an empty token", { method: "api_key", token: "" }, notAFrame],
  [
    "a token that would end the header",
    { method: "api_key", token: `x\r\nX-Api-Key: ${trudyKey}` },
    "error user_auth_error",
  ],
  ["two tokens in one", { method: "api_key", token: `${trudyKey}, ${trudyKey}` }, "error user_auth_error"],
  ["a key as another method's", { method: "jwt", token: trudyKey }, "error user_auth_error"],
  ["an unsigned token", { method: "jwt", token: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0cnVkeSJ9." }, "error user_auth_error"],
  ["a name with a colon", { method: "basic", username: "trudy:x", password: "" }, notAFrame],
];

/** Frames that are none, or not the ones they pretend to be; sent into the victim's conversation where they name one. */
const malformed: readonly SocketCase[] = [
  sending("no JSON", '{"type":"user_interaction_message"', notAFrame),
  sending("nothing at all", "", notAFrame),
  sending("null", "null", notAFrame),
  sending("a list of frames", ({ conversationId }) => JSON.stringify([reply(conversationId)]), notAFrame),
  sending("JSON behind a byte order mark", (victim) => `\uFEFF${JSON.stringify(toVictim(victim))}`, notAFrame),
  sending("two frames in one", (victim) => JSON.stringify(toVictim(victim)).repeat(2), notAFrame),
  sending(
    "lists in lists without end",
    `${'{"type":"user_interaction_message","content":'}${"[".repeat(20_000)}`,
    notAFrame,
  ),
  sending(
    "a prototype",
    '{"type":"user_interaction_message","__proto__":{"conversation_id":"c"},"content":{}}',
    notAFrame,
  ),
  sending(
    "a prototype with an escape",
    '{"type":"user_interaction_message","\\u005f_proto__":{"isAdmin":true}}',
    notAFrame,
  ),
  sending(
    "a prototype deep in the content",
    '{"type":"user_interaction_message","content":{"messages":[{"role":"user","content":[{"type":"text","text":"red","__proto__":{"text":"x"}}]}]}}',
    notAFrame,
  ),
  sending(
    "a constructor with a prototype",
    reply("d", { constructor: { prototype: { conversation_id: "c" } } }),
    noQuestion,
  ),
  ...[
    "__proto__",
    "constructor",
    "toString",
    "system_interaction_message",
    "system_response_message",
    "USER_INTERACTION_MESSAGE",
  ].map((type) => sending(`the type ${type}`, reply("d", { type }), unknownType)),
  ...[7, null, ["user_interaction_message"], { user_interaction_message: true }].map((type) =>
    sending(`the type ${JSON.stringify(type)}`, reply("d", { type }), notAFrame),
  ),
  ...["__proto__", "constructor", "*", "%", "' OR '1'='1", "../victim", "\ud800"].map((id) =>
    sending(`a conversation called ${JSON.stringify(id)}`, reply(id), noQuestion),
  ),
  ...[7, true, [], {}, ["c"], ""].map((id) =>
    sending(`a conversation called ${JSON.stringify(id)}`, reply(id), notAFrame),
  ),
  sending("a conversation with a name too long", reply("c".repeat(201)), notAFrame),
  sending("a conversation with a huge name", reply("c".repeat(60_000)), notAFrame),
  sending(
    "an id beyond all numbers",
    '{"type":"user_interaction_message","id":1e999,"content":{"messages":[]}}',
    notAFrame,
  ),
  sending("no content", reply("d", { content: undefined }), noContent),
  sending("a text as the content", reply("d", { content: "red" }), noContent),
  sending("no list of messages", reply("d", { content: { messages: { length: 1, 0: {} } } }), noContent),
  sending("no message", reply("d", { content: { messages: [] } }), noContent),
  sending(
    "a message of the assistant only",
    reply("d", { content: { messages: [{ role: "assistant", content: "red" }] } }),
    noContent,
  ),
  sending("a text that is a number", reply("d", { content: said(4711) }), noContent),
  sending("a text that is nothing", reply("d", { content: said(null) }), noContent),
  sending("ten thousand messages", reply("d", { content: { messages: Array(10_000).fill(0) } }), noContent),
  ...forgedCredentials.map(([name, payload, answer]) =>
    sending(`a credential with ${name}`, { type: "auth_message", payload }, answer),
  ),
];

const half = (text: string): readonly [string, string] => [text.slice(0, 40), text.slice(40)];

/** Messages in other shapes than one frame of text. */
const shapes: readonly SocketCase[] = [
  sending("an answer in a binary frame", (victim) => Buffer.from(JSON.stringify(toVictim(victim))), notAFrame),
  sending(
    "an answer in binary parts",
    (victim) => ({ parts: half(JSON.stringify(toVictim(victim))).map((part) => Buffer.from(part)) }),
    notAFrame,
  ),
  sending("an answer in two parts", (victim) => ({ parts: half(JSON.stringify(toVictim(victim))) }), noQuestion),
  sending(
    "an answer in parts of one character",
    (victim) => ({ parts: [...JSON.stringify(toVictim(victim))] }),
    noQuestion,
  ),
  sending(
    "an answer in parts most of which are empty",
    (victim) => ({ parts: [JSON.stringify(toVictim(victim)), ...Array<string>(2_000).fill("")] }),
    noQuestion,
  ),
  sending(
    "a character in two parts",
    { parts: [Buffer.from('{"type":"\xc3', "latin1"), Buffer.from('\xa9"}', "latin1")] },
    notAFrame,
  ),
  sending("an answer as long as may be", reply("d", { content: said("r".repeat(MAX_FRAME_BYTES - 200)) }), noQuestion),
  {
    name: "an answer that is too long",
    steps: () => [[reply("d", { content: said("r".repeat(MAX_FRAME_BYTES)) })]],
    closeCode: 1009,
  },
  {
    name: "an answer that is too long in parts that are not",
    steps: () => [[{ parts: Array<string>(3).fill("r".repeat(MAX_FRAME_BYTES / 2)) }]],
    closeCode: 1009,
  },
  { name: "bytes that are too many", steps: () => [[Buffer.alloc(MAX_FRAME_BYTES + 1)]], closeCode: 1009 },
  {
    name: "five hundred answers at once",
    steps: (victim) => [[Array<Sent>(500).fill(toVictim(victim)), ...Array<string>(500).fill(noQuestion)]],
  },
];

/** Frames that are none, that lie about what they are, or that come in a shape nobody expects. */
export const malformedFrameCases: readonly SocketCase[] = [...malformed, ...shapes];
