/** Tries to match from a place on, and asks what comes after whether the rest matches too, as a backtracking engine does. */
type Matcher = (at: number, rest: (at: number) => boolean) => boolean;

/** What looking for a pattern in a text has cost. */
export interface MatchingWork {
  /** How often a character of the text was looked at. */
  readonly steps: number;
  /** The texts of the matches, one after another. */
  readonly matches: readonly string[];
}

/**
 * Looks for all matches of a pattern as a backtracking engine does, and counts the characters it looks at: a measure of the work
 * that no other load on the machine can change. Knows what the patterns of this package are made of, and nothing else.
 */
export function matchingWork(pattern: RegExp, text: string): MatchingWork {
  const counted = new CountedPattern(pattern, text);
  const matches: string[] = [];
  let at = 0;
  while (at <= text.length) {
    let end = at;
    const isMatch = counted.matcher(at, (found) => {
      end = found;
      return true;
    });
    if (isMatch) {
      matches.push(text.slice(at, end));
    }
    at = Math.max(end, at + 1);
  }
  return { steps: counted.steps, matches };
}

class CountedPattern {
  steps = 0;
  readonly matcher: Matcher;
  readonly #text: string;
  readonly #flags: string;
  readonly #source: string;
  #place = 0;

  constructor({ source, flags }: RegExp, text: string) {
    this.#source = source;
    this.#flags = flags.replace("g", "");
    this.#text = text;
    this.matcher = this.#alternatives();
    if (this.#place < source.length) {
      throw new TypeError(`${source} holds what cannot be counted, at ${this.#place}.`);
    }
  }

  #alternatives(): Matcher {
    const choices = [this.#sequence()];
    while (this.#takes("|")) {
      choices.push(this.#sequence());
    }
    return (at, rest) => choices.some((choice) => choice(at, rest));
  }

  #sequence(): Matcher {
    const parts: Matcher[] = [];
    while (this.#place < this.#source.length && !/[|)]/.test(this.#source[this.#place] ?? "")) {
      parts.push(this.#repeated(this.#atom()));
    }
    const from =
      (index: number, rest: (at: number) => boolean): ((at: number) => boolean) =>
      (at) => {
        const part = parts[index];
        return part === undefined ? rest(at) : part(at, from(index + 1, rest));
      };
    return (at, rest) => from(0, rest)(at);
  }

  #atom(): Matcher {
    if (this.#takes("\\b")) {
      return (at, rest) => this.#isWord(at - 1) !== this.#isWord(at) && rest(at);
    }
    if (this.#takes("(?<!")) {
      const body = this.#group();
      return (at, rest) => !(at > 0 && body(at - 1, (end) => end === at)) && rest(at);
    }
    if (this.#takes("(?=")) {
      const body = this.#group();
      return (at, rest) => body(at, () => true) && rest(at);
    }
    return this.#takes("(?:") || this.#takes("(") ? this.#group() : this.#character();
  }

  #group(): Matcher {
    const body = this.#alternatives();
    if (!this.#takes(")")) {
      throw new TypeError(`${this.#source} has a group that cannot be counted.`);
    }
    return body;
  }

  #character(): Matcher {
    const [written = ""] =
      /^(?:\[(?:\\.|[^\]\\])*\]|\\[\w\W]|[^\\[\]()*+?{}|^$])/.exec(this.#source.slice(this.#place)) ?? [];
    if (written === "") {
      throw new TypeError(`${this.#source} holds what cannot be counted, at ${this.#place}.`);
    }
    this.#place += written.length;
    const isOne = new RegExp(`^(?:${written})$`, this.#flags);
    return (at, rest) => {
      this.steps += 1;
      return at < this.#text.length && isOne.test(this.#text[at] ?? "") && rest(at + 1);
    };
  }

  #repeated(matcher: Matcher): Matcher {
    const [written = "", sign, least = "", comma, most = ""] =
      /^(?:([*+?])|\{(\d+)(,?)(\d*)\})/.exec(this.#source.slice(this.#place)) ?? [];
    if (written === "") {
      return matcher;
    }
    this.#place += written.length;
    const min = sign === undefined ? Number(least) : sign === "+" ? 1 : 0;
    const unbounded = comma === "" ? min : Number.POSITIVE_INFINITY;
    const max = sign === "?" ? 1 : most === "" ? unbounded : Number(most);
    return repetition(matcher, { min, max, isLazy: this.#takes("?") });
  }

  #takes(written: string): boolean {
    const isThere = this.#source.startsWith(written, this.#place);
    this.#place += isThere ? written.length : 0;
    return isThere;
  }

  #isWord(at: number): boolean {
    return /\w/.test(this.#text[at] ?? "");
  }
}

function repetition(matcher: Matcher, bounds: { min: number; max: number; isLazy: boolean }): Matcher {
  const { min, max, isLazy } = bounds;
  const repeat = (count: number, at: number, rest: (at: number) => boolean): boolean => {
    const goOn = (): boolean => count < max && matcher(at, (end) => end > at && repeat(count + 1, end, rest));
    const stop = (): boolean => count >= min && rest(at);
    return isLazy ? stop() || goOn() : goOn() || stop();
  };
  return (at, rest) => repeat(0, at, rest);
}
