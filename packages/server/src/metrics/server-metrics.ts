import type { RuntimeFigures } from "@alcove/runtime";
import type { StoreFigures } from "@alcove/state";
import { Registry } from "prom-client";
import type { ServerLife } from "../server-life.js";
import { CollectedMetrics, type Sample } from "./collected-metrics.js";
import { processMetrics } from "./process-metrics.js";
import type { RequestFigures } from "./request-figures.js";

const MILLISECONDS_AS_SECONDS = 0.001;

/** Where the numbers of a server are counted. */
export interface MetricSources {
  readonly requests: RequestFigures;
  readonly life: ServerLife;
  readonly runtime: RuntimeFigures;
  readonly store: StoreFigures;
}

/** Every metric of a server and its process. None has a label that a client or a user could make up. */
export function serverMetrics({ requests, life, runtime, store }: MetricSources): Registry {
  const registry = new Registry();
  const metrics = new CollectedMetrics(registry);
  addRequestMetrics(metrics, requests, life);
  addRunMetrics(metrics, runtime);
  addSessionMetrics(metrics, runtime);
  addStoreMetrics(metrics, store);
  return Registry.merge([registry, processMetrics()]);
}

function addRequestMetrics(metrics: CollectedMetrics, requests: RequestFigures, life: ServerLife): void {
  metrics.counter(
    {
      name: "alcove_http_requests_total",
      help: "Requests by method, route and status; aborted where the client left before it had its reply.",
      labelNames: ["method", "route", "status"],
    },
    function* () {
      for (const { method, route, byStatus } of requests.routes()) {
        for (const [status, count] of byStatus) {
          yield [{ method, route, status: String(status) }, count];
        }
      }
    },
  );
  metrics.histogram(
    {
      name: "alcove_http_request_duration_seconds",
      help: "How long it took to make a reply, and of streams to send it.",
    },
    MILLISECONDS_AS_SECONDS,
    function* () {
      for (const { method, route, byStatus, durationsMs } of requests.routes()) {
        if (byStatus.size > 0) {
          yield [{ method, route }, durationsMs];
        }
      }
    },
  );
  metrics.gauge({ name: "alcove_http_connections", help: "Open connections, WebSockets apart." }, () =>
    life.connectionCount(),
  );
  metrics.gauge({ name: "alcove_http_open_streams", help: "Streams being sent." }, () => life.openStreams.count);
  metrics.gauge({ name: "alcove_open_websockets", help: "Open WebSockets." }, () => life.socketCount());
}

function addRunMetrics(metrics: CollectedMetrics, { runs, runsInFlight }: RuntimeFigures): void {
  metrics.counter(
    {
      name: "alcove_runs_total",
      help: "Runs that ended, by whether they were streamed and how they ended.",
      labelNames: ["kind", "outcome"],
    },
    () => Object.entries(runs.ended).flatMap(([kind, ended]) => samplesOf("outcome", Object.entries(ended), { kind })),
  );
  metrics.histogram(
    { name: "alcove_run_duration_seconds", help: "How long runs took, waiting and commit included." },
    MILLISECONDS_AS_SECONDS,
    () => Object.entries(runs.durationsMs).map(([kind, durationsMs]) => [{ kind }, durationsMs] as const),
  );
  metrics.gauge(
    { name: "alcove_runs_in_flight", help: "Runs that are not over, waiting ones included." },
    runsInFlight,
  );
  metrics.gauge(
    { name: "alcove_runs_waiting", help: "Runs that wait for their user's turn, or for a slot." },
    () => runs.waiting,
  );
  metrics.histogram(
    { name: "alcove_run_wait_seconds", help: "How long runs waited that could not begin at once." },
    MILLISECONDS_AS_SECONDS,
    () => [[{}, runs.waitsMs]],
  );
  metrics.counter(
    {
      name: "alcove_idempotent_replays_total",
      help: "Requests that got the reply recorded for their idempotency key, without a run.",
    },
    () => [[{}, runs.replays]],
  );
}

function addSessionMetrics(metrics: CollectedMetrics, { residents, wakes, evictions, sweeps }: RuntimeFigures): void {
  metrics.gauge({ name: "alcove_resident_sessions", help: "Sessions in memory." }, residents);
  metrics.counter(
    {
      name: "alcove_session_wakes_total",
      help: "Sessions that came into memory, by whether they were stored or began.",
      labelNames: ["origin"],
    },
    () => samplesOf("origin", Object.entries(wakes.count)),
  );
  metrics.histogram(
    { name: "alcove_session_wake_duration_seconds", help: "How long it took sessions to come into memory." },
    MILLISECONDS_AS_SECONDS,
    () => [[{}, wakes.durationsMs]],
  );
  metrics.counter(
    {
      name: "alcove_session_evictions_total",
      help: "Sessions that left memory, by why: expired, limit (of residents), idle, heap (nearly full), operator.",
      labelNames: ["reason"],
    },
    () => samplesOf("reason", Object.entries(evictions)),
  );
  metrics.counter(
    { name: "alcove_sweeps_total", help: "Cleanups of what has expired, by outcome.", labelNames: ["outcome"] },
    () => [
      [{ outcome: "completed" }, sweeps.completed],
      [{ outcome: "failed" }, sweeps.failed],
    ],
  );
  metrics.counter(
    {
      name: "alcove_swept_entries_total",
      help: "What cleanups removed from the store: expired sessions, and records.",
    },
    () => [[{}, sweeps.removedEntries]],
  );
}

function addStoreMetrics(metrics: CollectedMetrics, store: StoreFigures): void {
  metrics.counter({ name: "alcove_commits_total", help: "Commits that are durable." }, () => [[{}, store.commits]]);
  metrics.counter(
    {
      name: "alcove_commit_failures_total",
      help: "Commits that failed, by the code their run ended with.",
      labelNames: ["code"],
    },
    () => samplesOf("code", store.commitFailures),
  );
  metrics.histogram(
    { name: "alcove_commit_batch_size", help: "How many commits were made durable at once." },
    1,
    () => [[{}, store.batchSizes]],
  );
  metrics.histogram(
    { name: "alcove_commit_batch_duration_seconds", help: "How long it took to make a batch of commits durable." },
    MILLISECONDS_AS_SECONDS,
    () => [[{}, store.batchDurationsMs]],
  );
  metrics.counter(
    {
      name: "alcove_store_read_failures_total",
      help: "Reading accesses to the store that failed, by code.",
      labelNames: ["code"],
    },
    () => samplesOf("code", store.readFailures),
  );
  metrics.gauge(
    { name: "alcove_store_writable", help: "1 while the latest write to the store went through, else 0." },
    () => (store.lastWrite?.failure === undefined ? 1 : 0),
  );
}

function samplesOf(labelName: string, counts: Iterable<readonly [string, number]>, labels = {}): Sample[] {
  return Array.from(counts, ([value, count]) => [{ ...labels, [labelName]: value }, count] as const);
}
