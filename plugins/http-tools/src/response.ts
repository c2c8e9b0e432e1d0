import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { z } from "@alcove/plugin-api";

/** What a call answers. */
export const httpAnswerSchema = z.object({
  url: z.string().describe("Where the answer came from, after redirects"),
  status: z.number().int(),
  headers: z.record(z.string(), z.string()).describe("By names in small letters; cookies are left out"),
  body: z.string(),
  body_encoding: z.enum(["text", "base64"]).describe("base64 where the body is no text"),
});

/** What a call answers. */
export type HttpAnswer = z.output<typeof httpAnswerSchema>;

/** Makes an answer of a response whose body has been read. */
export function httpAnswer(url: URL, { statusCode = 0, headers }: IncomingMessage, body: Buffer): HttpAnswer {
  const text = headers["content-encoding"] === undefined ? textOf(body, headers["content-type"]) : undefined;
  const shown =
    text === undefined
      ? { body: body.toString("base64"), body_encoding: "base64" as const }
      : { body: text, body_encoding: "text" as const };
  return { url: url.href, status: statusCode, headers: plainly(headers), ...shown };
}

function plainly({ "set-cookie": _credentials, ...headers }: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** The text that bytes stand for, in the charset their type names; `undefined` where they stand for none. */
function textOf(bytes: Buffer, contentType = ""): string | undefined {
  const [, charset = "utf-8"] = /;\s*charset="?([^\s;"]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
