/** Takes what is secret out of a text. */
export type TextRedaction = (text: string) => string;

/**
 * What a plugin's code threw, without what is secret in its message: clients are told the messages of errors, and plugins
 * quote in them what they were configured with. Node's own errors quote paths of files, which are left out as well. It stays the same error, of the same class, unless it cannot be changed.
 */
export function redactedError(thrown: unknown, redact: TextRedaction): unknown {
  // What is no error is told to nobody, and getters may throw.
  if (!(thrown instanceof Error)) {
    return thrown;
  }
  try {
    const { message } = thrown;
    const redacted = redact(withoutPaths(thrown, String(message)));
    if (redacted !== message) {
      Object.defineProperty(thrown, "message", { value: redacted, configurable: true, writable: true });
    }
    return thrown;
  } catch (cause) {
    return new Error("A function failed, and its error cannot be told.", { cause });
  }
}

function withoutPaths(error: Error, message: string): string {
  if (!("syscall" in error)) {
    return message;
  }
  const paths = [Reflect.get(error, "path"), Reflect.get(error, "dest")];
  return paths.reduce<string>(
    (text, path) => (typeof path === "string" ? text.replaceAll(`'${path}'`, "'…'") : text),
    message,
  );
}
