import type { Clock } from "@alcove/plugin-api";
import type { ResidentFigures } from "@alcove/runtime";
import { requireViewer } from "../identity/identify.js";
import { userIdOfCookieName } from "../identity/user-id.js";
import { replyWithJson } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedApplication } from "../served-application.js";
import type { MonitoredUser, MonitoredUsers } from "./monitor-wire.js";

/** Answers operators with the figures of the sessions in memory, of one user where the query names one. */
export function monitorUsersRoute(
  { sessions }: ServedApplication,
  clock: Clock,
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    await requireViewer(context);
    const users = chosen(sessions.residents(), wantedUser(context)).map(userRow);
    const reply: MonitoredUsers = { timestamp: iso(clock.nowMs()), total_active_users: users.length, users };
    replyWithJson(context, 200, reply);
  };
}

function wantedUser(context: RequestContext): string | undefined {
  const wanted = context.query["user_id"];
  return Array.isArray(wanted) ? wanted.at(-1) : wanted;
}

// A user id first, since it is what the list itself shows; else what the identity provider makes of the name.
function chosen(residents: readonly ResidentFigures[], wanted: string | undefined): readonly ResidentFigures[] {
  if (wanted === undefined) {
    return residents;
  }
  const exact = residents.filter((resident) => resident.userId === wanted);
  if (exact.length > 0 || wanted === "") {
    return exact;
  }
  const userId = userIdOfCookieName(wanted);
  return residents.filter((resident) => resident.userId === userId);
}

function userRow(resident: ResidentFigures): MonitoredUser {
  const { p50Ms, p95Ms, p99Ms } = resident.latencyPercentiles;
  return {
    user_id: resident.userId,
    session: {
      created_at: iso(resident.createdAtMs),
      last_activity: iso(resident.lastActivityAtMs),
      ref_count: resident.openSessions,
      is_active: resident.openSessions > 0,
    },
    requests: {
      total_requests: resident.totalRuns,
      active_requests: resident.openSessions,
      avg_latency_ms: hundredths(resident.averageLatencyMs),
      error_count: resident.errorCount,
      cancelled_count: resident.cancelledCount,
      stream_count: resident.streamCount,
      p50_latency_ms: hundredths(p50Ms),
      p95_latency_ms: hundredths(p95Ms),
      p99_latency_ms: hundredths(p99Ms),
    },
    memory: {
      per_user_functions_count: resident.functionsCount,
      per_user_function_groups_count: resident.groupsCount,
      exit_stack_size: resident.resourcesCount,
      state_characters: resident.stateCharacters,
    },
  };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
