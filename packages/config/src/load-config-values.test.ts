import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadFolder, loadText, yaml } from "./fixtures/config-folder.js";

const aFunction = (fields: string): string => `functions:\n  f:\n    _type: t\n    x: ${fields}\n`;

describe("environment variables", () => {
  it("type an unquoted value again, and leave a quoted one text", async () => {
    const { config } = await loadText(
      yaml`
        functions:
          f:
            _type: \${TYPE}
            number: \${PORT:-8000}
            text: "\${PORT:-8000}"
            flag: \${FLAG}
            nothing: \${EMPTY}
            empty: "\${EMPTY}"
            list: ["\${PORT}", 1]
            literal: $\${PORT}
            "\${PORT}": key
      `,
      { environment: { TYPE: "t", PORT: "9000", FLAG: "true", EMPTY: "" } },
    );
    expect(config?.functions["f"]).toMatchObject({
      type: "t",
      fields: {
        number: 9000,
        text: "9000",
        flag: true,
        nothing: null,
        empty: "",
        list: ["9000", 1],
        literal: `\${PORT}`,
        [`\${PORT}`]: "key",
      },
    });
  });

  it("cannot bring YAML into the document", async () => {
    const { config } = await loadText(aFunction(`\${EVIL}`), { environment: { EVIL: "1\n    y: 2 # {a: b} *c" } });
    expect(config?.functions["f"]?.fields).toEqual({ x: "1\n    y: 2 # {a: b} *c" });
  });

  it("that are not set are named, once each place, and cause no second complaint", async () => {
    const { config, components, report } = await loadText(yaml`
      general:
        front_end: { port: "\${NO_PORT}" }
      workflow:
        _type: \${NO_TYPE}
    `);
    expect(config).toBeUndefined();
    expect(components).toMatchObject({ workflow: undefined, faultyNames: { functions: ["workflow"] } });
    expect(report).toEqual([
      expect.stringMatching(
        /^config\.yml:2:22: The environment variable NO_PORT is not set\. .*\[config-environment\]$/,
      ),
      expect.stringMatching(/^config\.yml:4:10: The environment variable NO_TYPE is not set\./),
    ]);
  });

  it("are never printed, be it in messages of this package or by whoever describes a value", async () => {
    const secret = "hunter2-hunter2";
    const { report, document } = await loadText(
      yaml`
        base: \${SECRET}
        general:
          application: "\${EMPTY}"
          per_user_workflow_timeout: \${SECRET}
          enable_per_user_monitoring: x\${SECRET}y
          front_end: { _type: "\${SECRET}", port: "\${SECRET}", cors: { allow_origin_regex: "(\${SECRET}" } }
          store: "\${SECRET}"
        functions:
          f: "\${SECRET}"
          g: { _type: t, x: "file://\${SECRET}", y: "file://\${SECRET}.md", z: "\${SECRET}" }
        plugins: "\${SECRET}"
        workflow: { _type: t, y: "a \${SECRET} b \${EMPTY}" }
      `,
      { environment: { SECRET: secret, EMPTY: "" } },
    );
    expect(report).toHaveLength(12);
    expect(report.join("\n")).not.toContain(secret);
    expect(report.join("\n")).toContain(`found (value of \${SECRET})`);
    expect(document.describe(["functions", "g", "z"])).toBe(`(value of \${SECRET})`);
    expect(document.describe(["workflow", "y"])).toBe(`(value of \${SECRET} and \${EMPTY})`);
    expect(document.redact(`somebody else says "${secret}" and pre-${secret}`)).toBe(
      `somebody else says "(value of \${SECRET})" and pre-(value of \${SECRET})`,
    );
  });
});

describe("base files", () => {
  const files = {
    "configs/dev/config.yml": yaml`
      base: ../common.yml
      general:
        front_end: { port: 9000 }
      functions:
        notepad: { max_notes: 5, list: [3] }
        extra: { _type: extra }
    `,
    "configs/common.yml": yaml`
      base: lowest.yml
      general:
        store: { path: data/common.sqlite }
        front_end: { host: 127.0.0.1 }
      functions:
        preferences: { _type: per_user_preferences }
        notepad: { _type: per_user_notepad, max_notes: 50, list: [1, 2], text: file://prompt.md }
      plugins: [./plugins/mine]
    `,
    "configs/lowest.yml":
      "general: { front_end: { port: 1, host: nowhere } }\nworkflow: { _type: \n  per_user_assistant }\n",
    "configs/prompt.md": "Be kind.\n",
  };

  it("are merged below the file, mappings key by key, lists replaced", async () => {
    const { config, report, directory } = await loadFolder(files);
    expect(report).toEqual([]);
    expect(config?.general.frontEnd).toMatchObject({ port: 9_000, host: "127.0.0.1" });
    expect(Object.keys(config?.functions ?? {})).toEqual(["preferences", "notepad", "extra"]);
    expect(config?.functions["notepad"]?.fields).toEqual({ max_notes: 5, list: [3], text: "Be kind.\n" });
    expect(config?.workflow?.type).toBe("per_user_assistant");
    expect(config?.general.store.path).toBe(join(directory, "configs/data/common.sqlite"));
    expect(config?.plugins[0]?.directory).toBe(join(directory, "configs"));
    expect(config?.general.application).toBe("config");
  });

  it("leave every value at the place it was written", async () => {
    const { document, directory } = await loadFolder(files);
    expect(document.file).toBe(join(directory, "configs/dev/config.yml"));
    expect(document.directory).toBe(join(directory, "configs/dev"));
    expect(document.locate(["general", "front_end", "port"])).toEqual({
      file: "configs/dev/config.yml",
      line: 3,
      column: 22,
    });
    expect(document.locate(["general", "front_end", "host"])).toEqual({
      file: "configs/common.yml",
      line: 4,
      column: 22,
    });
    expect(document.locate(["workflow", "_type"])).toEqual({ file: "configs/lowest.yml", line: 3, column: 3 });
    expect(document.locateKey(["workflow", "_type"])).toEqual({ file: "configs/lowest.yml", line: 2, column: 13 });
    expect(document.locateKey(["functions", "notepad"])).toMatchObject({
      file: "configs/dev/config.yml",
      line: 5,
      column: 3,
    });
    expect(document.locate(["plugins", 0])).toEqual({ file: "configs/common.yml", line: 8, column: 11 });
    expect(document.locate(["functions", "notepad", "absent", "deeper"])).toMatchObject({ line: 5, column: 12 });
    expect(document.directoryOf(["plugins", 0])).toBe(join(directory, "configs"));
  });

  it("may not form a cycle; the report shows the chain", async () => {
    const { config, report } = await loadFolder({
      "a.yml": "base: b.yml\n",
      "b.yml": "workflow: { _type: t }\nbase: ./c.yml\n",
      "c.yml": "base: b.yml\n",
    });
    expect(config).toBeUndefined();
    expect(report).toEqual([
      "c.yml:1:7: The base files form a cycle: b.yml -> c.yml -> b.yml. Remove this line. [config-base]",
    ]);
  });

  it("may not form a cycle through a symbolic link either", async () => {
    const { report } = await loadFolder({ "a.yml": "base: here/a.yml\n" }, { links: { here: "." } });
    expect(report).toEqual([expect.stringContaining("a.yml -> here/a.yml")]);
  });

  it.each([
    ["base: absent.yml", "1:7: The base file absent.yml does not exist"],
    ["base: .", "is a directory"],
    ["base: 5", "base must be the name of a YAML file, found 5"],
    ["base: [a.yml]", "base must be the name of a YAML file, found a list"],
    ["base:", "base must be the name of a YAML file, found nothing"],
  ])("are refused as `%s`, and the rest is checked all the same", async (line, words) => {
    const { components, report } = await loadText(`${line}\ngeneral: { prot: 1 }\n`);
    expect(components).toBeUndefined();
    expect(report).toEqual([expect.stringContaining(words), expect.stringContaining('no key "prot"')]);
  });

  it("may be named by a variable", async () => {
    const { config } = await loadFolder(
      { "config.yml": `base: "\${STAGE}.yml"\n`, "dev.yml": "general: { application: dev }\n" },
      { environment: { STAGE: "dev" } },
    );
    expect(config?.general.application).toBe("dev");
  });

  it("need no variable and no text file whose place something else has taken", async () => {
    const { config, report } = await loadFolder({
      "config.yml": `base: other.yml\n${aFunction("1")}`,
      "other.yml": aFunction(`file://absent-\${UNSET}.md`),
    });
    expect(report).toEqual([]);
    expect(config?.functions["f"]?.fields).toEqual({ x: 1 });
  });
});

describe("file:// texts", () => {
  it("take the place of values in mappings and lists, and are not expanded", async () => {
    const { config, document } = await loadFolder(
      {
        "config.yml": `functions: { f: { _type: t, x: "file://\${NAME}.md", list: [file://texts/b.J2] } }\n`,
        "a.md": `\uFEFFfirst \${NOT_EXPANDED} file://x.md\n`,
        "texts/b.J2": "5",
      },
      { environment: { NAME: "a" } },
    );
    expect(config?.functions["f"]?.fields).toEqual({ x: `first \${NOT_EXPANDED} file://x.md\n`, list: ["5"] });
    expect(document.describe(["functions", "f", "x"])).toBe(`(text of file://\${NAME}.md)`);
  });

  it.each([
    ["file://absent.md", "4:8: file://absent.md does not exist"],
    ["file://config.yml", "file://config.yml has no suffix that file:// takes. Name a file that ends in .txt, "],
    ["file://", "file:// names no file"],
    ["file://folder.md", "file://folder.md is a directory"],
    ["file://latin1.txt", "file://latin1.txt is not UTF-8 text"],
  ])("are refused as %s", async (value, words) => {
    const { config, problems, report } = await loadFolder({
      "config.yml": aFunction(value),
      "folder.md/x": "",
      "latin1.txt": Uint8Array.of(0xe9),
    });
    expect(config).toBeUndefined();
    expect(report).toEqual([expect.stringContaining(words)]);
    expect(problems[0]?.rule).toBe("config-text-file");
  });
});

describe("overrides", () => {
  const override = (path: string, value: string) =>
    loadText(aFunction("{ list: [a, { b: 1 }] }"), { overrides: [{ path, value }] });

  it.each([
    ["functions.f.x.list.0", "c", { list: ["c", { b: 1 }] }],
    ["functions.f.x.list.1.b", "2", { list: ["a", { b: 2 }] }],
    ["functions.f.x", "[1, {a: 'b'}]", [1, { a: "b" }]],
    ["functions.f.x", "{ a: [] }", { a: [] }],
    ["functions.f.x", '"5"', "5"],
    ["functions.f.x", "5", 5],
    ["functions.f.x", "true", true],
    ["functions.f.x", "Note: hello # there", "Note: hello # there"],
    ["functions.f.x", "*alias", "*alias"],
    ["functions.f.x.new.deep", "1", { list: ["a", { b: 1 }], new: { deep: 1 } }],
    ["functions.f.x", `\${MISSING:-7}`, 7],
  ])("set %s to %s", async (path, value, x) => {
    const { config, report } = await override(path, value);
    expect(report).toEqual([]);
    expect(config?.functions["f"]?.fields["x"]).toEqual(x);
  });

  it.each([
    ["functions.f._type.x", "1", "functions.f._type is not a mapping, so x cannot be set in it"],
    ["functions.f.x.list.2", "1", "functions.f.x.list is a list with the indexes 0 to 1, so 2 cannot be set in it"],
    ["functions.f.x.list.first", "1", "so first cannot be set in it"],
    ["functions..f", "1", "The path has an empty key"],
    ["", "1", "The path has an empty key"],
    ["functions.f.x", "[1", "The YAML is malformed"],
  ])("are refused for %s = %s", async (path, value, words) => {
    const { config, components, problems, report } = await override(path, value);
    expect(config).toBeUndefined();
    expect(components).toBeUndefined();
    expect(problems[0]?.rule).toBe("config-override");
    expect(report[0]).toContain(words);
    expect(report[0]).toMatch(new RegExp(`^--override ${path.replaceAll(".", "\\.")}: `));
  });

  it("are the place of what they set, and complaints name them", async () => {
    const { document, report } = await override("general.front_end.port", "x");
    expect(report).toEqual([
      expect.stringContaining(
        '--override general.front_end.port: general.front_end.port must be a whole number from 0 to 65535, found "x".',
      ),
    ]);
    expect(document.locate(["general", "front_end", "port"])).toEqual({ file: "--override general.front_end.port" });
    expect(document.locateKey(["functions", "f"])).toEqual({ file: "config.yml", line: 2, column: 3 });
  });

  it("apply in their order, and relative paths in them start from the working directory", async () => {
    const { config, directory } = await loadFolder(
      { "configs/config.yml": "general: { store: { path: a.sqlite } }\n" },
      {
        overrides: [
          { path: "general.store.path", value: "b.sqlite" },
          { path: "general.store.path", value: "c.sqlite" },
        ],
      },
    );
    expect(config?.general.store.path).toBe(join(directory, "c.sqlite"));
  });

  it("of one use of an alias leave the other uses alone", async () => {
    const { config } = await loadText("functions:\n  a: &a { _type: t, x: { y: 1 } }\n  b: *a\n", {
      overrides: [{ path: "functions.b.x.y", value: "2" }],
    });
    expect(config?.functions["a"]?.fields).toEqual({ x: { y: 1 } });
    expect(config?.functions["b"]?.fields).toEqual({ x: { y: 2 } });
  });

  it("cannot reach a prototype", async () => {
    const { config } = await override("functions.f.__proto__.polluted", "1");
    expect("polluted" in {}).toBe(false);
    expect(Object.getPrototypeOf(config?.functions["f"]?.fields)).toBe(Object.prototype);
  });
});
