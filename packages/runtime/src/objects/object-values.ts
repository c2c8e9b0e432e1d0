import { AlcoveError, type ObjectPutOptions, type ObjectToStore, z } from "@alcove/plugin-api";

/** The most bytes the names and values of an object's metadata may have together: what S3 takes, however they are encoded. */
const MAX_METADATA_BYTES = 512;
const DEFAULT_CONTENT_TYPE = "application/octet-stream";
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const optionsSchema = z.object({
  contentType: z
    .string()
    .max(128, "has more than 128 characters")
    .regex(new RegExp(`^${token}/${token}(?: *;[ -~]*)?$`), "is no media type, such as text/plain; charset=utf-8")
    .default(DEFAULT_CONTENT_TYPE),
  metadata: z
    .record(
      z.string().regex(/^[a-z0-9-]{1,64}$/, "has other characters than small letters, digits and -, or more than 64"),
      z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u, "holds a control character or half a character"),
    )
    .refine((metadata) => metadataBytes(metadata) <= MAX_METADATA_BYTES, `has more than ${MAX_METADATA_BYTES} bytes`)
    .default({}),
  ifAbsent: z.boolean().default(false),
});
const limitSchema = z.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT);

/** An object as it goes to the driver, with a copy of the content. @throws OBJECT_INVALID, OBJECT_TOO_LARGE */
export function checkedObject(
  body: unknown,
  options: ObjectPutOptions,
  { store, maxBytes }: { readonly store: string; readonly maxBytes: number },
): ObjectToStore {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    throw new AlcoveError("OBJECT_INVALID", "The content of an object has to be a Uint8Array or a text.");
  }
  const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  if (bytes > maxBytes) {
    const message = `The object has ${bytes} bytes, and the limit is ${maxBytes} (object_stores.${store}.max_object_bytes). Nothing was put.`;
    throw new AlcoveError("OBJECT_TOO_LARGE", message, { details: { bytes, max_object_bytes: maxBytes } });
  }
  const { data, error } = optionsSchema.safeParse(options);
  if (data === undefined) {
    const faults = error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
    throw new AlcoveError("OBJECT_INVALID", `The object cannot be put: ${faults.join("; ")}.`);
  }
  // Whoever puts it may go on with what they have put.
  return { body: typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body), ...data };
}

/** How many objects a page may have. @throws OBJECT_INVALID */
export function checkedListLimit(limit: number | undefined): number {
  const { data, success } = limitSchema.safeParse(limit);
  if (!success) {
    throw new AlcoveError("OBJECT_INVALID", `The limit of a list is a whole number from 1 to ${MAX_LIMIT}.`);
  }
  return data;
}

function metadataBytes(metadata: Readonly<Record<string, string>>): number {
  return Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
}
