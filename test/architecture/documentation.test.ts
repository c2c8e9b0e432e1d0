import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { undocumentedExports } from "./undocumented-exports.js";
import { filesBelow, memberNames, readText, workspaceRoot } from "./workspace.js";

const pages = [
  "README.md",
  ...(["packages", "plugins"] as const).flatMap((kind) =>
    memberNames(kind).flatMap((name) => filesBelow(`${kind}/${name}`)),
  ),
].filter((name) => name.endsWith(".md"));

/** The TypeScript examples that are whole modules (they import something), each as a file that lies beside its page. */
const examples = pages.flatMap((page) =>
  [...readText(page).matchAll(/^```ts(?: \S+)?\n(.*?)^```/gms)]
    .map((match, index) => ({
      file: join(workspaceRoot, `${page.replace(/\.md$/, "")}-example-${index + 1}.ts`),
      text: match[1] ?? "",
    }))
    .filter(({ text }) => /^import /m.test(text)),
);

describe("the documentation", () => {
  it("has examples that compile against the real packages", () => {
    expect(examples.length).toBeGreaterThan(3);
    expect(complaints(new Map(examples.map(({ file, text }) => [file, text])))).toEqual([]);
  });

  it("would be told about an example that does not", () => {
    const file = join(workspaceRoot, "packages/plugin-api/docs/wrong.ts");
    const text =
      'import { defineFunction } from "@alcove/plugin-api";\nexport default defineFunction({ inputs: 1 });\n';
    expect(complaints(new Map([[file, text]]))).not.toEqual([]);
  });

  it("links to pages that are there", () => {
    const broken = pages.flatMap((page) =>
      [...readText(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
        .map((match) => match[1] ?? "")
        .filter((target) => !existsSync(join(workspaceRoot, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

describe("the public API", () => {
  const indexes = memberNames("packages").map((name) => join(workspaceRoot, "packages", name, "src/index.ts"));

  it("has a doc comment for everything that is exported, members of interfaces and classes included", () => {
    expect(undocumentedExports(indexes, testOptions())).toEqual([]);
  });

  it("would be told about a comment that is missing", () => {
    const folder = mkdtempSync(join(tmpdir(), "alcove-undocumented-"));
    const file = join(folder, "index.ts");
    const lines = [
      "export function bare(): void {}",
      "/** Documented. */",
      "export interface Options {",
      "  /** Documented. */",
      "  readonly good: number;",
      "  readonly wanting: number;",
      "}",
      "/** Inherits what it implements. */",
      "export class Built implements Options {",
      "  readonly good = 1;",
      "  readonly wanting = 1;",
      "  readonly own = 1;",
      "  readonly #hidden = 1;",
      "  private readonly secret = this.#hidden;",
      "}",
    ];
    writeFileSync(file, lines.join("\n"));
    const found = undocumentedExports([file], testOptions()).map((fault) => fault.replace(/^.*:(\d+): /, "$1 "));
    rmSync(folder, { recursive: true });
    expect(found).toEqual(["1 bare", "6 Options.wanting", "11 Built.wanting", "12 Built.own"]);
  });
});

function testOptions(): ts.CompilerOptions {
  const config = ts.getParsedCommandLineOfConfigFile(join(workspaceRoot, "test/tsconfig.json"), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new TypeError(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
    },
  });
  return config?.options ?? {};
}

/** Compiles files that exist in memory only, with the options of the tests. */
function complaints(files: ReadonlyMap<string, string>): string[] {
  const options = { ...testOptions(), noUnusedLocals: false };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${relative(workspaceRoot, name)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  });
}
