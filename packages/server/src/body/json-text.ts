import { MAX_NESTING, nestsTooDeep } from "./nesting.js";

// A key called __proto__ is written with one of them.
const protoMarks = ["__proto__", "\\u"];

/**
 * The value a text of JSON stands for. Keys called `__proto__` are refused.
 *
 * @throws SyntaxError whose message says what is wrong, and quotes nothing but the text
 */
export function parseJsonText(text: string): unknown {
  if (nestsTooDeep(text)) {
    throw new SyntaxError(`it nests deeper than ${MAX_NESTING} levels; flatten it`);
  }
  try {
    return protoMarks.some((mark) => text.includes(mark)) ? JSON.parse(text, refuseProto) : JSON.parse(text);
  } catch (error) {
    // A reviver meets the end of the stack in what nests very deep; there is nothing else it could throw.
    throw error instanceof SyntaxError ? error : new SyntaxError("it nests too deep; flatten it");
  }
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === "__proto__") {
    throw new SyntaxError("it holds a key __proto__, which is not accepted; rename it");
  }
  return value;
}
