import type { ApplicationPlan } from "../plan/application-plan.js";
import type { PerUserRunHost } from "./per-user-run-host.js";
import type { LatencyPercentiles } from "./session-figures.js";
import type { SessionRecord } from "./session-record.js";

/** What the monitor says about one session in memory. */
export interface ResidentFigures {
  /** Whose session it is. */
  readonly userId: string;
  /** When it began, in milliseconds since 1970 by the store's time. */
  readonly createdAtMs: number;
  /** When its last run was committed, likewise. */
  readonly lastActivityAtMs: number;
  /** How many sessions of the user are open now: HTTP requests, mostly, whether their runs work, wait or have ended. */
  readonly openSessions: number;
  /** Runs committed in the whole life of the session, across restarts. */
  readonly totalRuns: number;
  /** Of the runs since the session came into memory; so are the next four. */
  readonly averageLatencyMs: number;
  /** Of the latest runs. */
  readonly latencyPercentiles: LatencyPercentiles;
  /** Runs that failed. */
  readonly errorCount: number;
  /** Runs that were given up, mostly because their client had gone. */
  readonly cancelledCount: number;
  /** Runs that were streamed. */
  readonly streamCount: number;
  /** How long the committed states of all components are, as JSON text. */
  readonly stateCharacters: number;
  /** How many functions the user's room offers, the workflow not among them. */
  readonly functionsCount: number;
  /** How many function groups the room has. */
  readonly groupsCount: number;
  /** How many components were built for the user, the workflow included. */
  readonly resourcesCount: number;
}

/** What there is to say about the sessions in memory; nothing about those whose first run has not got them awake. */
export function residentFigures(
  tenants: Iterable<PerUserRunHost>,
  { perUserComponents }: ApplicationPlan,
): ResidentFigures[] {
  const functionsCount = perUserComponents
    .filter(({ section }) => section !== "workflow" && section !== "http_routes")
    .reduce((count, component) => count + component.functions.length, 0);
  const groupsCount = perUserComponents.filter((component) => component.section === "function_groups").length;
  return [...tenants].flatMap(({ userId, resident: { record, openCount, figures } }) =>
    record === undefined
      ? []
      : [
          {
            userId,
            createdAtMs: record.createdAtMs,
            lastActivityAtMs: record.lastActivityAtMs,
            openSessions: openCount,
            totalRuns: record.runsCompleted,
            averageLatencyMs: figures.averageLatencyMs,
            latencyPercentiles: figures.latencyPercentiles,
            errorCount: figures.errorCount,
            cancelledCount: figures.cancelledCount,
            streamCount: figures.streamCount,
            stateCharacters: charactersOf(record),
            functionsCount,
            groupsCount,
            resourcesCount: perUserComponents.length,
          },
        ],
  );
}

function charactersOf({ texts }: SessionRecord): number {
  let characters = 0;
  for (const text of texts.values()) {
    // Texts that are let go of are not made again to be measured.
    characters += text.jsonLength ?? text.json.length;
  }
  return characters;
}
