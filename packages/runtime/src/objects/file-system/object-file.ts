import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { AlcoveError, type ListedObject, type ObjectToStore, z } from "@alcove/plugin-api";

const MAGIC = "alcove-object 1 ";
// A header holds 512 bytes of metadata and a media type; JSON makes little more of them.
const LONGEST_HEADER_BYTES = 8_192;

const headerSchema = z.object({
  size: z.number().int().nonnegative(),
  content_type: z.string(),
  metadata: z.record(z.string(), z.string()),
  modified_at_ms: z.number(),
  sha256: z.string(),
});

/** The header of an object's file: all that is known of the object. */
export type ObjectHeader = z.output<typeof headerSchema>;

/**
 * The whole file of an object: a line that says what it is and how long the header is, the header as JSON on a line, and the content.
 * One file holds everything, so that one rename puts it in place.
 */
export function objectFile({ body, contentType, metadata }: ObjectToStore, modifiedAtMs: number): Buffer {
  const header = JSON.stringify({
    size: body.byteLength,
    content_type: contentType,
    metadata,
    modified_at_ms: modifiedAtMs,
    sha256: digest(body),
  } satisfies ObjectHeader);
  const bytes = Buffer.from(`${header}\n`);
  return Buffer.concat([Buffer.from(`${MAGIC}${bytes.byteLength}\n`), bytes, body]);
}

/** Reads the header of a file. @throws OBJECT_UNREADABLE */
export async function readHeader(file: FileHandle): Promise<ObjectHeader> {
  const start = Buffer.alloc(LONGEST_HEADER_BYTES);
  const { bytesRead } = await file.read(start, 0, LONGEST_HEADER_BYTES, 0);
  const { header, contentAt } = parseStart(start.subarray(0, bytesRead));
  const { size } = await file.stat();
  if (size !== contentAt + header.size) {
    throw unreadable("it has not the length its header says");
  }
  return header;
}

/** What a list shows of a file. One that is damaged is shown as the system has it, so that it can be deleted. */
export async function readListed(file: FileHandle): Promise<Omit<ListedObject, "key">> {
  try {
    const { size, modified_at_ms } = await readHeader(file);
    return { size, modifiedAtMs: modified_at_ms };
  } catch (error) {
    if (!AlcoveError.is(error) || error.code !== "OBJECT_UNREADABLE") {
      throw error;
    }
    const { size, mtimeMs } = await file.stat();
    return { size, modifiedAtMs: Math.floor(mtimeMs) };
  }
}

/** Reads a whole file. @throws OBJECT_UNREADABLE */
export async function readObject(file: FileHandle): Promise<{ header: ObjectHeader; body: Uint8Array }> {
  const whole = await file.readFile();
  const { header, contentAt } = parseStart(whole.subarray(0, LONGEST_HEADER_BYTES));
  const body = new Uint8Array(whole.subarray(contentAt));
  if (body.byteLength !== header.size || digest(body) !== header.sha256) {
    throw unreadable("its content is not what was put");
  }
  return { header, body };
}

function parseStart(start: Buffer): { readonly header: ObjectHeader; readonly contentAt: number } {
  const headerAt = start.indexOf("\n") + 1;
  const line = start.subarray(0, headerAt).toString();
  const length = line.startsWith(MAGIC) ? Number(line.slice(MAGIC.length, -1)) : Number.NaN;
  const contentAt = headerAt + length;
  if (!Number.isSafeInteger(length) || contentAt > start.byteLength) {
    throw unreadable("its file does not begin as one of an object");
  }
  try {
    return { header: headerSchema.parse(JSON.parse(start.subarray(headerAt, contentAt).toString())), contentAt };
  } catch (cause) {
    throw unreadable("its header cannot be read", cause);
  }
}

function digest(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

function unreadable(fault: string, cause?: unknown): AlcoveError {
  const options = cause === undefined ? {} : { cause };
  return new AlcoveError("OBJECT_UNREADABLE", `What is stored of the object is damaged: ${fault}.`, options);
}
