import { readFile } from "node:fs/promises";
import type { SourceLocation } from "@alcove/plugin-api";
import { displayPath } from "./display-path.js";
import { type FieldPath, ManifestDocument } from "./manifest-document.js";

/**
 * Where the key of a field stands in a manifest or a package.json, for problems that come to light after the file was
 * read: for a field that is not there, where the nearest one around it stands, and in a file that cannot be parsed the
 * place of its first fault. Reads the file again; when that fails, the file alone is the answer.
 *
 * @param file An absolute path.
 * @param workingDirectory What the path in the answer is relative to, where that makes it shorter.
 */
export function locateKeyInFile(file: string, path: FieldPath, workingDirectory?: string): Promise<SourceLocation> {
  return locate(file, workingDirectory, (document) => document.locateKey(path));
}

/** Where the value of a field stands; the rest is as with {@link locateKeyInFile}. */
export function locateInFile(file: string, path: FieldPath, workingDirectory?: string): Promise<SourceLocation> {
  return locate(file, workingDirectory, (document) => document.locateValue(path));
}

async function locate(
  file: string,
  workingDirectory: string | undefined,
  find: (document: ManifestDocument) => SourceLocation,
): Promise<SourceLocation> {
  const shown = displayPath(file, workingDirectory);
  try {
    const document = new ManifestDocument(await readFile(file, "utf8"), shown);
    return document.syntaxFaults[0]?.location ?? find(document);
  } catch {
    return { file: shown };
  }
}
