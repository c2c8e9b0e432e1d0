import { createHash } from "node:crypto";
import type { SpanExporterConfig, TelemetryConfig } from "@alcove/config";
import type { Logger } from "@alcove/plugin-api";
import type { Tracing } from "@alcove/runtime";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import { ATTR_SERVICE_NAME } from "@opentelemetry/semantic-conventions";
import { alcoveVersion } from "../version.js";
import { FileSpanExporter } from "./file-span-exporter.js";
import { TraceIds } from "./trace-ids.js";
import { WatchedSpanExporter } from "./watched-span-exporter.js";

/** How long spans wait for others, to leave together with them. */
const EXPORT_INTERVAL_MS = 1_000;
/** How many spans wait for one destination at most; beyond that they are dropped. */
const MAX_WAITING_SPANS = 8_192;
/** Longer values of attributes are cut off. */
const MAX_ATTRIBUTE_LENGTH = 8_192;

/** What tracing is started with. */
export interface TracingOptions {
  readonly telemetry: TelemetryConfig;
  /** Names the service in every span, and makes pseudonyms of users differ from those of other applications. */
  readonly application: string;
  readonly logger: Logger;
}

/** Tracing that has been started. */
export interface StartedTracing {
  /** For whoever makes spans. */
  readonly tracing: Tracing;
  /** Hands out what spans are left, for so long at most. Never rejects. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * Starts what makes spans and sends them to the configured destinations. Nothing is registered globally, so that
 * several applications in one process do not meet. Never fails: where a destination is not there, that is logged.
 */
export function startTracing({ telemetry, application, logger }: TracingOptions): StartedTracing {
  const ids = new TraceIds();
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({ [ATTR_SERVICE_NAME]: application, "alcove.version": alcoveVersion }),
    ),
    idGenerator: ids,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(telemetry.samplingRatio) }),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_LENGTH },
    spanProcessors: telemetry.exporters.map(
      (exporter) =>
        new BatchSpanProcessor(watchedExporter(exporter, logger), {
          scheduledDelayMillis: EXPORT_INTERVAL_MS,
          maxQueueSize: MAX_WAITING_SPANS,
        }),
    ),
  });
  const tracing: Tracing = {
    tracer: provider.getTracer("alcove", alcoveVersion),
    recordsContent: telemetry.recordContent,
    pseudonymOf: (userId) => createHash("sha256").update(`${application}\0${userId}`).digest("hex").slice(0, 32),
    inTrace: (traceId, start) => ids.inTrace(traceId, start),
  };
  return { tracing, close: (timeoutMs) => closeInTime(provider, timeoutMs, logger) };
}

function watchedExporter(config: SpanExporterConfig, logger: Logger): SpanExporter {
  if (config.kind === "file") {
    return new WatchedSpanExporter(new FileSpanExporter(config.path), config.path, logger);
  }
  const { url, headers, timeoutMs } = config;
  const { origin, pathname } = new URL(url);
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs });
  return new WatchedSpanExporter(exporter, `${origin}${pathname}`, logger);
}

/** A collector that does not answer must not keep the process from ending. */
async function closeInTime(provider: NodeTracerProvider, timeoutMs: number, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, timeoutMs, "late");
  });
  const closed = provider.shutdown().then(
    () => "closed" as const,
    () => "closed" as const,
  );
  if ((await Promise.race([closed, late])) === "late") {
    logger.warn("The last spans were not taken in time, and are lost");
  }
  clearTimeout(timer);
}
