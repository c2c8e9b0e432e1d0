import { type HostileCase, last, message } from "./hostile-case.js";

const malformed = ["400 REQUEST_INVALID"];
const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const version = "Sec-WebSocket-Version: 13";
const mallory = "Cookie: nat-session=mallory";
const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];

interface HandshakeParts {
  readonly path?: string;
  readonly headers?: readonly string[];
  readonly line?: string;
}

function handshake({
  path = "/websocket",
  headers = [mallory],
  line = `GET ${path} HTTP/1.1`,
}: HandshakeParts): string {
  return message([line, "Host: a", ...upgrade, key, version, ...headers]);
}

function shaking(name: string, parts: HandshakeParts, answers: readonly string[] = malformed): HostileCase {
  return { name, bytes: handshake(parts), answers };
}

function frame(name: string, bytes: string, closeCode: number): HostileCase {
  return { name, bytes: handshake({}) + bytes, answers: [`101 ${closeCode}`] };
}

/** A frame of a client; its mask is zero, so that its bytes stay as they are. */
function masked(firstByte: number, payload: string): string {
  return `${String.fromCharCode(firstByte, 0x80 | payload.length)}\0\0\0\0${payload}`;
}

const text = 0x81;
const unfinishedText = 0x01;

/** Handshakes that forge or forget something, and frames that break the protocol. */
export const webSocketCases: readonly HostileCase[] = [
  shaking("nobody", { headers: [] }, ["401 USER_ID_REQUIRED"]),
  shaking("two users in cookies", { headers: [`${mallory}; nat-session=trudy`] }, ["400 IDENTITY_CONFLICT"]),
  shaking("a user in the address beside another in the cookie", { path: "/websocket?session=trudy" }, [
    "400 IDENTITY_CONFLICT",
  ]),
  shaking("a user in the address that would end the cookie", {
    path: "/websocket?session=a%3B%20nat-session%3Db",
    headers: [],
  }),
  shaking("a user in the address that would end the header", { path: "/websocket?session=a%0d%0ab", headers: [] }),
  shaking("a user in the address that is a path", { path: "/websocket?session=../victim", headers: [] }),
  shaking("a user in the address that is empty", { path: "/websocket?session=", headers: [] }),
  shaking("two users in the address", { path: "/websocket?session=a&session=b", headers: [] }),
  shaking("a conversation without a name", { path: "/websocket?conversation_id=" }),
  shaking("a conversation with an endless name", { path: `/websocket?conversation_id=${"c".repeat(5_000)}` }),
  shaking("a number that is none", { path: "/websocket?after_sequence=-1" }),
  shaking("a number beyond all numbers", { path: `/websocket?after_sequence=${"9".repeat(400)}` }),
  shaking("a page of another origin", { headers: [mallory, "Origin: https://evil.example"] }, ["403 ORIGIN_FORBIDDEN"]),
  shaking("a page of an origin that begins like this one", { headers: [mallory, "Origin: http://a.evil.example"] }, [
    "403 ORIGIN_FORBIDDEN",
  ]),
  shaking("a page without an origin of its own", { headers: [mallory, "Origin: null"] }, ["403 ORIGIN_FORBIDDEN"]),
  shaking("an origin that is none", { headers: [mallory, "Origin: ///"] }, ["403 ORIGIN_FORBIDDEN"]),
  shaking("two Hosts", { headers: [mallory, "Host: b"] }),
  {
    name: "no Host",
    bytes: message(["GET /websocket HTTP/1.1", ...upgrade, key, version, mallory]),
    answers: malformed,
  },
  {
    name: "another version",
    bytes: message(["GET /websocket HTTP/1.1", "Host: a", ...upgrade, key, "Sec-WebSocket-Version: 8", mallory]),
    answers: ["426 UPGRADE_REQUIRED"],
  },
  {
    name: "no version",
    bytes: message(["GET /websocket HTTP/1.1", "Host: a", ...upgrade, key, mallory]),
    answers: ["426 UPGRADE_REQUIRED"],
  },
  {
    name: "no key",
    bytes: message(["GET /websocket HTTP/1.1", "Host: a", ...upgrade, version, mallory]),
    answers: malformed,
  },
  {
    name: "a short key",
    bytes: message(["GET /websocket HTTP/1.1", "Host: a", ...upgrade, version, mallory, "Sec-WebSocket-Key: eA=="]),
    answers: malformed,
  },
  {
    name: "a request behind a handshake that is refused",
    bytes: handshake({ headers: [] }) + last,
    answers: ["401 USER_ID_REQUIRED"],
  },
  frame("a frame without a mask", "\x81\x02hi", 1002),
  frame("a reserved bit", masked(text | 0x20, "hi"), 1002),
  frame("a compressed frame, which nobody agreed upon", masked(text | 0x40, "hi"), 1002),
  frame("a kind of frame nobody knows", masked(0x83, "hi"), 1002),
  frame("a continuation of nothing", masked(0x80, "hi"), 1002),
  frame("a text in a text", masked(unfinishedText, "a") + masked(text, "b"), 1002),
  frame("a ping in two parts", masked(0x09, "hi"), 1002),
  frame("a ping that is too long", "\x89\xfe\x00\x7e\0\0\0\0", 1002),
  frame("a text that is no UTF-8", masked(text, "\xff\xfe"), 1007),
  frame("a farewell of one byte", masked(0x88, "x"), 1002),
  frame("a farewell with a code nobody may send", masked(0x88, "\x03\xed"), 1002),
  frame("a frame longer than may be sent", "\x81\xff\x00\x00\x00\x00\x40\x00\x00\x00\0\0\0\0", 1009),
  frame("a frame longer than all numbers", "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1009),
];
