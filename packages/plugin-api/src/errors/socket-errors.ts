/** The part of the error catalogue that says what is wrong with the frames of a WebSocket. */
export const socketErrors = {
  invalid_message: {
    summary: "A WebSocket frame is not text with one JSON object, or lacks a field its type needs.",
    remedy: "Correct what the message names; the frames are described in the server's README.",
  },
  invalid_message_type: {
    summary: "A WebSocket frame has a type that clients do not send.",
    remedy: "Send user_message, user_interaction_message or auth_message.",
  },
  invalid_user_message_content: {
    summary: "A user_message has no text of the user, or one the workflow cannot take.",
    remedy: "Send content.messages with a message of the role user that has a part of the type text.",
  },
  user_auth_error: {
    summary: "The credential of an auth_message was not accepted; the socket speaks for whom it spoke before.",
    remedy: "Send a credential that one of the configured identity providers accepts.",
  },
  SCHEMA_TYPE_UNSUPPORTED: {
    summary: "A user_message asks for a schema_type that is not served.",
    remedy: "Send generate for a single result, or generate_stream for a stream.",
  },
  NO_PENDING_INTERACTION: {
    summary: "An answer came, and no run of the conversation is waiting for one.",
    remedy: "Answer a prompt once, and before its time is over.",
  },
} as const;
