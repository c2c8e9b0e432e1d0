import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A private key and the certificate it has signed for itself, as PEM. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 86_400_000;

// Object identifiers, as they are encoded.
const oid = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  basicConstraints: "551d13",
  subjectAltName: "551d11",
};

// Tags of ASN.1.
const tag = { boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, text: 0x0c, utcTime: 0x17 };
const SEQUENCE = 0x30;
const SET = 0x31;

/** Makes a certificate for 127.0.0.1 that is good from yesterday until tomorrow. Node's crypto module reads them only. */
export function selfSignedCertificate(): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const now = Date.now();
  const algorithm = der(SEQUENCE, der(tag.oid, Buffer.from(oid.ecdsaWithSha256, "hex")));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, identifier("commonName"), der(tag.text, Buffer.from("test")))));
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(tag.integer, Buffer.of(2))),
    der(tag.integer, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name,
    der(SEQUENCE, utcTime(now - DAY_MS), utcTime(now + DAY_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(SEQUENCE, ...extensions())),
  );
  const signature = der(tag.bits, Buffer.of(0), sign("sha256", toBeSigned, privateKey));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: pem(der(SEQUENCE, toBeSigned, algorithm, signature)),
  };
}

/** It may vouch for itself, and stands for one address. */
function extensions(): Buffer[] {
  const isAuthority = der(SEQUENCE, der(tag.boolean, Buffer.of(0xff)));
  const addresses = der(SEQUENCE, der(0x87, Buffer.of(127, 0, 0, 1)));
  return [
    der(SEQUENCE, identifier("basicConstraints"), der(tag.octets, isAuthority)),
    der(SEQUENCE, identifier("subjectAltName"), der(tag.octets, addresses)),
  ];
}

function identifier(name: keyof typeof oid): Buffer {
  return der(tag.oid, Buffer.from(oid[name], "hex"));
}

function utcTime(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/\D/g, "").slice(2, 14);
  return der(tag.utcTime, Buffer.from(`${digits}Z`));
}

/** A value of ASN.1 in its encoding: tag, length, content. */
function der(tagByte: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.of(tagByte, ...length), content]);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
