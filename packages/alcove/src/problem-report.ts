import { formatProblem, type Problem } from "@alcove/plugin-api";

/** A report of problems for people: a heading, then one line each, which begins with file, line and column. */
export function formatReport(problems: readonly Problem[]): string {
  const lines = problems.map((problem) => {
    const label = problem.severity === "warning" ? "warning: " : "";
    return `  ${label}${formatProblem(problem).replaceAll("\n", " ")}`;
  });
  return [heading(problems), ...lines].join("\n");
}

/** A problem for scripts. */
export function problemAsJson({ severity, rule, message, remedy, source }: Problem): Readonly<Record<string, unknown>> {
  return {
    severity,
    rule,
    message,
    remedy: remedy ?? null,
    file: source?.file ?? null,
    line: source?.line ?? null,
    column: source?.column ?? null,
  };
}

function heading(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const parts = [
    ...(errors > 0 ? [counted(errors, "error")] : []),
    ...(warnings > 0 ? [counted(warnings, "warning")] : []),
  ];
  return `${parts.join(" and ")} found:`;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
