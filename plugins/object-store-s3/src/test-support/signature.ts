import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The key pair a server knows. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const authorization =
  /^AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)\/(?<scope>\d{8}\/[^/]+\/s3\/aws4_request), ?SignedHeaders=(?<headers>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

/** Whether a request is signed, content included, as AWS Signature Version 4 for S3 has it. */
export function isSigned(
  request: IncomingMessage,
  body: Buffer,
  { accessKeyId, secretAccessKey }: Credentials,
): boolean {
  const parts = authorization.exec(request.headers.authorization ?? "")?.groups;
  const date = textOf(request, "x-amz-date");
  const contentHash = textOf(request, "x-amz-content-sha256");
  if (parts === undefined || parts["id"] !== accessKeyId || contentHash !== sha256(body)) {
    return false;
  }
  const { scope = "", headers = "", signature } = parts;
  const names = headers.split(";");
  const covers = ["host", "x-amz-content-sha256", "x-amz-date"].every((name) => names.includes(name));
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const canonical = [
    request.method,
    path,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${textOf(request, name).trim().replace(/ +/g, " ")}`),
    "",
    headers,
    contentHash,
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(Buffer.from(canonical))].join("\n");
  const key = scope.split("/").reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return covers && date.startsWith(scope.slice(0, 8)) && hmac(key, toSign).toString("hex") === signature;
}

function canonicalQuery(query: string): string {
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => (pair.includes("=") ? pair : `${pair}=`))
    .sort()
    .join("&");
}

function textOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
