import type { ConfigDocument } from "@alcove/config";
import { AlcoveError, type ErrorCode, StartupRefusedError } from "@alcove/plugin-api";
import { textRedaction } from "./logging/redact-text.js";

const remedies: Partial<Readonly<Record<ErrorCode, string>>> = {
  COMPONENT_BUILD_FAILED: "Give its build function what it needs, or mend the plugin.",
  SERVICE_FAILED:
    "Give the service what it needs, or mend the plugin; its module may bind only what the manifest names under binds.",
  HOOK_FAILED: "Give the hook what it needs, or mend the plugin.",
};

/**
 * What is thrown when an application does not start. What a plugin did wrong is told as a line of a report, as everything
 * that is found before the start is; anything else is handed back as it is.
 *
 * @param document tells what must not be printed of what the plugin has thrown
 */
export function refusedStart(error: unknown, document: Pick<ConfigDocument, "redact" | "secrets">): unknown {
  if (!AlcoveError.is(error) || error.source === undefined) {
    return error;
  }
  const { code, message, source, cause } = error;
  const remedy = remedies[code] ?? error.remedy;
  const text = cause === undefined ? message : `${message.replace(/\.$/, "")}: ${describeCause(cause)}.`;
  const shown = document.redact(textRedaction(document.secrets)(text));
  return new StartupRefusedError([{ rule: "plugin-start", severity: "error", message: shown, source, remedy }], {
    cause: error,
  });
}

/** Plugins may throw anything; the log tells the rest. */
function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) {
    return `it threw ${typeof cause === "string" ? JSON.stringify(cause) : `a value of type ${typeof cause}`}`;
  }
  const [firstLine = ""] = String(cause.message).split("\n");
  return `${cause.name}: ${firstLine.replace(/\.$/, "")}`;
}
