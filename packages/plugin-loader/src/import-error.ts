import { fileURLToPath } from "node:url";
import { displayPath } from "./display-path.js";

/** What a module threw while it was imported, in one line without a full stop. Modules may throw anything. */
export function describeImportError(error: unknown): string {
  if (!(error instanceof Error)) {
    return `it threw ${typeof error === "string" ? JSON.stringify(error) : `a value of type ${typeof error}`}`;
  }
  const message = String(error.message)
    .split("\n")
    .find((line) => line.trim() !== "");
  const place = linkErrorPlace(error);
  const text = message === undefined ? "" : `: ${message.trim().replace(/\.$/, "")}`;
  return `${error.name}${text}${place === undefined ? "" : ` (${place})`}`;
}

/** For an import that a module does not provide, Node tells the importing line on the first line of the stack only. */
function linkErrorPlace(error: Error): string | undefined {
  const [, url, line] = /^(file:\/\/\S+):(\d+)(?:\n|$)/.exec(error.stack ?? "") ?? [];
  return url === undefined || !URL.canParse(url) ? undefined : `${displayPath(fileURLToPath(url))}:${line}`;
}
