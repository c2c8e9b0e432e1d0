import { basename } from "node:path";
import { AlcoveError } from "@alcove/plugin-api";
import type { TextRedaction } from "./redact-text.js";

const MAX_CAUSES = 5;
const MAX_MESSAGE_LENGTH = 2_000;
// Stacks begin with the message, so that a line of theirs may be anybody's text, of any length.
const MAX_FRAME_LENGTH = 500;

/** How values get into the log. */
export interface LogValues {
  readonly redact: TextRedaction;
  /** Whether errors tell where they come from, call by call. */
  readonly showsStacks: boolean;
}

/** An error as the log tells it: what it is, what it says, where it was made, and what led to it. */
export interface ErrorFields {
  /** The name of its class. */
  readonly type: string;
  /** The code, of coded errors and of the system's. */
  readonly code?: string;
  readonly message: string;
  /** The function and the line that made it; of the file the name only, for paths are nobody's business. */
  readonly at?: string;
  /** Where the log shows stacks. */
  readonly stack?: string;
  /** What led to it, from the nearest cause to the first. */
  readonly causes?: readonly ErrorFields[];
}

/** The facts of an error, and of what led to it. Never throws, whatever was thrown. */
export function errorFields(error: unknown, values: LogValues): ErrorFields {
  const causes: ErrorFields[] = [];
  let cause = causeOf(error);
  while (cause !== undefined && causes.length < MAX_CAUSES) {
    causes.push(facts(cause, values));
    cause = causeOf(cause);
  }
  return { ...facts(error, values), ...(causes.length === 0 ? {} : { causes }) };
}

function facts(error: unknown, { redact, showsStacks }: LogValues): ErrorFields {
  try {
    if (!(error instanceof Error)) {
      return { type: typeof error, message: redact(String(error).slice(0, MAX_MESSAGE_LENGTH)) };
    }
    const code = AlcoveError.is(error) ? error.code : "code" in error ? error.code : undefined;
    const stack = String(error.stack ?? "");
    const at = placeIn(stack);
    return {
      type: String(error.constructor.name),
      ...(typeof code === "string" ? { code } : {}),
      message: redact(String(error.message).slice(0, MAX_MESSAGE_LENGTH)),
      ...(at === undefined ? {} : { at }),
      ...(showsStacks ? { stack: redact(stack) } : {}),
    };
  } catch {
    return { type: typeof error, message: "An error that cannot be looked at." };
  }
}

/** The first place of a stack outside of libraries, e.g. `commit (resident-session.js:141)`. */
function placeIn(stack: string): string | undefined {
  const frame = stack.split("\n").find(isOwnFrame) ?? "";
  const [, name = "", file = "", line = ""] = /^\s+at (?:(.*) \()?(.*?):(\d+):\d+\)?$/.exec(frame) ?? [];
  return file === "" ? undefined : `${name === "" ? "" : `${name} `}(${basename(file)}:${line})`;
}

function isOwnFrame(line: string): boolean {
  return line.length <= MAX_FRAME_LENGTH && /^\s+at /.test(line) && !/node:|node_modules/.test(line);
}

function causeOf(error: unknown): unknown {
  try {
    return error instanceof Error ? error.cause : undefined;
  } catch {
    return undefined;
  }
}
