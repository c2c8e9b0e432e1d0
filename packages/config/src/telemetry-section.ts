import { resolve } from "node:path";
import type { ConfigDocument } from "./config-document.js";
import { type ConfigNode, type MappingEntry, type MappingNode, plainRecordOf } from "./config-node.js";
import type { ProblemReport } from "./problem-report.js";
import type { LoggingConfig, SpanExporterConfig, TelemetryConfig } from "./telemetry-config.js";
import type { TelemetrySection } from "./telemetry-schema.js";
import { withTypeKey } from "./type-key.js";

const defaultLogging: LoggingConfig = Object.freeze({ level: "info", format: "auto", scopes: Object.freeze({}) });

/** `general` with `type` renamed to `_type` in every destination of logs and spans. */
export function withDestinationTypes(general: MappingNode, report: ProblemReport): MappingNode {
  const telemetry = general.entries.get("telemetry");
  if (telemetry === undefined) return general;
  const value = withTypesBelow(telemetry.value, report);
  return { ...general, entries: new Map(general.entries).set("telemetry", { ...telemetry, value }) };
}

function withTypesBelow(telemetry: ConfigNode, report: ProblemReport): ConfigNode {
  return mapEntries(telemetry, (destinations, key) =>
    key === "logging" || key === "tracing"
      ? mapEntries(destinations, (destination, name) =>
          destination.kind === "mapping"
            ? withTypeKey(destination, ["general", "telemetry", key, name], report)
            : destination,
        )
      : destinations,
  );
}

/** What a parsed section means. A file's path is relative to the configuration file it is written in. */
export function telemetryConfigOf(section: TelemetrySection, document: ConfigDocument): TelemetryConfig {
  const [console] = Object.values(section.logging);
  return Object.freeze({
    logging:
      console === undefined
        ? defaultLogging
        : Object.freeze({ level: console.level, format: console.format, scopes: frozen(console.scopes) }),
    exporters: Object.freeze(
      Object.entries(section.tracing).map(([name, exporter]) => exporterConfigOf(name, exporter, document)),
    ),
    samplingRatio: section.sampling_ratio,
    recordContent: section.record_content,
  });
}

function exporterConfigOf(
  name: string,
  exporter: TelemetrySection["tracing"][string],
  document: ConfigDocument,
): SpanExporterConfig {
  if (exporter._type === "file") {
    const directory = document.directoryOf(["general", "telemetry", "tracing", name, "path"]);
    return Object.freeze({ kind: "file", name, path: resolve(directory, exporter.path) });
  }
  const { endpoint, headers, timeout } = exporter;
  return Object.freeze({
    kind: "otlp",
    name,
    url: withTracesPath(endpoint),
    headers: frozen(headers),
    timeoutMs: timeout,
  });
}

/** Collectors are mostly named by their address alone; spans go to `/v1/traces` there. */
function withTracesPath(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.pathname === "/") {
    url.pathname = "/v1/traces";
  }
  return url.href;
}

function frozen<Value>(record: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return plainRecordOf(Object.entries(record));
}

function mapEntries(node: ConfigNode, change: (value: ConfigNode, key: string) => ConfigNode): ConfigNode {
  if (node.kind !== "mapping") return node;
  const entries = [...node.entries].map(([key, entry]): [string, MappingEntry] => [
    key,
    { ...entry, value: change(entry.value, key) },
  ]);
  return { ...node, entries: new Map(entries) } satisfies MappingNode;
}
