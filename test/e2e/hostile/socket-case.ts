import type {
  ReceivedFrame,
  SocketClient,
  SocketClientOptions,
} from "../../../packages/server/src/test-support/socket-client.js";

/** How large a frame the server of these cases takes. */
export const MAX_FRAME_BYTES = 65_536;

/** The key of a user, not the victim, whom the server knows by key. */
export const trudyKey = "k3y-of-trudy-51c2d8";

/** Whose run waits for an answer, and what others may have learnt of it. */
export interface AskedVictim {
  readonly userId: string;
  /** The conversation in which a run of the victim asks over a socket. */
  readonly conversationId: string;
  /** The id of the message that began it. */
  readonly messageId: string;
  /** A run that asks, begun over HTTP, and the question. */
  readonly executionId: string;
  readonly interactionId: string;
  /** A job that asks. */
  readonly jobId: string;
}

/** A message of the protocol in parts, each in a frame of its own. */
interface InParts {
  readonly parts: readonly (string | Buffer)[];
}

/** What a client sends: text and bytes as they are, anything else as JSON. */
export type Sent = string | Buffer | InParts | Readonly<Record<string, unknown>>;

/** Something that is sent over a socket, or several things at once, and what has to come back, as {@link socketAnswers} says it. */
export type SocketStep = readonly [sent: Sent | readonly Sent[], ...answers: readonly string[]];

/** Something hostile that is done over a socket. */
export interface SocketCase {
  /** What is tried, as the end of a sentence. */
  readonly name: string;
  /** How the socket is opened; as a user of this case's own where no user is named. */
  readonly opening?: (victim: AskedVictim) => SocketClientOptions;
  readonly steps: (victim: AskedVictim) => readonly SocketStep[];
  /** The code with which the server closes the socket; it stays open where there is none. */
  readonly closeCode?: number;
}

/** A case in which one thing is sent, and has one answer. */
export function sending(
  name: string,
  sent: Sent | ((victim: AskedVictim) => Sent),
  answer: string,
  opening?: SocketCase["opening"],
): SocketCase {
  const steps = (victim: AskedVictim): readonly SocketStep[] => [
    [typeof sent === "function" ? sent(victim) : sent, answer],
  ];
  return { name, steps, ...(opening === undefined ? {} : { opening }) };
}

/** What a person says in a frame. */
export function said(text: unknown): unknown {
  return { messages: [{ role: "user", content: [{ type: "text", text }] }] };
}

/** A frame that answers a question. */
export function reply(conversationId: unknown, fields: object = {}): Record<string, unknown> {
  return { type: "user_interaction_message", conversation_id: conversationId, content: said("red"), ...fields };
}

/** A frame that asks for a run. */
export function runFor(input: unknown, fields: object = {}): Record<string, unknown> {
  const content = said(JSON.stringify(input));
  return { type: "user_message", schema_type: "generate", id: "mine", content, ...fields };
}

/** Sends one thing over a socket. */
export function sendOver(client: SocketClient, sent: Sent): void {
  if (typeof sent === "object" && "parts" in sent) {
    const { parts } = sent as InParts;
    for (const [index, part] of parts.entries()) {
      client.socket.send(part, { fin: index === parts.length - 1, binary: typeof part !== "string" });
    }
    return;
  }
  client.send(sent);
}

/** What came over a socket, in a few words each: the code of an error, the text of a result or a question. Steps are left out. */
export function socketAnswers(client: SocketClient): string[] {
  return client.frames.filter(({ type }) => type !== "system_intermediate_message").map(inShort);
}

function inShort({ type, status, content, payload }: ReceivedFrame): string {
  if (type === "auth_response_message") {
    return `${status} ${(payload as { code?: string } | null)?.code ?? ""}`.trim();
  }
  return status === "complete" ? status : (content?.code ?? content?.text ?? type);
}
