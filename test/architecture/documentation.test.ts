import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { problemRules } from "@alcove/plugin-api";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { undocumentedExports } from "./undocumented-exports.js";
import { filesBelow, memberNames, packageEntries, readText, workspaceRoot } from "./workspace.js";

const pages = [
  "README.md",
  ...(["packages", "plugins"] as const).flatMap((kind) =>
    memberNames(kind).flatMap((name) => filesBelow(`${kind}/${name}`)),
  ),
].filter((name) => name.endsWith(".md"));

/** The TypeScript examples that are whole modules (they import something), each as a file that lies beside its page. */
const examples = pages
  .filter((page) => !/\/api-report[^/]*\.md$/.test(page))
  .flatMap((page) =>
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

  it("explains every rule of plugins and of the dependency graph, and no other", () => {
    const page = readText("packages/plugin-api/docs/dependency-rules.md");
    const explained = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1] ?? "");
    expect(explained.toSorted()).toEqual(problemRules.filter((rule) => !rule.startsWith("config-")).toSorted());
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
  const entries = packageEntries().map(({ source }) => join(workspaceRoot, source));

  it("has a doc comment for everything that is exported, and for every part of it", () => {
    expect(entries.length).toBeGreaterThanOrEqual(memberNames("packages").length);
    expect(undocumentedExports(entries, testOptions())).toEqual([]);
  });

  it("would be told about a comment that is missing", () => {
    expect(undocumentedIn(samples)).toEqual([
      "base.ts:2 Base.inherited",
      "base.ts:10 Chosen.wanting",
      "base.ts:14 Chosen.other",
      "base.ts:20 take.options",
      "base.ts:22 take.result",
      "index.ts:2 bare",
      "index.ts:7 Options.wanting",
      "index.ts:10 Options.nested.deep",
      "index.ts:17 Built.wanting",
      "index.ts:18 Built.own",
    ]);
  });
});

/** Everything whose name says so wants a comment. */
const samples: Readonly<Record<string, string>> = {
  "base.ts": `interface Base {
  readonly inherited: number;
  /** Documented. */
  readonly good: number;
}
/** Documented. */
export type Chosen =
  | {
      readonly kind: "first";
      readonly wanting: number;
    }
  | Readonly<Record<string, { readonly short: number }>>
  | ReadonlyArray<{
      readonly other: number;
    }>;
/** Documented. */
export interface Derived extends Base {}
/** Documented. */
export declare function take(given: {
  readonly options: number;
}): {
  readonly result: number;
};
`,
  "index.ts": `export * from "./base.js";
export function bare(): void {}
/** Documented. */
export interface Options {
  /** Documented. */
  readonly good: number;
  readonly wanting: number;
  /** Documented. */
  readonly nested: {
    readonly deep: number;
  };
}
/** Inherits what it implements. */
export class Built implements Options {
  readonly good = 1;
  readonly nested = { deep: 1 };
  readonly wanting = 1;
  readonly own = 1;
  readonly #hidden = 1;
  private readonly secret = this.#hidden;
}
`,
};

function undocumentedIn(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "alcove-undocumented-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text);
    }
    const found = undocumentedExports([join(folder, "index.ts")], testOptions());
    return found.map((fault) => fault.replace(/^.*\/([\w.]+:\d+):/, "$1")).toSorted(inOrderOfLines);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inOrderOfLines(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

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
