import type { JsonValue } from "@alcove/plugin-api";
import { z } from "zod";
import { parseJsonText } from "../body/json-text.js";
import { RequestError } from "../errors/request-error.js";

/** The longest name a client may give to a message or a conversation. */
export const MAX_NAME_LENGTH = 200;

const name = z.string().min(1).max(MAX_NAME_LENGTH);
const optionalName = name.nullish().transform((value) => value ?? undefined);

const contentPart = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.string() }),
]);

const content = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.union([z.string(), z.array(contentPart)]) })),
});

/** What is common to the frames in which a person says something. */
const said = { id: name.default("default"), conversation_id: optionalName, content };

const userMessageSchema = z.object({
  type: z.literal("user_message"),
  schema_type: z.enum(["generate", "generate_stream", "chat", "chat_stream"]),
  ...said,
});

const interactionMessageSchema = z.object({ type: z.literal("user_interaction_message"), ...said });

const token = z.string().min(1);

const authMessageSchema = z.object({
  type: z.literal("auth_message"),
  payload: z.discriminatedUnion("method", [
    z.object({ method: z.literal("jwt"), token }),
    z.object({ method: z.literal("api_key"), token }),
    z.object({
      method: z.literal("basic"),
      username: z.string().regex(/^[^:]+$/, { error: "has to be a name without colons" }),
      password: z.string(),
    }),
  ]),
});

const schemasByType = {
  user_message: userMessageSchema,
  user_interaction_message: interactionMessageSchema,
  auth_message: authMessageSchema,
} as const;

/** A frame that asks for a run. */
export type UserMessage = z.output<typeof userMessageSchema>;

/** A frame that answers what a run asked. */
export type InteractionMessage = z.output<typeof interactionMessageSchema>;

/** A frame that says who the client is. */
export type AuthMessage = z.output<typeof authMessageSchema>;

/** A frame a client may send. */
type ClientFrame = UserMessage | InteractionMessage | AuthMessage;

/** What a refused frame was about, as far as it could be told. */
export interface FrameReference {
  /** The id of the message; the reference's default where there is none. */
  readonly messageId: string;
  readonly conversationId: string | undefined;
  /** Whether the frame asked for a run, so that its client waits for the frame that ends it. */
  readonly isUserMessage: boolean;
}

/** A frame that was read, or why it was refused. */
export type FrameReading =
  | { readonly frame: ClientFrame }
  | { readonly error: RequestError; readonly about: FrameReference };

const nothing: FrameReference = { messageId: "default", conversationId: undefined, isUserMessage: false };
const anyFrame = z.looseObject({ type: z.string() });
const anyMessage = z.object({ id: name.catch("default"), conversation_id: optionalName.catch(undefined) });

/** Reads one frame. Whatever a client sends, this does not throw. @param data the bytes of the frame, UTF-8 as the protocol has checked */
export function readClientFrame(data: Buffer, isBinary: boolean): FrameReading {
  if (isBinary) {
    return refused("invalid_message", "The frame is binary. Send frames of text, each with one JSON object.");
  }
  let value: unknown;
  try {
    value = parseJsonText(data.toString("utf8"));
  } catch (error) {
    return refused("invalid_message", `The frame is no JSON: ${(error as SyntaxError).message}.`);
  }
  const typed = anyFrame.safeParse(value);
  if (!typed.success) {
    return refused("invalid_message", 'The frame has to be a JSON object with the field "type", a text.');
  }
  return readTyped(typed.data);
}

function readTyped(value: z.output<typeof anyFrame>): FrameReading {
  const { type } = value;
  const { id, conversation_id: conversationId } = anyMessage.parse(value);
  const about = { messageId: id, conversationId, isUserMessage: type === "user_message" };
  if (!isKnownType(type)) {
    const known = Object.keys(schemasByType).join(", ");
    return refused(
      "invalid_message_type",
      `There is no frame of this type for clients to send. Send one of ${known}.`,
      about,
    );
  }
  const parsed = schemasByType[type].safeParse(value);
  if (parsed.success) {
    return { frame: parsed.data };
  }
  const { issues } = parsed.error;
  const isAboutContent = issues.every(({ path }) => path[0] === "content");
  const code = isAboutContent ? "invalid_user_message_content" : "invalid_message";
  const faults = issues.map(({ path, message }) => ({ path: path.map(String), message }));
  const [first] = faults;
  const message = `The ${type} is invalid: ${first === undefined ? "" : `${first.path.join(".")}: ${first.message}`}`;
  return refused(code, message, about, faults);
}

function isKnownType(type: string): type is keyof typeof schemasByType {
  return Object.hasOwn(schemasByType, type);
}

function refused(
  code: "invalid_message" | "invalid_message_type" | "invalid_user_message_content",
  message: string,
  about: FrameReference = nothing,
  details: JsonValue = null,
): FrameReading {
  return { error: new RequestError(code, message, { details }), about };
}

/** The text a person said last; `undefined` where no message of theirs has one. */
export function lastUserText({ content: { messages } }: UserMessage | InteractionMessage): string | undefined {
  for (const { role, content: parts } of messages.toReversed()) {
    if (role !== "user") {
      continue;
    }
    if (typeof parts === "string") {
      return parts;
    }
    for (const part of parts) {
      if (part.type === "text" && typeof part["text"] === "string") {
        return part["text"];
      }
    }
  }
  return undefined;
}
