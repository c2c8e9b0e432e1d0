import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
} from "@microsoft/api-extractor";
import { type PackageEntry, workspaceRoot } from "./workspace.js";

/** Where the report of an entry is checked in, relative to the workspace. */
export function reportFile({ folder, subpath }: PackageEntry): string {
  const suffix = subpath.replace(/^\.\/?/, "").replaceAll("/", "-");
  return `${folder}/api-report${suffix === "" ? "" : `-${suffix}`}.md`;
}

/** Writes down what each entry exports, out of the declarations that were built: one report an entry, in their order. */
export function apiReports(entries: readonly PackageEntry[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "alcove-api-"));
  try {
    const configs = entries.map((entry) => extractorConfig(entry, folder));
    const [first] = configs;
    if (first === undefined) return [];
    const additionalEntryPoints = configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath);
    const compilerState = CompilerState.create(first, { additionalEntryPoints });
    return configs.map((config) => {
      // The compiler has no complaints that `npm run check` would not have; the rest is about the extractor's own conventions.
      const messageCallback = (message: ExtractorMessage): void => {
        message.handled = true;
      };
      Extractor.invoke(config, { compilerState, localBuild: true, messageCallback });
      return readFileSync(config.reportFilePath, "utf8");
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function extractorConfig(entry: PackageEntry, folder: string): ExtractorConfig {
  const projectFolder = join(workspaceRoot, entry.folder);
  const quiet = { default: { logLevel: ExtractorLogLevel.None } };
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, "package.json"),
    configObject: {
      projectFolder,
      mainEntryPointFilePath: join(workspaceRoot, entry.declarations),
      newlineKind: "lf",
      compiler: { tsconfigFilePath: join(projectFolder, "tsconfig.json") },
      apiReport: {
        enabled: true,
        reportFileName: reportFile(entry).replaceAll("/", "-").replace(/\.md$/, ".api.md"),
        reportFolder: folder,
        reportTempFolder: folder,
        // An interface that nobody exports and an exported one extends is public as well.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { compilerMessageReporting: quiet, extractorMessageReporting: quiet, tsdocMessageReporting: quiet },
    },
  });
}
