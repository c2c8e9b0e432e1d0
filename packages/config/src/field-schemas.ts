import { isIP } from "node:net";
import { z } from "zod";

// Each message is the end of a sentence that begins with the name of the field; the value found is added where it is printed.

/** A whole number in a range; text of digits counts, since environment variables are text. */
export function wholeNumber(smallest: number, largest: number) {
  return z.unknown().transform((value, context) => {
    const number = typeof value === "string" && /^[-+]?\d+$/.test(value.trim()) ? Number(value) : value;
    const isInRange = Number.isInteger(number) && Number(number) >= smallest && Number(number) <= largest;
    return isInRange ? Number(number) : refuse(context, `must be a whole number from ${smallest} to ${largest}`);
  });
}

const flagWords = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["no", false],
  ["off", false],
]);

/** Yes or no; the usual words count as well as YAML's booleans. */
export function flag() {
  return z.unknown().transform((value, context) => {
    const isWord = typeof value === "boolean" || typeof value === "string";
    const meaning = isWord ? flagWords.get(String(value).trim().toLowerCase()) : undefined;
    return meaning ?? refuse(context, "must be true or false");
  });
}

/** A text that is not empty. */
export function text(longest = 1_000) {
  return z
    .string({ error: "must be text" })
    .min(1, { error: "must not be empty" })
    .max(longest, { error: `must not be longer than ${longest} characters` });
}

/** A list of texts. */
export function textList() {
  return z.array(text(), { error: "must be a list of texts" });
}

/** A list of IP addresses, and of networks such as `10.0.0.0/8`. */
export function networkList() {
  const network = z
    .string({ error: "must be an IP address, or a network such as 10.0.0.0/8" })
    .refine(isNetwork, { error: "must be an IP address, or a network such as 10.0.0.0/8" });
  return z.array(network, { error: "must be a list of IP addresses and networks" });
}

function isNetwork(text: string): boolean {
  const [address = "", prefix, ...others] = text.split("/");
  const bits = isIP(address) === 4 ? 32 : 128;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  return isIP(address) !== 0 && others.length === 0 && isPrefix;
}

/** A regular expression in JavaScript's syntax; nothing stands for none. */
export function regularExpression() {
  return z
    .string({ error: "must be a regular expression" })
    .refine(isRegularExpression, { error: "must be a regular expression in JavaScript's syntax" })
    .nullable()
    .transform((pattern) => pattern ?? undefined);
}

/** A mapping with known keys. Nothing at all, as in `store:` alone on its line, counts as an empty one. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => value ?? {}, z.strictObject(shape, { error: mappingExpected })).prefault({});
}

function mappingExpected(issue: { readonly code?: string | undefined }): string | undefined {
  return issue.code === "invalid_type" ? "must be a mapping" : undefined;
}

function isRegularExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

function refuse(context: z.core.$RefinementCtx, message: string): never {
  context.issues.push({ code: "custom", message, input: context.value });
  return z.NEVER;
}
