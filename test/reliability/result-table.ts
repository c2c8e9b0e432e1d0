import { complaintKinds } from "./complaint.js";
import type { ScenarioResult } from "./scenario.js";

const complaintsShown = 10;

/** Rows and columns as text, each column as wide as its widest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Whether nothing is wrong. A scenario that was skipped has shown nothing, and nothing wrong. */
export function isClean({ complaints }: ScenarioResult): boolean {
  return complaints.length === 0;
}

/** One line a scenario, and below it what is wrong, if anything is. */
export function resultTable(results: readonly ScenarioResult[]): string {
  const header = ["scenario", "faults", "acknowledged", ...complaintKinds, "seconds", "verdict"];
  const rows = results.map((result) => [
    result.scenario,
    String(result.faults),
    String(result.acknowledged),
    ...complaintKinds.map((kind) => String(result.counts[kind])),
    result.seconds.toFixed(0),
    verdictOf(result),
  ]);
  return [alignColumns([header, ...rows]), ...results.flatMap(describeComplaints)].join("\n");
}

function verdictOf(result: ScenarioResult): string {
  if (result.skipped !== undefined) {
    return `skipped: ${result.skipped}`;
  }
  return isClean(result) ? "kept" : "BROKEN";
}

function describeComplaints({ scenario, complaints }: ScenarioResult): string[] {
  const shown = complaints
    .slice(0, complaintsShown)
    .map(({ kind, subject, detail }) => `${scenario}: ${kind}: ${subject} ${detail}`);
  const left = complaints.length - shown.length;
  return left > 0 ? [...shown, `${scenario}: … and ${left} more`] : shown;
}
