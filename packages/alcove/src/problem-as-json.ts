import type { Problem } from "@alcove/plugin-api";

/** A problem for scripts. */
export function problemAsJson({ severity, rule, message, remedy, source }: Problem): Readonly<Record<string, unknown>> {
  return {
    severity,
    rule,
    message,
    remedy,
    file: source.file,
    line: source.line ?? null,
    column: source.column ?? null,
  };
}
