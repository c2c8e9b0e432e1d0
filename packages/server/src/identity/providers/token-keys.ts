import { createPublicKey, type KeyObject } from "node:crypto";
import type { TokenKey } from "@alcove/config";
import { AlcoveError, type Clock, type Logger } from "@alcove/plugin-api";
import {
  type CryptoKey,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from "jose";

type VerificationKey = CryptoKey | KeyObject | Uint8Array;

/** Finds the key a token is verified with. */
export type KeyFinder = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<VerificationKey>;

const fetchTimeoutMs = 5_000;
/** How long the key set is left alone after it could not be fetched. */
const retryAfterMs = 5_000;
const refreshAfterMs = 10 * 60_000;
/** How old keys may get while the issuer cannot be reached. */
const longestUseMs = 60 * 60_000;
const maxKeySetBytes = 1_048_576;

/** What may be wrong with a token, and not with the key set. */
const faultsOfToken: ReadonlySet<string> = new Set([
  "ERR_JWKS_NO_MATCHING_KEY",
  "ERR_JWKS_MULTIPLE_MATCHING_KEYS",
  "ERR_JOSE_NOT_SUPPORTED",
]);

/** The key finder of a configured key. A key set is fetched when the first token comes. */
export function keyFinderOf(
  key: TokenKey,
  surroundings: { readonly logger: Logger; readonly clock: Clock },
): KeyFinder {
  if (key.kind === "jwks") {
    const keys = new RemoteKeys(key.url, surroundings);
    return (header, token) => keys.find(header, token);
  }
  const known = key.kind === "secret" ? new TextEncoder().encode(key.secret) : createPublicKey(key.pem);
  return async () => known;
}

/**
 * The keys an issuer publishes. They are kept for ten minutes and then fetched anew while the old ones serve, for an hour
 * at most; a token with an unknown key leads to a fetch, at most every 30 seconds. A slow or failing issuer makes a request
 * wait for five seconds at most, and then none for the next five.
 */
class RemoteKeys {
  readonly #url: string;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #set: ReturnType<typeof createRemoteJWKSet>;
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(url: string, { logger, clock }: { readonly logger: Logger; readonly clock: Clock }) {
    this.#url = url;
    this.#logger = logger;
    this.#clock = clock;
    this.#set = createRemoteJWKSet(new URL(url), {
      timeoutDuration: fetchTimeoutMs,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      [customFetch]: (address, options) => this.#fetch(address, options),
    });
  }

  /** @throws AlcoveError IDENTITY_UNAVAILABLE; JOSEError when no key fits the token. */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<VerificationKey> {
    try {
      await this.#refresh();
      return await this.#set(header, token);
    } catch (error) {
      if (error instanceof errors.JOSEError && faultsOfToken.has(error.code)) {
        throw error;
      }
      throw new AlcoveError("IDENTITY_UNAVAILABLE", "The keys that tokens are verified with could not be fetched.", {
        cause: error,
        retryAfterSeconds: retryAfterMs / 1_000,
      });
    }
  }

  async #refresh(): Promise<void> {
    const ageMs = this.#clock.monotonicMs() - this.#fetchedAtMs;
    if (ageMs > longestUseMs) {
      await this.#set.reload();
    } else if (ageMs > refreshAfterMs && !this.#set.reloading) {
      this.#set.reload().catch(() => undefined);
    }
  }

  async #fetch(url: string, options: RequestInit): Promise<Response> {
    if (this.#clock.monotonicMs() < this.#retryAtMs) {
      throw new TypeError("The key set could not be fetched a moment ago.");
    }
    try {
      const text = await textOf(await fetch(url, options));
      this.#fetchedAtMs = this.#clock.monotonicMs();
      return new Response(text);
    } catch (error) {
      this.#retryAtMs = this.#clock.monotonicMs() + retryAfterMs;
      this.#logger.warn(`The keys for tokens could not be fetched from ${this.#url}`, { error });
      throw error;
    }
  }
}

async function textOf(response: Response): Promise<string> {
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new TypeError(`The key set was answered with the status ${response.status}.`);
  }
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxKeySetBytes) {
      throw new TypeError(`The key set is larger than ${maxKeySetBytes} bytes.`);
    }
  }
  return text;
}
