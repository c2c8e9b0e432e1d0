/** Named texts that `${NAME}` stands for. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What came of a text that may hold `${…}`. */
export interface Expansion {
  readonly text: string;
  /** The variables whose values, or secret defaults, stand in the text, with those; they are never printed. */
  readonly variables: readonly ExpandedVariable[];
  /** Whether there was a variable at all, be it replaced by its value or by its default. */
  readonly hasVariables: boolean;
  /** What is wrong with it; the text means nothing where there are any. */
  readonly faults: readonly ExpansionFault[];
}

/** A variable and what it stands for. */
export interface ExpandedVariable {
  readonly name: string;
  readonly value: string;
}

/** One thing that keeps a text from being expanded. */
interface ExpansionFault {
  readonly message: string;
  readonly remedy: string;
}

const secretName = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH/i;

// A default such as `true` is no secret, and would be taken out of every message that holds the word.
const SHORTEST_SECRET_DEFAULT = 8;

/** Whether the name of a variable says that its value is secret, e.g. that of `API_KEY`. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

type Part = string | { readonly name: string; readonly fallback: readonly Part[] | undefined };

/**
 * Expands `${NAME}` and `${NAME:-default}` in one text. A default may hold variables itself, and takes the place of an empty
 * value too, as in the shell. `$${` stands for a literal `${`. What was put in is not expanded again.
 */
export function expandVariables(text: string, environment: Environment): Expansion {
  if (!text.includes("${")) return { text, variables: [], hasVariables: false, faults: [] };
  const reader = new TemplateReader(text);
  const parts = reader.read(false);
  if (reader.fault !== undefined) return { text, variables: [], hasVariables: true, faults: [reader.fault] };
  const evaluation = new Evaluation(environment);
  return {
    text: evaluation.textOf(parts),
    variables: [...evaluation.variables].map(([name, value]) => ({ name, value })),
    hasVariables: parts.some((part) => typeof part !== "string"),
    faults: evaluation.faults,
  };
}

const opening = /\$\{([A-Za-z_][A-Za-z0-9_]*)(:-|\})/y;

class TemplateReader {
  readonly #text: string;
  #position = 0;
  fault: ExpansionFault | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads to the end of the text or, in a default, to the brace that closes it. */
  read(isDefault: boolean): Part[] {
    const parts: Part[] = [];
    let literal = "";
    let openBraces = 0;
    while (this.#position < this.#text.length && this.fault === undefined) {
      if (this.#text.startsWith("$${", this.#position)) {
        literal += "${";
        openBraces += 1;
        this.#position += 3;
      } else if (this.#text.startsWith("${", this.#position)) {
        parts.push(literal, this.#readVariable());
        literal = "";
      } else {
        const character = this.#text.charAt(this.#position);
        this.#position += 1;
        if (isDefault && character === "}" && openBraces === 0) return [...parts, literal];
        if (character === "{") openBraces += 1;
        if (character === "}") openBraces -= 1;
        literal += character;
      }
    }
    if (isDefault) this.#complain(`A \${…} is not closed.`, "Close it with }.");
    return [...parts, literal];
  }

  #readVariable(): Part {
    opening.lastIndex = this.#position;
    const match = opening.exec(this.#text);
    const name = match?.[1];
    if (match === null || name === undefined) {
      this.#complain(`A \${…} is malformed.`, `Write \${NAME} or \${NAME:-default}; for a literal \${ write $\${.`);
      return "";
    }
    this.#position += match[0].length;
    return { name, fallback: match[2] === ":-" ? this.read(true) : undefined };
  }

  #complain(message: string, remedy: string): void {
    this.fault ??= { message, remedy };
  }
}

class Evaluation {
  readonly #environment: Environment;
  readonly variables = new Map<string, string>();
  readonly faults: ExpansionFault[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  textOf(parts: readonly Part[]): string {
    return parts.map((part) => this.#partText(part)).join("");
  }

  #partText(part: Part): string {
    if (typeof part === "string") return part;
    const value = Object.hasOwn(this.#environment, part.name) ? this.#environment[part.name] : undefined;
    if (part.fallback !== undefined && (value === undefined || value === "")) {
      return this.#default(part.name, this.textOf(part.fallback));
    }
    if (value === undefined) {
      this.faults.push({
        message: `The environment variable ${part.name} is not set.`,
        remedy: `Set it, or give a default: \${${part.name}:-…}.`,
      });
      return "";
    }
    this.variables.set(part.name, value);
    return value;
  }

  // What stands for a secret is one, wherever it is written.
  #default(name: string, value: string): string {
    if (isSecretName(name) && value.length >= SHORTEST_SECRET_DEFAULT) {
      this.variables.set(name, value);
    }
    return value;
  }
}
