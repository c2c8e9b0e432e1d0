import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadFolder, loadText, yaml } from "./fixtures/config-folder.js";

describe("general.telemetry", () => {
  it("logs at level info and traces nothing when it says nothing", async () => {
    const { config, report } = await loadText("general:\n  telemetry:\n    tracing:\n    logging:\n");
    expect(report).toEqual([]);
    expect(config?.general.telemetry).toEqual({
      logging: { level: "info", format: "auto", scopes: {} },
      exporters: [],
      samplingRatio: 1,
      recordContent: false,
    });
  });

  it("reads the sections as the reference writes them, and its own keys", async () => {
    const { config, directory, report } = await loadFolder(
      {
        "configs/config.yml": yaml`
          general:
            telemetry:
              logging:
                console: { _type: console, level: WARN, format: json, scopes: { server: debug } }
              tracing:
                collector:
                  _type: otelcollector
                  endpoint: http://localhost:4318
                  headers: { authorization: "Bearer \${TOKEN}" }
                  timeout: 2s
                elsewhere: { type: otlp, endpoint: "https://traces.example/in/v1/traces" }
                kept: { type: file, path: spans.jsonl }
              sampling_ratio: 0.25
              record_content: yes
        `,
      },
      { environment: { TOKEN: "s3cret" } },
    );
    expect(report).toEqual([]);
    expect(config?.general.telemetry).toEqual({
      logging: { level: "warn", format: "json", scopes: { server: "debug" } },
      exporters: [
        {
          kind: "otlp",
          name: "collector",
          url: "http://localhost:4318/v1/traces",
          headers: { authorization: "Bearer s3cret" },
          timeoutMs: 2_000,
        },
        {
          kind: "otlp",
          name: "elsewhere",
          url: "https://traces.example/in/v1/traces",
          headers: {},
          timeoutMs: 10_000,
        },
        { kind: "file", name: "kept", path: join(directory, "configs", "spans.jsonl") },
      ],
      samplingRatio: 0.25,
      recordContent: true,
    });
  });

  it.each([
    ["logging: { file: { _type: file } }", "general.telemetry.logging.file._type must be console"],
    ["logging: { console: { _type: console, level: loud } }", "must be debug, info, warn, error or silent"],
    ["logging: { console: { _type: console, format: xml } }", "must be auto, json or pretty"],
    ["logging: { a: { _type: console }, b: { _type: console } }", "must have one entry at most"],
    ["logging: { console: { _type: console, scopes: { server: all } } }", "scopes.server must be debug, info"],
    ["tracing: { x: { _type: jaeger } }", "must be otlp .or otelcollector, which means the same. or file"],
    ["tracing: { x: file }", "general.telemetry.tracing.x must be a mapping with a `_type`"],
    ["tracing: { x: { _type: otlp } }", "general.telemetry.tracing.x.endpoint must be text"],
    ["tracing: { x: { _type: otlp, endpoint: 'localhost:4318' } }", "begins with http:// or https://"],
    ["tracing: { x: { _type: otlp, endpoint: 'http://h', timeout: 2m } }", "must not be longer than 60 seconds"],
    ["tracing: { x: { _type: otlp, endpoint: 'http://h', project: p } }", 'tracing.x has no key "project"'],
    ["tracing: { x: { _type: file, path: x, type: file } }", "has both _type and type"],
    ["sampling_ratio: 2", "must be a number from 0 to 1"],
    ["sampling_ration: 1", "Did you mean sampling_ratio"],
  ])("refuses `%s`", async (line, words) => {
    const { config, report } = await loadText(`general:\n  telemetry:\n    ${line}\n`);
    expect(config).toBeUndefined();
    expect(report).toEqual([expect.stringMatching(new RegExp(words))]);
  });

  it("prints no header of a collector that came out of the environment", async () => {
    const { report } = await loadText(
      yaml`
        general:
          telemetry:
            tracing:
              x: { _type: otlp, endpoint: "\${SECRET}", headers: { authorization: ["\${SECRET}"] } }
      `,
      { environment: { SECRET: "s3cret" } },
    );
    expect(report).toHaveLength(2);
    expect(report.join("\n")).not.toContain("s3cret");
  });
});
