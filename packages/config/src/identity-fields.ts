import { isIP } from "node:net";
import { z } from "zod";
import { text } from "./field-schemas.js";
import { algorithmsOfKey } from "./token-algorithms.js";

// Shorter secrets can be guessed by whoever has seen one token (RFC 7518, section 3.2).
const SHORTEST_SECRET_BYTES = 32;

/** Marks an issue whose value must not be printed, wherever it was written. */
const SECRET_ISSUE = { isSecret: true } as const;

/** A secret that signs. Messages never say what was found. */
export function signingSecret() {
  return z.unknown().transform((value, context) => {
    if (typeof value === "string" && Buffer.byteLength(value) >= SHORTEST_SECRET_BYTES) return value;
    const message = `must be a text of at least ${SHORTEST_SECRET_BYTES} bytes that nobody can guess`;
    context.issues.push({ code: "custom", message, params: SECRET_ISSUE, input: value });
    return z.NEVER;
  });
}

/** A public key. */
export function publicKey() {
  return text(20_000)
    .refine((pem) => !pem.includes("PRIVATE KEY"), {
      error: "must be the public key, and never the private one",
      params: SECRET_ISSUE,
      abort: true,
    })
    .refine((pem) => algorithmsOfKey(pem) !== undefined, {
      error: "must be a public key in PEM: RSA, P-256, P-384, P-521 or Ed25519",
    });
}

/** The SHA-256 of an API key. What is found is not printed: it may be the key. */
export function sha256Digest() {
  return z.unknown().transform((value, context) => {
    if (typeof value === "string" && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
    const message = "must be the SHA-256 of the key, in 64 hexadecimal digits";
    context.issues.push({ code: "custom", message, params: SECRET_ISSUE, input: value });
    return z.NEVER;
  });
}

/** The costs and parts of a password hash. */
export interface PasswordHash {
  /** The logarithm of scrypt's N to the base of 2. */
  readonly logN: number;
  /** scrypt's r. */
  readonly blockSize: number;
  /** scrypt's p. */
  readonly parallelism: number;
  /** What the password was mixed with. */
  readonly salt: Buffer;
  /** What came out. */
  readonly hash: Buffer;
}

const hashPattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,})\$([A-Za-z0-9+/]{42,})$/;

/** A scrypt hash in the form of the PHC, e.g. `$scrypt$ln=14,r=8,p=1$<salt>$<hash>`. What is found is not printed: it may be the password. */
export function passwordHash() {
  return z.unknown().transform((value, context): PasswordHash => {
    const match = typeof value === "string" ? hashPattern.exec(value) : null;
    const [logN, blockSize, parallelism] = (match ?? []).slice(1, 4).map(Number);
    const isAffordable = between(logN, 14, 20) && between(blockSize, 8, 16) && between(parallelism, 1, 4);
    if (match === null || !isAffordable) {
      const message =
        "must be a scrypt hash, $scrypt$ln=14,r=8,p=1$<salt>$<hash>, with ln from 14 to 20, r from 8 to 16, p from 1 to 4";
      context.issues.push({ code: "custom", message, params: SECRET_ISSUE, input: value });
      return z.NEVER;
    }
    const [salt = "", hash = ""] = match.slice(4);
    return {
      logN: logN ?? 0,
      blockSize: blockSize ?? 0,
      parallelism: parallelism ?? 0,
      salt: Buffer.from(salt, "base64"),
      hash: Buffer.from(hash, "base64"),
    };
  });
}

function between(number: number | undefined, least: number, most: number): boolean {
  return number !== undefined && number >= least && number <= most;
}

const loopbackName = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The address of a key set: HTTPS, or HTTP on this machine. */
export function address() {
  return text(2_000).refine(isSafeAddress, {
    error: "must be an https address (http on this machine only), without user or password",
    params: SECRET_ISSUE,
  });
}

function isSafeAddress(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && loopbackName.test(url.hostname));
}

/** An IP address, or a subnet such as `10.0.0.0/8`. */
export function addressOrSubnet() {
  return text(100).refine(isAddressOrSubnet, { error: "must be an IP address, or a subnet such as 10.0.0.0/8" });
}

function isAddressOrSubnet(value: string): boolean {
  const [ip = "", prefix, ...rest] = value.split("/");
  const version = isIP(ip);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}
