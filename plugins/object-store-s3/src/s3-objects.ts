import {
  AlcoveError,
  type ListedObject,
  type ObjectFacts,
  type ObjectListRequest,
  type ObjectStoreDriver,
  type ObjectToStore,
  type StoredObject,
} from "@alcove/plugin-api";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { decodeMetadata, encodeMetadata } from "./metadata-headers.js";

/** What S3 says of an object, be it with its content or without. */
interface ObjectHead {
  readonly ContentLength?: number | undefined;
  readonly ContentType?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly LastModified?: Date | undefined;
}

/** So often a put is tried again that met another one of the same object. */
const CONFLICT_ATTEMPTS = 5;

/** Keeps objects in a bucket: each is one object there, under a prefix and its key. */
export class S3Objects implements ObjectStoreDriver {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  /** @param prefix Empty, or ending in `/`. */
  constructor(client: S3Client, bucket: string, prefix: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  async put(key: string, object: ObjectToStore, signal: AbortSignal): Promise<boolean> {
    const { body, contentType, metadata, ifAbsent } = object;
    const command = new PutObjectCommand({
      ...this.#place(key),
      Body: body,
      ContentLength: body.byteLength,
      ContentType: contentType,
      Metadata: encodeMetadata(metadata),
      ...(ifAbsent ? { IfNoneMatch: "*" } : {}),
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#client.send(command, { abortSignal: signal });
        return true;
      } catch (error) {
        if (ifAbsent && isStatus(error, 412)) {
          return false;
        }
        // Two conditional puts at once: S3 asks one of them to come again.
        if (!ifAbsent || !isStatus(error, 409) || attempt === CONFLICT_ATTEMPTS) {
          throw error;
        }
      }
    }
  }

  async get(key: string, signal: AbortSignal): Promise<Omit<StoredObject, "key"> | undefined> {
    const found = await unlessMissing(
      this.#client.send(new GetObjectCommand(this.#place(key)), { abortSignal: signal }),
    );
    if (found === undefined) {
      return undefined;
    }
    const body = (await found.Body?.transformToByteArray()) ?? new Uint8Array();
    const facts = factsOf(found);
    if (body.byteLength !== facts.size) {
      throw new AlcoveError("OBJECT_UNREADABLE", "The object came with another length than the store says it has.");
    }
    return { ...facts, body };
  }

  async stat(key: string, signal: AbortSignal): Promise<Omit<ObjectFacts, "key"> | undefined> {
    const found = await unlessMissing(
      this.#client.send(new HeadObjectCommand(this.#place(key)), { abortSignal: signal }),
    );
    return found && factsOf(found);
  }

  async delete(key: string, signal: AbortSignal): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#place(key)), { abortSignal: signal });
  }

  async list({ prefix, after, limit }: ObjectListRequest, signal: AbortSignal): Promise<readonly ListedObject[]> {
    const listed: ListedObject[] = [];
    let behind = after;
    // A store may give out fewer than it is asked for, though there are more.
    for (;;) {
      const command = new ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: this.#prefix + prefix,
        MaxKeys: limit - listed.length,
        ...(behind === undefined ? {} : { StartAfter: this.#prefix + behind }),
      });
      const { Contents: found = [], IsTruncated } = await this.#client.send(command, { abortSignal: signal });
      listed.push(...found.map((object) => this.#listed(object)));
      behind = listed.at(-1)?.key;
      if (IsTruncated !== true || listed.length >= limit) {
        return listed;
      }
      if (found.length === 0) {
        throw new Error("The list of the bucket shows nothing, and says that it goes on.");
      }
    }
  }

  #place(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  #listed(object: {
    Key?: string | undefined;
    Size?: number | undefined;
    LastModified?: Date | undefined;
  }): ListedObject {
    const { Key = "", Size = 0, LastModified } = object;
    return { key: Key.slice(this.#prefix.length), size: Size, modifiedAtMs: LastModified?.getTime() ?? 0 };
  }
}

function factsOf({ ContentLength = 0, ContentType, Metadata, LastModified }: ObjectHead): Omit<ObjectFacts, "key"> {
  return {
    size: ContentLength,
    contentType: ContentType ?? "application/octet-stream",
    metadata: decodeMetadata(Metadata),
    modifiedAtMs: LastModified?.getTime() ?? 0,
  };
}

/** The outcome, or `undefined` where there is no such object. */
async function unlessMissing<Result>(outcome: Promise<Result>): Promise<Result | undefined> {
  try {
    return await outcome;
  } catch (error) {
    if (error instanceof S3ServiceException && ["NoSuchKey", "NotFound"].includes(error.name)) {
      return undefined;
    }
    throw error;
  }
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}
