import type { ScalarValue } from "./config-node.js";

const nothing = /^(?:~|[Nn]ull|NULL)?$/;
const trueWords = /^(?:[Tt]rue|TRUE)$/;
const falseWords = /^(?:[Ff]alse|FALSE)$/;
const decimalInteger = /^[-+]?[0-9]+$/;
const octalInteger = /^0o[0-7]+$/;
const hexadecimalInteger = /^0x[0-9a-fA-F]+$/;
const decimalNumber = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const infinity = /^([-+]?)\.(?:inf|Inf|INF)$/;
const notANumber = /^(?:\.nan|\.NaN|\.NAN)$/;

/**
 * Types the text of an unquoted scalar by the rules of YAML 1.2's core schema. Called for text that did not come out of
 * the YAML parser: expanded variables and overrides. Whatever is nothing else is a string.
 */
export function typePlainScalar(text: string): ScalarValue {
  if (nothing.test(text)) return null;
  if (trueWords.test(text)) return true;
  if (falseWords.test(text)) return false;
  if (octalInteger.test(text) || hexadecimalInteger.test(text) || decimalNumber.test(text)) return Number(text);
  if (notANumber.test(text)) return Number.NaN;
  const sign = infinity.exec(text)?.[1];
  if (sign !== undefined) return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return text;
}

/** Whether a number lost digits when it was read: an integer too large for a JavaScript number. */
export function hasLostDigits(text: string, value: ScalarValue): boolean {
  const isInteger = decimalInteger.test(text) || octalInteger.test(text) || hexadecimalInteger.test(text);
  return typeof value === "number" && isInteger && !Number.isSafeInteger(value);
}
