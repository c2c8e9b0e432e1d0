/** The part of the error catalogue that says that the code of plugins has thrown. */
export const pluginErrors = {
  workflow_error: {
    summary: "The workflow failed; the run was rolled back and nothing it did was stored.",
    remedy: "See the message; the server's log has the cause under the same run id.",
  },
  RESOURCE_NOT_FOUND: {
    summary: "A function or a route of a plugin says that what it was asked for is not there; nothing was stored.",
    remedy: "The message says what is missing; ask for something that is there.",
  },
  RESOURCE_CONFLICT: {
    summary:
      "A function or a route of a plugin says that what it was asked for does not go with what is there; nothing was stored.",
    remedy: "The message says why; look at what is there, and ask again.",
  },
  FUNCTION_REFUSED: {
    summary:
      "A function or a route of a plugin refuses what it was asked for, for a reason of its own: details.reason names it for programs; nothing was stored.",
    remedy: "The message says why; the README of the plugin has its reasons.",
  },
} as const;
