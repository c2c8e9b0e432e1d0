/** The part of the error catalogue that says that somebody asks for more than the configuration lets them have. */
export const limitErrors = {
  RUN_TIMED_OUT: {
    summary: "The run took longer than general.run_timeout and was given up; nothing it did was stored.",
    remedy: "Ask for less at once, or raise general.run_timeout.",
  },
  FUNCTION_TIMED_OUT: {
    summary: "A function took longer than a timeout that is put around it.",
    remedy: "Ask for less at once, or raise the timeout of that middleware.",
  },
  FUNCTION_RATE_LIMITED: {
    summary: "The user has called a function as often as a rate_limit that is put around it allows.",
    remedy: "Wait for as long as Retry-After says; see max_calls and per of that middleware.",
  },
  NEW_SESSIONS_LIMITED: {
    summary: "Too many sessions have begun for the caller's address lately; this one was not begun.",
    remedy: "Wait for as long as Retry-After says; see general.front_end.limits.max_new_sessions_per_minute.",
  },
  TOO_MANY_STREAMS: {
    summary: "As many streams are open as the server takes.",
    remedy: "Wait, or raise general.front_end.limits.max_streams.",
  },
  TOO_MANY_STREAMS_OF_USER: {
    summary: "The user has as many streams open as one user may have.",
    remedy: "Close some, or raise general.front_end.limits.max_streams_per_user.",
  },
  STREAM_NOT_FOUND: {
    summary: "The caller has no stream here that goes on after this Last-Event-ID, or has none any more.",
    remedy:
      "Send the call again without Last-Event-ID, with the Idempotency-Key it had; streams are kept for general.front_end.reconnect_grace.",
  },
  HEADERS_TOO_LARGE: {
    summary: "The request line and the headers are larger than general.front_end.limits.max_header_bytes.",
    remedy: "Send fewer or shorter headers, or raise the limit.",
  },
  REQUEST_TIMED_OUT: {
    summary: "The client took too long to send its request.",
    remedy:
      "Send it without pauses; see general.front_end.limits.headers_timeout and general.front_end.limits.request_timeout.",
  },
} as const;
