import { readFile } from "node:fs/promises";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** What publint has to say of a packed package, suggestions included. Templates are packages that are yet to be made. */
export async function publintMessages(tarball: string): Promise<string[]> {
  const { buffer } = new Uint8Array(await readFile(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  const texts = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
  return texts.filter((text) => !text.startsWith("./templates/"));
}

/**
 * What Are The Types Wrong has to say of a packed package. Alcove's packages are ES modules with `exports`, so that nothing is
 * asked of resolutions that know neither; and a plugin's manifest has no types.
 */
export async function typeProblems(tarball: string): Promise<string[]> {
  const content = createPackageFromTarballData(await readFile(tarball));
  const result = await checkPackage(content, { excludeEntrypoints: [/\.yaml$/] });
  if (result.types === false) {
    return [`${result.packageName} has no types.`];
  }
  const expected: readonly string[] = ["node10", "node16-cjs"];
  return result.problems
    .filter((problem) => !("resolutionKind" in problem && expected.includes(problem.resolutionKind)))
    .map((problem) => JSON.stringify(problem));
}
