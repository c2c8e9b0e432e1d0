import type { ListedSession, SessionDescription, VerifiedEntry } from "@alcove/state";
import { textTable } from "../text-table.js";

type Figures = NonNullable<ListedSession["figures"]>;

/** Whether a session is served, is over and waits to be swept, or cannot be read. */
function statusOf({ figures, damaged }: ListedSession): "live" | "expired" | "damaged" {
  if (damaged !== undefined || figures === undefined) {
    return "damaged";
  }
  return figures.isExpired ? "expired" : "live";
}

const columns = [
  ["user", 36],
  ["status", 7],
  ["created", 24],
  ["last activity", 24],
  ["expires", 24],
  ["runs", 6],
  ["bytes", 8],
] as const;

/** The line above the list of sessions. Columns have fixed widths, so that a long list is printed as it is read. */
export const sessionListHeading = row(columns.map(([name]) => name));

/** A line of the list of sessions. */
export function sessionListRow(session: ListedSession): string {
  const { key, figures, bytes, damaged } = session;
  const times = figures === undefined ? ["-", "-", "-", "-"] : figureTexts(figures);
  const line = row([key?.userId ?? "(unknown)", statusOf(session), ...times, String(bytes)]);
  return damaged === undefined ? line : `${line}  ${damaged}`;
}

function figureTexts({ createdAtMs, lastActivityAtMs, expiresAtMs, runsCompleted }: Figures): string[] {
  return [iso(createdAtMs), iso(lastActivityAtMs), iso(expiresAtMs), String(runsCompleted)];
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(columns[index]?.[1] ?? 0))
    .join("  ")
    .trimEnd();
}

/** Counts what a list has shown. */
export class SessionTotals {
  readonly #counts = { live: 0, expired: 0, damaged: 0 };
  #bytes = 0;

  add(session: ListedSession): void {
    this.#counts[statusOf(session)] += 1;
    this.#bytes += session.bytes;
  }

  /** The line below the list. */
  text(): string {
    const { live, expired, damaged } = this.#counts;
    const total = live + expired + damaged;
    return `${total === 1 ? "1 session" : `${total} sessions`}: ${live} live, ${expired} expired, ${damaged} damaged; ${this.#bytes} bytes`;
  }
}

/** A session for scripts; times are in ISO 8601, and what cannot be known of a damaged one is null. */
export function sessionAsJson(session: ListedSession): Readonly<Record<string, unknown>> {
  const { key, entry, figures, bytes, damaged } = session;
  return {
    user: key?.userId ?? null,
    status: statusOf(session),
    createdAt: figures === undefined ? null : iso(figures.createdAtMs),
    lastActivityAt: figures === undefined ? null : iso(figures.lastActivityAtMs),
    expiresAt: figures === undefined ? null : iso(figures.expiresAtMs),
    runs: figures?.runsCompleted ?? null,
    revision: figures?.revision ?? null,
    bytes,
    entry,
    damage: damaged ?? null,
  };
}

/** A session with what is in it, for scripts. */
export function descriptionAsJson(session: SessionDescription, withValues: boolean): Readonly<Record<string, unknown>> {
  return {
    ...sessionAsJson(session),
    components: session.components.map(({ value, ...component }) => (withValues ? { ...component, value } : component)),
    records: session.records,
  };
}

/** A session with what is in it, for people. */
export function descriptionText(session: SessionDescription, withValues: boolean): string {
  const { components, records, ...listed } = session;
  const facts = Object.entries(sessionAsJson(listed)).filter(([, value]) => value !== null);
  const parts = [facts.map(([name, value]) => `${name.padEnd(14)}  ${value}`).join("\n")];
  if (components.length > 0) {
    const rows = components.map(({ name, version, bytes }) => [name, String(version), String(bytes)]);
    parts.push(textTable(["component", "version", "bytes"], rows));
  }
  if (records.length > 0) {
    const rows = records.map(({ kind, count, bytes, damaged }) => [
      kind || "-",
      ...[count, bytes, damaged].map(String),
    ]);
    parts.push(textTable(["records", "count", "bytes", "damaged"], rows));
  }
  if (withValues) {
    parts.push(...components.map(({ name, value }) => `${name}:\n${JSON.stringify(value, undefined, 2)}`));
  }
  return parts.join("\n\n");
}

/** A damaged entry, for people. */
export function damageText({ kind, damaged = "" }: VerifiedEntry): string {
  return `${kind}: ${damaged}`;
}

/** A damaged entry, for scripts. */
export function damageAsJson({ entry, kind, bytes, damaged }: VerifiedEntry): Readonly<Record<string, unknown>> {
  return { entry, kind, bytes, damage: damaged ?? null };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
