import { resolve } from "node:path";
import type { Problem } from "@alcove/plugin-api";
import type { AlcoveConfig, ComponentSections, EntryFunction, GeneralConfig, MiddlewareName } from "./alcove-config.js";
import { readComponentSections } from "./component-sections.js";
import { ConfigDocument } from "./config-document.js";
import { readConfigFile } from "./config-file.js";
import type { MappingNode } from "./config-node.js";
import type { Environment } from "./environment.js";
import { readGeneralSection } from "./general-section.js";
import { applyOverrides, type ConfigOverride } from "./override.js";
import { ProblemReport } from "./problem-report.js";
import { resolveValues } from "./resolve-values.js";
import { dropUnservedSections } from "./unserved-sections.js";

/** What {@link loadConfig} is told. */
export interface LoadConfigOptions {
  /** The main file, as the user named it; relative to the working directory. */
  readonly file: string;
  /** Applied in their order, on top of the file and its bases. */
  readonly overrides?: readonly ConfigOverride[];
  /** What `${NAME}` stands for; by default the process's environment. */
  readonly environment?: Environment;
  /** The absolute folder that a relative `file`, overrides and the default store start from; by default the process's. */
  readonly workingDirectory?: string;
}

/** A configuration as far as it can be read: what is faulty has its default, or is left out of its list. */
export type ReadableConfig = Pick<AlcoveConfig, "general">;

/** What {@link loadConfig} found. */
export interface LoadedConfig {
  /** The validated configuration; `undefined` if there is any error among the problems. */
  readonly config: AlcoveConfig | undefined;
  /** What can be read of `general`, also where it has errors: enough to find more of them, and for nothing else. */
  readonly readable: ReadableConfig | undefined;
  /** The component sections, also where `general` has errors; `undefined` if anything may be amiss with these sections themselves. */
  readonly components: ComponentSections | undefined;
  /** Where everything is written. There is always one, even for a file that cannot be read. */
  readonly document: ConfigDocument;
  /** Every complaint: by file, and each file from top to bottom. */
  readonly problems: readonly Problem[];
}

/**
 * Loads a configuration: reads the YAML file and its `base:` files, applies the overrides, expands `${NAME}`, reads `file://` texts, and
 * validates the outcome. A user's mistake never makes it reject; all of them are in `problems`.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const { file: name, overrides = [], environment = process.env, workingDirectory = process.cwd() } = options;
  const file = resolve(workingDirectory, name);
  const report = new ProblemReport();
  const written = await readConfigFile({ name, file, environment, report });
  if (written === undefined) {
    const document = new ConfigDocument(file, emptyRoot(name, workingDirectory));
    return { config: undefined, readable: undefined, components: undefined, document, problems: report.sorted() };
  }
  const overridden = applyOverrides(written, overrides, { workingDirectory, report });
  const isWhole = report.errorCount === 0;
  const root = await resolveValues(overridden, environment, report);
  const document = new ConfigDocument(file, root);
  const served = dropUnservedSections(root, report);
  const { general, readable } = readGeneralSection(served, { document, report, workingDirectory });
  const sections = readComponentSections(served, report);
  const components =
    isWhole && sections !== undefined
      ? Object.freeze({
          ...sections,
          isGeneralSound: general !== undefined,
          entryFunctions: readable === undefined ? [] : entryFunctionsOf(readable),
          globalMiddleware: readable === undefined ? [] : globalMiddlewareOf(readable),
        })
      : undefined;
  const isSound = general !== undefined && components !== undefined && report.errorCount === 0;
  const config = isSound ? Object.freeze({ general, ...components }) : undefined;
  return { config, readable: readable && { general: readable }, components, document, problems: report.sorted() };
}

function entryFunctionsOf({ frontEnd }: GeneralConfig): readonly EntryFunction[] {
  const functions = frontEnd.endpoints.map(({ functionName, place }) =>
    Object.freeze({ functionName, path: Object.freeze([...place, "function_name"]) }),
  );
  return Object.freeze(functions);
}

function globalMiddlewareOf({ middleware }: GeneralConfig): readonly MiddlewareName[] {
  const names = middleware.map((name, index) =>
    Object.freeze({ name, path: Object.freeze(["general", "middleware", index]) }),
  );
  return Object.freeze(names);
}

function emptyRoot(name: string, directory: string): MappingNode {
  return { kind: "mapping", place: { location: { file: name }, directory }, entries: new Map() };
}
