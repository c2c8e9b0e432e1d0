/** Where in a file something was found. Lines and columns count from 1. */
export interface SourceLocation {
  /** The file as the user named it, or what stands in for it, e.g. `--override general.store.path`. */
  readonly file: string;
  /** From 1; left out where the place is the whole file. */
  readonly line?: number;
  /** From 1; left out where the place is the whole line. */
  readonly column?: number;
}

/** Every rule a {@link Problem} may break. Stable, so that scripts can match them. */
export const problemRules = [
  "config-file",
  "config-syntax",
  "config-schema",
  "config-unknown-key",
  "config-unsupported",
  "config-environment",
  "config-base",
  "config-text-file",
  "config-override",
  "plugin-not-found",
  "plugin-manifest",
  "plugin-version",
  "plugin-not-allowed",
  "plugin-duplicate",
  "plugin-peer",
  "plugin-module",
  "plugin-start",
  "plugin-leak",
  "type-unknown",
  "type-ambiguous",
  "reference-unknown",
  "reference-kind",
  "reference-schema",
  "reference-separator",
  "dependency-scope",
  "dependency-cycle",
  "name-clash",
  "group-filter",
  "middleware-list",
  "middleware-unsuitable",
  "component-unreachable",
  "workflow-missing",
  "service-clash",
] as const;

/** The rule a {@link Problem} breaks. */
export type ProblemRule = (typeof problemRules)[number];

/** One fault found before anything was started, or while it was. All faults are collected and reported together. */
export interface Problem {
  /** The rule that is broken. */
  readonly rule: ProblemRule;
  /** An error refuses the start; a warning is printed and the start goes on. */
  readonly severity: "error" | "warning";
  /** What is wrong, naming the thing that is wrong. */
  readonly message: string;
  /** Where it is wrong. */
  readonly source: SourceLocation;
  /** How to mend it. */
  readonly remedy: string;
}

/** One line: `configs/a.yml:12:3: <message>. <remedy> [<rule>]`. */
export function formatProblem({ source, message, remedy, rule }: Problem): string {
  return `${formatLocation(source)}: ${message} ${remedy} [${rule}]`;
}

/** A report for people: a heading that counts errors and warnings, then one line for each problem. */
export function formatReport(problems: readonly Problem[]): string {
  const lines = problems.map((problem) => {
    const label = problem.severity === "warning" ? "warning: " : "";
    return `  ${label}${onOneLine(formatProblem(problem))}`;
  });
  return [reportHeading(problems), ...lines].join("\n");
}

/** Messages quote what plugins throw and files hold, which must not move the cursor or the colours of a terminal. */
function onOneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}

function reportHeading(problems: readonly Problem[]): string {
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

/** `file:line:column`, or less where less is known. */
export function formatLocation({ file, line, column }: SourceLocation): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/** `general.front_end.cors.allow_origins[0]`: the way to a value of a configuration or a manifest, as messages print it. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}
