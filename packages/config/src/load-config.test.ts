import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadFolder, loadText, yaml } from "./fixtures/config-folder.js";

describe("loadConfig", () => {
  it("fills in every default of a file that says nothing", async () => {
    const { config, directory, report } = await loadFolder({
      "configs/tiny.yml": "general:\n  front_end:\n  store:\n",
    });
    expect(report).toEqual([]);
    expect(config).toEqual({
      general: {
        application: "tiny",
        perUserWorkflowTimeoutMs: 1_800_000,
        perUserWorkflowCleanupIntervalMs: 300_000,
        enablePerUserMonitoring: false,
        maxConcurrency: 0,
        maxQueuedRunsPerUser: 4_096,
        runTimeoutMs: undefined,
        maxSessionBytes: 16_777_216,
        maxBytesPerUser: 268_435_456,
        maxResidentUsers: 10_000,
        perUserResidentIdleMs: undefined,
        pluginStartTimeoutMs: 60_000,
        shutdownDelayMs: 0,
        shutdownTimeoutMs: 10_000,
        idempotency: { maxRecordsPerUser: 128, maxReplyBytes: 262_144, maxAgeMs: 86_400_000 },
        store: { path: join(directory, ".alcove", "tiny.sqlite") },
        middleware: [],
        telemetry: {
          logging: { level: "info", format: "auto", scopes: {} },
          exporters: [],
          samplingRatio: 1,
          recordContent: false,
        },
        identity: { providers: [{ type: "session_cookie" }], admins: [] },
        frontEnd: {
          host: "localhost",
          port: 8_000,
          maxBodyBytes: 1_048_576,
          streamHeartbeatMs: 15_000,
          reconnectGraceMs: 0,
          maxRunningAsyncJobs: 10,
          maxExecutionsPerUser: 100,
          allowInsecureIdentity: false,
          trustedProxies: [],
          limits: {
            maxHeaderBytes: 16_384,
            headersTimeoutMs: 20_000,
            requestTimeoutMs: 60_000,
            keepAliveTimeoutMs: 65_000,
            maxConnections: 0,
            maxStreams: 10_000,
            maxStreamsPerUser: 1_000,
            maxKeptStreams: 1_000,
            maxKeptStreamsPerUser: 100,
            maxNewSessionsPerMinute: 0,
          },
          metrics: false,
          docs: true,
          rootPath: "",
          workflow: {
            method: "POST",
            path: "/v1/workflow",
            legacyPath: "/generate",
            description: undefined,
            place: ["general", "front_end", "workflow"],
          },
          endpoints: [],
          cors: {
            allowOrigins: [],
            allowMethods: ["GET"],
            allowHeaders: [],
            allowCredentials: false,
            exposeHeaders: [],
            maxAgeSeconds: 600,
          },
          webSocket: {
            path: "/websocket",
            reconnectGraceMs: 0,
            heartbeatIntervalMs: 30_000,
            idleTimeoutMs: 3_600_000,
            maxSockets: 10_000,
            maxSocketsPerUser: 32,
          },
        },
      },
      functions: {},
      functionGroups: {},
      workflow: undefined,
      plugins: [],
      allowedPlugins: undefined,
      middleware: {},
      objectStores: {},
      httpRoutes: {},
      perUserServices: {},
      faultyNames: { functions: [], middleware: [], objectStores: [], httpRoutes: [], perUserServices: [] },
      isGeneralSound: true,
      entryFunctions: [],
      globalMiddleware: [],
    });
  });

  it("reads every key of general", async () => {
    const { config, report } = await loadText(yaml`
      general:
        application: notes
        per_user_workflow_timeout: 1h
        per_user_workflow_cleanup_interval: PT30S
        enable_per_user_monitoring: yes
        max_concurrency: 8
        max_queued_runs_per_user: 16
        run_timeout: 90s
        max_session_bytes: 65536
        max_bytes_per_user: 131072
        max_resident_users: 100
        per_user_resident_idle: 5m
        plugin_start_timeout: 20s
        shutdown_delay: 5s
        shutdown_timeout: 2.5
        idempotency: { max_records_per_user: 16, max_reply_bytes: 1024, max_age: 1h }
        store: { path: /var/lib/alcove/notes.sqlite }
        middleware: [audit, masked]
        identity: { providers: [{ _type: session_cookie }], admins: [{ role: operator }] }
        front_end:
          _type: fastapi
          host: 0.0.0.0
          port: 0
          max_body_bytes: 2048
          stream_heartbeat_interval: 5s
          reconnect_grace: 45s
          max_running_async_jobs: 3
          max_executions_per_user: 7
          allow_insecure_identity: "on"
          trusted_proxies: [10.0.0.0/8, "::1"]
          limits:
            max_header_bytes: 8192
            headers_timeout: 5s
            request_timeout: 10s
            keep_alive_timeout: 15s
            max_connections: 5000
            max_streams: 100
            max_streams_per_user: 4
            max_kept_streams: 50
            max_kept_streams_per_user: 3
            max_new_sessions_per_minute: 30
          metrics: true
          docs: false
          root_path: /api/
          disable_legacy_routes: true
          workflow: { method: GET, path: /ask, websocket_path: null, description: Answers. }
          endpoints:
            - { function_name: notepad, path: /v1/notes, legacy_path: /notes }
            - { function_name: todo__add, method: GET, legacy_path: /add }
          cors:
            allow_origins: [https://a.example]
            allow_origin_regex: https://[a-z]+[.]example
            allow_methods: [GET, POST]
            allow_headers: ["*"]
            allow_credentials: true
            expose_headers: [x-request-id]
            max_age: 60
          websocket:
            reconnect_grace: 30s
            heartbeat_interval: 10s
            idle_timeout: 5m
            max_sockets: 100
            max_sockets_per_user: 2
    `);
    expect(report).toEqual([]);
    expect(config?.general).toEqual({
      application: "notes",
      perUserWorkflowTimeoutMs: 3_600_000,
      perUserWorkflowCleanupIntervalMs: 30_000,
      enablePerUserMonitoring: true,
      maxConcurrency: 8,
      maxQueuedRunsPerUser: 16,
      runTimeoutMs: 90_000,
      maxSessionBytes: 65_536,
      maxBytesPerUser: 131_072,
      maxResidentUsers: 100,
      perUserResidentIdleMs: 300_000,
      pluginStartTimeoutMs: 20_000,
      shutdownDelayMs: 5_000,
      shutdownTimeoutMs: 2_500,
      idempotency: { maxRecordsPerUser: 16, maxReplyBytes: 1_024, maxAgeMs: 3_600_000 },
      store: { path: "/var/lib/alcove/notes.sqlite" },
      middleware: ["audit", "masked"],
      telemetry: {
        logging: { level: "info", format: "auto", scopes: {} },
        exporters: [],
        samplingRatio: 1,
        recordContent: false,
      },
      identity: { providers: [{ type: "session_cookie" }], admins: [{ role: "operator" }] },
      frontEnd: {
        host: "0.0.0.0",
        port: 0,
        maxBodyBytes: 2_048,
        streamHeartbeatMs: 5_000,
        reconnectGraceMs: 45_000,
        maxRunningAsyncJobs: 3,
        maxExecutionsPerUser: 7,
        allowInsecureIdentity: true,
        trustedProxies: ["10.0.0.0/8", "::1"],
        limits: {
          maxHeaderBytes: 8_192,
          headersTimeoutMs: 5_000,
          requestTimeoutMs: 10_000,
          keepAliveTimeoutMs: 15_000,
          maxConnections: 5_000,
          maxStreams: 100,
          maxStreamsPerUser: 4,
          maxKeptStreams: 50,
          maxKeptStreamsPerUser: 3,
          maxNewSessionsPerMinute: 30,
        },
        metrics: true,
        docs: false,
        rootPath: "/api",
        workflow: {
          method: "GET",
          path: "/ask",
          legacyPath: undefined,
          description: "Answers.",
          place: ["general", "front_end", "workflow"],
        },
        endpoints: [
          {
            functionName: "notepad",
            method: "POST",
            path: "/v1/notes",
            legacyPath: undefined,
            description: undefined,
            place: ["general", "front_end", "endpoints", 0],
          },
          {
            functionName: "todo__add",
            method: "GET",
            path: undefined,
            legacyPath: undefined,
            description: undefined,
            place: ["general", "front_end", "endpoints", 1],
          },
        ],
        cors: {
          allowOrigins: ["https://a.example"],
          allowOriginRegex: "https://[a-z]+[.]example",
          allowMethods: ["GET", "POST"],
          allowHeaders: ["*"],
          allowCredentials: true,
          exposeHeaders: ["x-request-id"],
          maxAgeSeconds: 60,
        },
        webSocket: {
          path: undefined,
          reconnectGraceMs: 30_000,
          heartbeatIntervalMs: 10_000,
          idleTimeoutMs: 300_000,
          maxSockets: 100,
          maxSocketsPerUser: 2,
        },
      },
    });
  });

  it("freezes the configuration to the bottom", async () => {
    const { config } = await loadText("functions: { a: { _type: t, list: [ { b: 1 } ] } }\nplugins: [x]\n");
    const reached: unknown[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      reached.push(value);
      Object.values(value).forEach(visit);
    };
    visit(config);
    expect(reached.length).toBeGreaterThan(15);
    expect(reached.filter((value) => !Object.isFrozen(value))).toEqual([]);
  });

  it("reports everything at once, each at its place, from top to bottom", async () => {
    const { config, components, report } = await loadText(yaml`
      general:
        per_user_workflow_timeout: 0
        per_user_workflow_cleanup_interval: -5
        enable_per_user_monitoring: perhaps
        max_concurency: 3
        front_end: { port: 70000, hots: x, _type: django }
        store: here.sqlite
      functions:
        notepad: { _type: per_user_notepad }
      memory: { m: { _type: redis } }
      functoins: {}
    `);
    expect(config).toBeUndefined();
    expect(components).toBeUndefined();
    expect(report).toEqual([
      expect.stringMatching(
        /^config\.yml:2:30: general\.per_user_workflow_timeout must be longer than zero, found 0\. .*\[config-schema\]$/,
      ),
      expect.stringMatching(/^config\.yml:3:39: .*must be longer than zero, found -5\./),
      expect.stringMatching(/^config\.yml:4:31: .*must be true or false, found "perhaps"\./),
      expect.stringMatching(
        /^config\.yml:5:3: general has no key "max_concurency"\. Did you mean max_concurrency\? \[config-unknown-key\]$/,
      ),
      expect.stringMatching(/^config\.yml:6:22: .*port must be a whole number from 0 to 65535, found 70000\./),
      expect.stringMatching(/^config\.yml:6:29: general\.front_end has no key "hots"\. Did you mean host\?/),
      expect.stringMatching(/^config\.yml:6:45: .*_type must be koa .*found "django"\./),
      expect.stringMatching(/^config\.yml:7:10: general\.store must be a mapping, found "here\.sqlite"\./),
      expect.stringMatching(
        /^config\.yml:10:1: Alcove does not serve memory yet\. Remove it\. \[config-unsupported\]$/,
      ),
      expect.stringMatching(/^config\.yml:11:1: There is no section "functoins"\. Did you mean functions\?/),
    ]);
  });

  it.each([
    ["per_user_workflow_timeout: soon", "must be a duration"],
    ["per_user_workflow_timeout:", "must be a duration.*found nothing"],
    ["per_user_workflow_timeout: 101000y", "must be a duration"],
    ["per_user_workflow_timeout: 40000d", "must not be longer than 100 years"],
    ["per_user_workflow_cleanup_interval: 25d", "must not be longer than 24 days"],
    ["shutdown_delay: 30d", "must not be longer than 24 days"],
    ["shutdown_timeout: 30d", "must not be longer than 24 days"],
    ["max_concurrency: -1", "whole number from 0 to"],
    ["max_concurrency: 1.5", "whole number from 0 to"],
    ["max_queued_runs_per_user: 0", "whole number from 1 to"],
    ["max_resident_users: 0", "whole number from 1 to"],
    ["per_user_resident_idle: 25d", "must not be longer than 24 days"],
    ["max_queued_runs_per_user: [1]", "whole number from 1 to 1000000, found a list"],
    ["application: 42", "must be text, found 42. Put the value in quotes"],
    ['application: ""', "must not be empty"],
    ['store: { path: ":memory:" }', "must be a file"],
    ["front_end: { max_body_bytes: 0 }", "whole number from 1 to"],
    ["front_end: { workflow: { websocket_path: socket } }", "must be a path such as /v1/workflow"],
    ["front_end: { websocket: { reconnect_grace: -1 } }", "must not be negative"],
    ["front_end: { reconnect_grace: 25d }", "must not be longer than 24 days"],
    ["front_end: { limits: { max_kept_streams: 0 } }", "whole number from 1 to"],
    ["front_end: [koa]", "front_end must be a mapping, found a list"],
    ["front_end: { _type: koa, type: koa }", "has both _type and type"],
    ["front_end: { root_path: api }", "must be a path such as /api, or empty"],
    ["front_end: { workflow: { path: generate } }", "must be a path such as /v1/workflow"],
    ["front_end: { workflow: { path: /a/../b } }", "must be a path such as /v1/workflow"],
    ["front_end: { workflow: { path: '/a/:id' } }", "must be a path such as /v1/workflow"],
    ["front_end: { workflow: { path: /a/ } }", "must be a path such as /v1/workflow"],
    ["front_end: { workflow: { method: PUT } }", 'must be POST or GET, found "PUT"'],
    [
      "front_end: { workflow: { openai_api_path: /chat } }",
      "does not serve general.front_end.workflow.openai_api_path",
    ],
    ["front_end: { endpoints: { path: /a } }", "must be a list of endpoints"],
    ["front_end: { endpoints: [a] }", "endpoints\\[0\\] must be a mapping"],
    ["front_end: { endpoints: [{ function_name: a }] }", "endpoints\\[0\\] must have a path"],
    ["front_end: { endpoints: [{ function_name: a, pahth: /a, path: /b }] }", 'has no key "pahth". Did you mean path'],
    [
      "front_end: { endpoints: [{ function_name: a, openai_api_path: /a, path: /b }] }",
      "endpoints\\[0\\].openai_api_path yet",
    ],
    ["front_end: { cors: { allow_origins: x } }", 'must be a list of texts, found "x"'],
    ["front_end: { cors: { allow_origins: [1] } }", "allow_origins\\[0\\] must be text, found 1"],
    ["front_end: { cors: { allow_origin_regex: '(' } }", "must be a regular expression"],
    ["front_end: { workers: 4 }", "does not serve general.front_end.workers yet"],
    ["use_uvloop: true", "does not serve general.use_uvloop yet"],
  ])("refuses general with `%s`", async (line, words) => {
    const { config, report } = await loadText(`general:\n  ${line}\n`);
    expect(config).toBeUndefined();
    expect(report).toEqual([expect.stringMatching(new RegExp(`^config\\.yml:2:\\d+: .*${words}`))]);
  });

  it.each(["0", "0s", "PT0S", '"00:00:00"'])("takes %s for off, wherever a duration may be off", async (zero) => {
    const { config } = await loadText(yaml`
      general:
        run_timeout: ${zero}
        shutdown_delay: ${zero}
        front_end: { reconnect_grace: ${zero}, websocket: { reconnect_grace: ${zero} } }
    `);
    expect(config?.general).toMatchObject({
      runTimeoutMs: undefined,
      shutdownDelayMs: 0,
      frontEnd: { reconnectGraceMs: 0, webSocket: { reconnectGraceMs: 0 } },
    });
  });

  it("takes numbers and flags that are written as text, as environment variables are", async () => {
    const { config } = await loadText(
      yaml`
        general:
          enable_per_user_monitoring: "\${FLAG}"
          front_end: { port: "\${PORT}" }
      `,
      { environment: { FLAG: "Off", PORT: "9000" } },
    );
    expect(config?.general).toMatchObject({ enablePerUserMonitoring: false, frontEnd: { port: 9_000 } });
  });

  it("only warns of sections it does not serve where they are empty", async () => {
    const { config, problems } = await loadText("llms: {}\nmemory:\ngeneral: { use_uvloop: }\neval: []\n");
    expect(config).toBeDefined();
    expect(problems.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(
      Array(4).fill("warning config-unsupported"),
    );
  });

  it("yields the components although general is wrong", async () => {
    const { config, components } = await loadText(yaml`
      general: { front_end: { port: x } }
      functions: { notepad: { _type: per_user_notepad } }
      workflow: { _type: per_user_assistant }
    `);
    expect(config).toBeUndefined();
    expect(components?.functions["notepad"]?.type).toBe("per_user_notepad");
    expect(components?.workflow?.type).toBe("per_user_assistant");
  });

  it("reports a file that is missing, a directory, empty, a list, not UTF-8, or malformed", async () => {
    const missing = await loadText("", { file: "no/such.yml" });
    expect(missing.report).toEqual([
      "no/such.yml: The configuration file no/such.yml does not exist. Name a readable YAML file. [config-file]",
    ]);
    expect(missing.document.file).toBe(join(missing.directory, "no/such.yml"));
    expect(missing.document.locate(["general"])).toEqual({ file: "no/such.yml" });
    expect((await loadText("", { file: "." })).report).toEqual([expect.stringContaining("is a directory")]);
    expect((await loadText("")).report).toEqual([
      expect.stringMatching(/must be a mapping, found nothing.*\[config-file\]/),
    ]);
    expect((await loadText("- a\n")).report).toEqual([expect.stringMatching(/^config\.yml:1:1: .*found a list/)]);
    expect((await loadText(Uint8Array.of(0x61, 0x3a, 0xff))).report).toEqual([
      expect.stringContaining("is not UTF-8 text"),
    ]);
    expect((await loadText("a: [\n")).problems[0]).toMatchObject({ rule: "config-syntax", severity: "error" });
  });

  it("goes on after a duplicate key, so that it reports the rest as well", async () => {
    const { problems } = await loadText("general: { front_end: { port: x } }\nplugins: []\nplugins: []\n");
    expect(problems.map((problem) => problem.rule)).toEqual(["config-schema", "config-syntax"]);
  });

  it("says to quote a variable inside brackets", async () => {
    const { report } = await loadText(`plugins: [ \${NAME} ]\n`);
    expect(report[0]).toContain("Put quotes around");
  });

  it("reads a file with a byte order mark, with places that count", async () => {
    const { report } = await loadText("\uFEFFgenerall: {}\n");
    expect(report).toEqual([expect.stringMatching(/^config\.yml:1:1: /)]);
  });

  it("never rejects, whatever the file holds", async () => {
    const keyword = fc.constantFrom("general", "functions", "_type", "base", "plugins", "<<", "__proto__", "front_end");
    const token = fc.constantFrom(
      ":",
      " ",
      "\n",
      "\n  ",
      "- ",
      "{",
      "}",
      "[",
      "]",
      ",",
      "&a ",
      "*a",
      "${",
      "}",
      "'",
      '"',
      "!",
      "|",
      "#",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(keyword, token, fc.string({ maxLength: 4 })), { maxLength: 25 }),
        async (parts) => {
          const { config, problems } = await loadText(parts.join(""));
          expect(config === undefined).toBe(problems.some((problem) => problem.severity === "error"));
        },
      ),
      { numRuns: 300 },
    );
    // Three hundred folders are written; a busy machine takes more than the usual time for that.
  }, 30_000);
});

describe("component sections", () => {
  it("splits components into type and fields, in the order written", async () => {
    const { config, report } = await loadText(yaml`
      functions:
        notepad:
          max_notes: 50
          _type: per_user_notepad
        preferences:
          type: plugin/per_user_preferences
          default_preferences: { theme: dark, __proto__: x, language: en }
      function_groups:
        todo: { _type: per_user_todo }
      workflow: { _type: per_user_assistant, notepad_name: notepad }
      plugins:
        - "@acme/alcove-plugin"
        - ./plugins/mine
    `);
    expect(report).toEqual([]);
    expect(Object.keys(config?.functions ?? {})).toEqual(["notepad", "preferences"]);
    expect(config?.functions["notepad"]).toEqual({
      type: "per_user_notepad",
      fields: { max_notes: 50 },
      path: ["functions", "notepad"],
    });
    const preferences = config?.functions["preferences"];
    expect(preferences?.type).toBe("plugin/per_user_preferences");
    expect(Object.keys(preferences?.fields["default_preferences"] as object)).toEqual([
      "theme",
      "__proto__",
      "language",
    ]);
    expect(config?.functionGroups["todo"]?.path).toEqual(["function_groups", "todo"]);
    expect(config?.workflow).toEqual({
      type: "per_user_assistant",
      fields: { notepad_name: "notepad" },
      path: ["workflow"],
    });
    expect(config?.plugins.map(({ specifier, path }) => ({ specifier, path }))).toEqual([
      { specifier: "@acme/alcove-plugin", path: ["plugins", 0] },
      { specifier: "./plugins/mine", path: ["plugins", 1] },
    ]);
  });

  it("reads which plugins may be loaded, and without which the application can start", async () => {
    const { config, report } = await loadText(
      "workflow: { _type: a }\nplugins: { load: [./a, { plugin: b, startup: optional }], allow: { a: '*', b: ^1.2.0 } }\n",
    );
    expect(report).toEqual([]);
    expect(config?.plugins).toMatchObject([
      { specifier: "./a", isOptional: false, path: ["plugins", "load", 0] },
      { specifier: "b", isOptional: true, path: ["plugins", "load", 1] },
    ]);
    expect(config?.allowedPlugins).toEqual([
      { packageName: "a", range: "*", path: ["plugins", "allow", "a"] },
      { packageName: "b", range: "^1.2.0", path: ["plugins", "allow", "b"] },
    ]);
  });

  it("keeps middleware apart from functions, with the places where general names it, and its faults too", async () => {
    const { components } = await loadText(yaml`
      general: { middleware: [audit] }
      functions: { audit: { _type: audited, middleware: [masked] } }
      middleware:
        audit: { type: line_per_call, level: info }
        masked: mask_words
    `);
    expect(components).toMatchObject({
      functions: { audit: { type: "audited", fields: { middleware: ["masked"] } } },
      middleware: { audit: { type: "line_per_call", fields: { level: "info" }, path: ["middleware", "audit"] } },
      globalMiddleware: [{ name: "audit", path: ["general", "middleware", 0] }],
      faultyNames: { functions: [], middleware: ["masked"] },
    });
  });

  it.each([
    ["functions: { notepad: { max_notes: 1 } }", "1:14: functions.notepad has no _type"],
    ["functions: { notepad: per_user_notepad }", 'must be a mapping with a _type, found "per_user_notepad"'],
    ["functions: { notepad: }", "must be a mapping with a _type, found nothing"],
    ["functions: { notepad: { _type: a, type: b } }", "1:35: functions.notepad has both _type and type"],
    [
      "functions: { notepad: { _type: 5 } }",
      "1:32: functions.notepad._type must be the name of a component type, found 5",
    ],
    ["functions: { notepad: { type: } }", "must be the name of a component type, found nothing"],
    ["functions: { 'note pad': { _type: a } }", '"note pad" is not a name functions can have'],
    ["functions: { '': { _type: a } }", '"" is not a name functions can have'],
    ["function_groups: { __proto__: { _type: a } }", '"__proto__" is not a name function_groups can have'],
    ["functions: [notepad]", "functions must be a mapping of names to components, found a list"],
    ["workflow: per_user_assistant", "1:1: workflow must be a mapping with a _type"],
    ["workflow: {}", "1:1: workflow has no _type"],
    ["plugins: x", 'plugins must be a list, found "x"'],
    ["plugins: { loads: [x] }", "1:12: There is no key plugins.loads. Did you mean load?"],
    ["plugins: { load: x }", 'plugins.load must be a list, found "x"'],
    ["plugins: { load: [{ startup: optional }] }", "plugins.load[0].plugin must be a package name or a path"],
    [
      "plugins: { load: [{ plugin: x, startup: maybe }] }",
      '1:41: plugins.load[0].startup must be required or optional, found "maybe"',
    ],
    ["plugins: { allow: [x] }", "plugins.allow must be a mapping of package names to ranges of versions, found a list"],
    ["plugins: { allow: { x: 1.2 } }", "1:24: plugins.allow.x must be a range of versions, found 1.2"],
    ["plugins: [ok, 5]", "1:15: plugins[1] must be a package name or a path, found 5"],
  ])("refuses `%s`", async (text, words) => {
    const { config, components, report } = await loadText(`${text}\n`);
    expect(config).toBeUndefined();
    // What else there is can still be checked, unless it is not known which components or plugins there are.
    expect(components === undefined).toBe(/^(?:functions: \[|plugins)/.test(text));
    expect(report).toEqual([expect.stringContaining(words)]);
  });
});
