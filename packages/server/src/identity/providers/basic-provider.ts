import { randomBytes } from "node:crypto";
import type { BasicConfig, PasswordHash } from "@alcove/config";
import { createPrincipal } from "../create-principal.js";
import type { IdentifiableRequest, Identified, IdentityProvider } from "../identity-provider.js";
import type { Refusals } from "../refusals.js";
import { authorizationOf } from "../single-header.js";
import { PasswordCheck } from "./password-check.js";

interface KnownUser {
  readonly password: PasswordHash;
  readonly identified: Identified;
}

/** Names and passwords (`Authorization: Basic`). Only hashes of the passwords are known. */
export class BasicProvider implements IdentityProvider {
  readonly #users: ReadonlyMap<string, KnownUser>;
  readonly #refusals: Refusals;
  readonly #passwords = new PasswordCheck();
  // Whoever asks for a name that does not exist waits as long as for one that does.
  readonly #ofNobody: PasswordHash;

  constructor({ issuer, users }: BasicConfig, refusals: Refusals) {
    this.#users = new Map(
      users.map(({ subject, password, roles }) => [
        subject,
        {
          password,
          identified: Object.freeze({ principal: createPrincipal({ issuer, subject, roles, provider: "basic" }) }),
        },
      ]),
    );
    this.#refusals = refusals;
    const { logN, blockSize, parallelism } = users[0]?.password ?? { logN: 14, blockSize: 8, parallelism: 1 };
    this.#ofNobody = { logN, blockSize, parallelism, salt: randomBytes(16), hash: randomBytes(32) };
  }

  identify(request: IdentifiableRequest): Identified | undefined | Promise<Identified> {
    const authorization = authorizationOf(request);
    if (authorization?.scheme !== "basic") {
      return undefined;
    }
    const { name, password } = this.#namedBy(authorization.credential);
    const user = this.#users.get(name);
    if (user !== undefined && this.#passwords.isKnown(name, password)) {
      return user.identified;
    }
    return this.#checked(name, password, user);
  }

  async #checked(name: string, password: string, user: KnownUser | undefined): Promise<Identified> {
    const isRight = await this.#passwords.isRight(name, password, user?.password ?? this.#ofNobody);
    if (user === undefined || !isRight) {
      throw this.#refusals.credentialInvalid("Name or password is wrong.");
    }
    return user.identified;
  }

  #namedBy(credential: string): { readonly name: string; readonly password: string } {
    const text = /^[A-Za-z0-9+/]+={0,2}$/.test(credential) ? utf8Of(Buffer.from(credential, "base64")) : undefined;
    const colon = text?.indexOf(":") ?? -1;
    if (text === undefined || colon === -1) {
      throw this.#refusals.credentialInvalid(
        "The header Authorization: Basic needs the Base64 of <name>:<password>, encoded as UTF-8.",
      );
    }
    return { name: text.slice(0, colon), password: text.slice(colon + 1) };
  }
}

function utf8Of(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
