import { createPublicKey } from "node:crypto";

/** What tokens may be signed with where the verifier has a public key. */
export const asymmetricAlgorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

/** What tokens may be signed with where both sides have the same secret. */
export const symmetricAlgorithms = ["HS256", "HS384", "HS512"] as const;

/** The name of a signature algorithm, as JOSE spells it. */
export type TokenAlgorithm = (typeof asymmetricAlgorithms)[number] | (typeof symmetricAlgorithms)[number];

const algorithmsByCurve: Readonly<Record<string, readonly TokenAlgorithm[]>> = {
  prime256v1: ["ES256"],
  secp384r1: ["ES384"],
  secp521r1: ["ES512"],
};

/** The algorithms a public key in PEM can verify; `undefined` where the text is no such key. */
export function algorithmsOfKey(pem: string): readonly TokenAlgorithm[] | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    if (asymmetricKeyType === "rsa") return asymmetricAlgorithms.filter((algorithm) => /^[RP]S/.test(algorithm));
    if (asymmetricKeyType === "ec") return algorithmsByCurve[asymmetricKeyDetails?.namedCurve ?? ""];
    return asymmetricKeyType === "ed25519" ? ["EdDSA"] : undefined;
  } catch {
    return undefined;
  }
}
