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
export async function locateKeyInFile(
  file: string,
  path: FieldPath,
  workingDirectory?: string,
): Promise<SourceLocation> {
  const locate = await locatorOf(file, workingDirectory);
  return locate((document) => document.locateKey(path));
}

/** Where the keys of several fields of one file stand; the rest is as with {@link locateKeyInFile}. */
export async function locateKeysInFile(
  file: string,
  paths: readonly FieldPath[],
  workingDirectory?: string,
): Promise<SourceLocation[]> {
  const locate = await locatorOf(file, workingDirectory);
  return paths.map((path) => locate((document) => document.locateKey(path)));
}

/** Where the value of a field stands; the rest is as with {@link locateKeyInFile}. */
export async function locateInFile(file: string, path: FieldPath, workingDirectory?: string): Promise<SourceLocation> {
  const locate = await locatorOf(file, workingDirectory);
  return locate((document) => document.locateValue(path));
}

type Locator = (find: (document: ManifestDocument) => SourceLocation) => SourceLocation;

async function locatorOf(file: string, workingDirectory: string | undefined): Promise<Locator> {
  const shown = displayPath(file, workingDirectory);
  try {
    const document = new ManifestDocument(await readFile(file, "utf8"), shown);
    const [fault] = document.syntaxFaults;
    return (find) => fault?.location ?? find(document);
  } catch {
    return () => ({ file: shown });
  }
}
