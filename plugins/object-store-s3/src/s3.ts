import { defineObjectStore, z } from "@alcove/plugin-api";
import { S3Client } from "@aws-sdk/client-s3";
import { S3Objects } from "./s3-objects.js";

const keyPrefix = z
  .string()
  .max(100)
  .regex(/^(?:[A-Za-z0-9_-]+\/)*$/, "expected segments of letters, digits, _ and -, each followed by /");

/** The type `s3`: objects in a bucket. */
export default defineObjectStore({
  config: z.object({
    bucket: z.string().min(1),
    region: z.string().min(1).default("us-east-1"),
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    path_style: z.boolean().default(false),
    prefix: keyPrefix.default(""),
    access_key_id: z.string().min(1),
    secret_access_key: z.string().min(1),
    session_token: z.string().min(1).optional(),
    max_attempts: z.number().int().min(1).max(10).default(3),
  }),
  build({ config, onDispose }) {
    const client = new S3Client({
      region: config.region,
      ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
      forcePathStyle: config.path_style,
      maxAttempts: config.max_attempts,
      credentials: {
        accessKeyId: config.access_key_id,
        secretAccessKey: config.secret_access_key,
        ...(config.session_token === undefined ? {} : { sessionToken: config.session_token }),
      },
      // Many stores that speak the protocol know nothing of the checksums that S3 has added since.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
    onDispose(() => client.destroy());
    return new S3Objects(client, config.bucket, config.prefix);
  },
});
