import type { Problem, ProblemRule, SourceLocation } from "@alcove/plugin-api";

/** Collects the complaints of one load, so that all of them are reported at once. */
export class ProblemReport {
  readonly #problems: Problem[] = [];

  /** Adds an error; the start will be refused. */
  error(rule: ProblemRule, source: SourceLocation, message: string, remedy: string): void {
    this.#problems.push({ rule, severity: "error", message, source, remedy });
  }

  /** Adds a warning; the start goes on. */
  warning(rule: ProblemRule, source: SourceLocation, message: string, remedy: string): void {
    this.#problems.push({ rule, severity: "warning", message, source, remedy });
  }

  /** How many errors were added so far. */
  get errorCount(): number {
    return this.#problems.filter((problem) => problem.severity === "error").length;
  }

  /** Everything reported: files in the order they were first named, and each file from top to bottom. */
  sorted(): Problem[] {
    const files = [...new Set(this.#problems.map((problem) => problem.source.file))];
    const rank = (problem: Problem): number => files.indexOf(problem.source.file);
    const line = (problem: Problem): number => problem.source.line ?? 0;
    const column = (problem: Problem): number => problem.source.column ?? 0;
    return this.#problems.toSorted(
      (left, right) => rank(left) - rank(right) || line(left) - line(right) || column(left) - column(right),
    );
  }
}
