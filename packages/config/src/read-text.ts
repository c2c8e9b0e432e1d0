import { readFile } from "node:fs/promises";

/** The text of a file, or why it could not be read, as the end of a sentence that begins with the file's name. */
export type TextReading = { readonly text: string } | { readonly fault: string };

const faultsByCode: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EISDIR: "is a directory",
  EACCES: "may not be read by this user",
  EPERM: "may not be read by this user",
  ELOOP: "is a symbolic link that leads to itself",
};

/** Reads a file as UTF-8, without its byte order mark. Never rejects. */
export async function readText(file: string): Promise<TextReading> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = codeOf(error);
    return { fault: faultsByCode[code] ?? `could not be read (${code})` };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { fault: "is not UTF-8 text" };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown error";
}
