import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { apiReports, reportFile } from "./api-report.js";
import { filesBelow, memberNames, packageEntries, workspaceRoot } from "./workspace.js";

const entries = packageEntries();
let reports: readonly string[];

beforeAll(() => {
  // The reports are made from declarations, which have to be those of the sources as they are.
  const build = spawnSync(process.execPath, [join(workspaceRoot, "node_modules/typescript/bin/tsc"), "--build"], {
    cwd: workspaceRoot,
    encoding: "utf8",
  });
  expect(build).toMatchObject({ status: 0, stdout: "" });
  reports = apiReports(entries);
});

describe("the public surface", () => {
  it.each(entries.map((entry, index) => ({ file: reportFile(entry), index })))(
    "is what $file says; where a change is meant, `npm run generate` writes it down",
    async ({ file, index }) => {
      await expect(reports[index]).toMatchFileSnapshot(join(workspaceRoot, file));
    },
  );

  it("has no report of what nobody can import any more", () => {
    const written = memberNames("packages").flatMap((name) => filesBelow(`packages/${name}`));
    const reportFiles = entries.map(reportFile);
    const isReport = (file: string): boolean => /\/api-report[^/]*\.md$/.test(file);
    expect(written.filter((file) => isReport(file) && !reportFiles.includes(file))).toEqual([]);
  });

  it("has everything in its report, down to the fields of what an exported type extends", () => {
    const report = reports[entries.findIndex(({ folder }) => folder === "packages/plugin-api")];
    expect(report).toContain("export function definePerUserFunction<");
    expect(report).toContain("readonly onDisconnect?: DisconnectPolicy;");
  });
});
