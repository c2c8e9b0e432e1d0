/** The part of the error catalogue that says what is wrong with objects and their stores. */
export const objectErrors = {
  OBJECT_NOT_FOUND: {
    summary: "There is no object of that key.",
    remedy: "Check the key; list shows which there are. Objects of a user end with the user's session.",
  },
  OBJECT_ALREADY_EXISTS: {
    summary: "There is an object of that key already, and it was to be put only where there is none; nothing was put.",
    remedy: "Take another key, or put without ifAbsent to replace it.",
  },
  OBJECT_KEY_INVALID: {
    summary: "The key, or the beginning of keys, is none that objects can have.",
    remedy:
      "Use 1 to 256 bytes of UTF-8: segments joined by /, none of them empty, . or .., without control characters and backslashes.",
  },
  OBJECT_INVALID: {
    summary:
      "The object's content, media type or metadata, or a limit of a list, is not as it has to be; nothing was done.",
    remedy: "Correct what the message names.",
  },
  OBJECT_TOO_LARGE: {
    summary: "The object is larger than max_object_bytes of its store; nothing was put.",
    remedy: "Put less at once, or raise max_object_bytes of that store under object_stores.",
  },
  OBJECT_UNREADABLE: {
    summary:
      "What is stored of the object is damaged, or not of a kind this version reads. It is kept, and not given out.",
    remedy: "Put the object again, or delete it.",
  },
  OBJECT_STORE_FAILED: {
    summary: "The object store did not answer, or not in time; what was asked of it may or may not have been done.",
    remedy: "Retry later; the server's log has the cause.",
  },
} as const;
