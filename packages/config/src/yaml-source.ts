import type { SourceLocation } from "@alcove/plugin-api";
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import type { ConfigNode, Place } from "./config-node.js";
import type { ProblemReport } from "./problem-report.js";
import { buildTree } from "./yaml-tree.js";

/** A YAML text and where it came from. */
export interface YamlSource {
  readonly text: string;
  /** The file as messages print it. */
  readonly file: string;
  /** The absolute folder that relative paths in the text start from. */
  readonly directory: string;
  /** Whether lines and columns mean something to the reader; not so for an `--override`. */
  readonly hasLines: boolean;
}

/** A parsed text: its tree, unless the text is malformed. */
export interface ParsedYaml {
  /** `undefined` when the text is malformed; every fault of it has been reported. */
  readonly root: ConfigNode | undefined;
}

/** Parses YAML 1.2 (core schema, with `<<` merge keys) into nodes that know their place. Reports every fault found. */
export function parseYaml(
  source: YamlSource,
  rule: "config-syntax" | "config-override",
  report: ProblemReport,
): ParsedYaml {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => ({
    location: locationAt(source, lines, offset),
    directory: source.directory,
  });
  const document = parseDocument(source.text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: "core",
    stringKeys: true,
    uniqueKeys: false,
    // "silent" would pass over all documents of a file but the first.
    logLevel: "error",
  });
  const faults = [...document.errors, ...document.warnings];
  for (const fault of faults) {
    report.error(rule, placeAt(fault.pos[0]).location, sentenceOf(fault), remedyOf(fault, source.text));
  }
  if (faults.length > 0) return { root: undefined };
  return { root: buildTree(document, { rule, placeAt, report }) };
}

function locationAt(source: YamlSource, lines: LineCounter, offset: number): SourceLocation {
  if (!source.hasLines) return { file: source.file };
  const { line, col } = lines.linePos(offset);
  return { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

function sentenceOf(fault: YAMLError): string {
  if (fault.code === "MULTIPLE_DOCS") return "The file holds several YAML documents.";
  if (fault.code === "RESOURCE_EXHAUSTION") return "The YAML is nested too deeply.";
  return `The YAML is malformed: ${fault.message.replace(/\.?\s*$/, ".")}`;
}

function remedyOf(fault: YAMLError, text: string): string {
  if (fault.code === "TAB_AS_INDENT" || text[fault.pos[0]] === "\t") return "Indent with spaces.";
  if (fault.code === "MULTIPLE_DOCS") return "Keep one document, and name another file with `base:` if need be.";
  const lineStart = text.lastIndexOf("\n", fault.pos[0] - 1) + 1;
  const line = text.slice(lineStart).split("\n", 1)[0] ?? "";
  if (line.includes("${")) return `Put quotes around a value that holds \${…} inside [ ] or { }.`;
  return "Correct the YAML at this place.";
}
