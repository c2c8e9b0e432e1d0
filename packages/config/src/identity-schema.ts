import { duration } from "@alcove/plugin-api";
import { z } from "zod";
import { flag, section, text, textList } from "./field-schemas.js";
import { address, addressOrSubnet, passwordHash, publicKey, sha256Digest, signingSecret } from "./identity-fields.js";
import { algorithmsOfKey, asymmetricAlgorithms, symmetricAlgorithms } from "./token-algorithms.js";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const dayMs = 24 * 60 * minuteMs;

const headerName = () =>
  text(100)
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: "must be the name of a header" })
    .transform((name) => name.toLowerCase());

// The user id is made of (issuer, NUL, subject): an issuer with a NUL could be another one with another subject.
const issuer = () => text().refine((name) => !name.includes("\0"), { error: "must not hold a NUL" });

const claimPath = () => text(200);
const roles = () => textList().default([]);
const tenMinutes = { longestMs: 10 * minuteMs, words: "10 minutes" };
const oneDay = { longestMs: dayMs, words: "1 day" };
const fourHundredDays = { longestMs: 400 * dayMs, words: "400 days, which is what browsers keep a cookie at most" };

const jwtShape = {
  _type: z.literal("jwt"),
  issuer: issuer(),
  audience: z.union([text().transform((one) => [one]), textList().min(1, { error: "must not be empty" })], {
    error: "must be text, or a list of texts",
  }),
  jwks_url: address().optional(),
  public_key: publicKey().optional(),
  secret: signingSecret().optional(),
  algorithms: z
    .array(
      z.enum([...asymmetricAlgorithms, ...symmetricAlgorithms], { error: "must be a signature algorithm, e.g. RS256" }),
      {
        error: "must be a list of signature algorithms",
      },
    )
    .min(1, { error: "must not be empty" })
    .optional(),
  clock_tolerance: duration(tenMinutes).default(5 * secondMs),
  subject_claim: claimPath().default("sub"),
  roles_claim: claimPath().optional(),
  claims: textList().default([]),
};

const apiKeyShape = { subject: text(), sha256: sha256Digest(), roles: roles() };
const basicUserShape = { subject: text(), password: passwordHash(), roles: roles() };
const proxies = () =>
  z.array(addressOrSubnet(), { error: "must be a list of addresses" }).min(1, { error: "must not be empty" });

const providerShapes = {
  session_cookie: { _type: z.literal("session_cookie") },
  issued_cookie: {
    _type: z.literal("issued_cookie"),
    issuer: issuer().default("issued-cookie"),
    secrets: z.array(signingSecret(), { error: "must be a list of secrets" }).min(1, { error: "must not be empty" }),
    secure: flag().default(true),
    same_site: z.enum(["lax", "strict", "none"], { error: "must be lax, strict or none" }).default("lax"),
    max_age: duration(fourHundredDays).default(30 * dayMs),
    rotate_after: duration(fourHundredDays).default(dayMs),
    rotation_overlap: duration(oneDay).default(minuteMs),
  },
  jwt: jwtShape,
  api_key: {
    _type: z.literal("api_key"),
    issuer: issuer().default("api-key"),
    keys: z.array(z.strictObject(apiKeyShape, { error: mappingExpected }), { error: "must be a list of keys" }),
  },
  basic: {
    _type: z.literal("basic"),
    issuer: issuer().default("basic"),
    users: z.array(z.strictObject(basicUserShape, { error: mappingExpected }), { error: "must be a list of users" }),
  },
  trusted_header: {
    _type: z.literal("trusted_header"),
    issuer: issuer().default("trusted-header"),
    header: headerName(),
    roles_header: headerName().optional(),
    proxies: proxies(),
  },
};

const providerNames = Object.keys(providerShapes).join(", ");

const providerSchema = z.discriminatedUnion(
  "_type",
  [
    provider(providerShapes.session_cookie),
    provider(providerShapes.issued_cookie).superRefine(checkSite),
    provider(providerShapes.jwt).superRefine(checkTokenKey),
    provider(providerShapes.api_key),
    provider(providerShapes.basic).superRefine(({ users }, context) => checkSubjects(users, context)),
    provider(providerShapes.trusted_header),
  ],
  { error: (issue) => (issue.code === "invalid_union" ? `must be one of ${providerNames}` : "must be a mapping") },
);

const adminShape = { role: text().optional(), issuer: text().optional(), subject: text().optional() };
const adminSchema = z.strictObject(adminShape, { error: mappingExpected }).superRefine((rule, context) => {
  if (rule.role === undefined && rule.subject === undefined) {
    context.addIssue({ code: "custom", message: "must have a role, or an issuer with a subject" });
  } else if (rule.subject !== undefined && rule.issuer === undefined) {
    context.addIssue({
      code: "custom",
      path: ["subject"],
      message: "needs an issuer beside it, since two issuers may use one name",
    });
  }
});

const identityShape = {
  providers: z
    .array(providerSchema, { error: "must be a list of providers" })
    .min(1, { error: "must not be empty" })
    .default([{ _type: "session_cookie" }])
    .superRefine(checkTypes),
  admins: z.array(adminSchema, { error: "must be a list of rules" }).default([]),
};

/** `general.identity` as YAML spells it: who may say who a request acts for, and who is an operator. */
export const identitySchema = section(identityShape);

/** One parsed entry of `general.identity.providers`. */
export type ProviderSection = z.output<typeof providerSchema>;

/** A parsed `general.identity`. */
export type IdentitySection = z.output<typeof identitySchema>;

/** The keys of the mappings of `general.identity` by their path, indexes left out; those of a provider by its type. */
export const identityKeys: readonly (readonly [path: string, keys: readonly string[]])[] = [
  ["general.identity", Object.keys(identityShape)],
  ["general.identity.admins[]", Object.keys(adminShape)],
  ["general.identity.providers[].keys[]", Object.keys(apiKeyShape)],
  ["general.identity.providers[].users[]", Object.keys(basicUserShape)],
  ...Object.entries(providerShapes).map(
    ([type, shape]) => [`general.identity.providers[] ${type}`, Object.keys(shape)] as const,
  ),
];

function provider<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, { error: mappingExpected });
}

function mappingExpected(issue: { readonly code?: string | undefined }): string | undefined {
  return issue.code === "invalid_type" ? "must be a mapping" : undefined;
}

function checkTypes(providers: readonly { readonly _type: string }[], context: z.core.$RefinementCtx): void {
  providers.forEach(({ _type }, index) => {
    if (_type !== "jwt" && providers.findIndex((each) => each._type === _type) < index) {
      const message = "is there before; list one provider of each type, jwt excepted";
      context.issues.push({ code: "custom", path: [index, "_type"], message, input: _type });
    }
  });
}

function checkSite(
  cookie: { readonly same_site: string; readonly secure: boolean },
  context: z.core.$RefinementCtx,
): void {
  if (cookie.same_site === "none" && !cookie.secure) {
    const message = "must not be none without secure, since browsers drop such a cookie";
    context.issues.push({ code: "custom", path: ["same_site"], message, input: cookie.same_site });
  }
}

function checkSubjects(users: readonly { readonly subject: string }[], context: z.core.$RefinementCtx): void {
  users.forEach(({ subject }, index) => {
    if (subject.includes(":")) {
      const message = "must not have a colon, which ends the name in Basic authentication";
      context.issues.push({ code: "custom", path: ["users", index, "subject"], message, input: subject });
    } else if (users.findIndex((each) => each.subject === subject) < index) {
      const message = "is there before; a user has one password";
      context.issues.push({ code: "custom", path: ["users", index, "subject"], message, input: subject });
    }
  });
}

const keyFields = ["jwks_url", "public_key", "secret"] as const;

function checkTokenKey(token: z.output<z.ZodObject<typeof jwtShape>>, context: z.core.$RefinementCtx): void {
  const given = keyFields.filter((field) => token[field] !== undefined);
  const [first, second] = given;
  if (first === undefined || second !== undefined) {
    const message =
      second === undefined
        ? "needs a jwks_url, a public_key or a secret to verify tokens with"
        : `must not stand beside ${first}; keep one of ${keyFields.join(", ")}`;
    context.issues.push({ code: "custom", path: second === undefined ? [] : [second], message, input: token });
    return;
  }
  const possible = token.public_key === undefined ? undefined : algorithmsOfKey(token.public_key);
  const allowed = possible ?? (first === "secret" ? symmetricAlgorithms : asymmetricAlgorithms);
  token.algorithms?.forEach((algorithm, index) => {
    if (!allowed.some((each) => each === algorithm)) {
      const message = `does not go with the ${first}; what does: ${allowed.join(", ")}`;
      context.issues.push({ code: "custom", path: ["algorithms", index], message, input: algorithm });
    }
  });
}
