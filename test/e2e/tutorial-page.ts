/** A command of a page, and what the page says it prints. */
export interface CommandStep {
  readonly kind: "command";
  readonly command: string;
  readonly output: string;
}

/** A file the page has its reader write. */
interface FileStep {
  readonly kind: "file";
  /** Relative to where the reader is. */
  readonly path: string;
  readonly text: string;
}

/** One thing a page has its reader do. */
export type TutorialStep = CommandStep | FileStep;

/**
 * Reads what a page of Markdown has its reader do, in its order: blocks with a path behind their language are files, and in blocks without
 * a language, lines that begin with `$ ` are commands, which go on where they end with a backslash, and have their output below.
 */
export function tutorialSteps(page: string): readonly TutorialStep[] {
  return [...page.matchAll(/^```(\w*)(?: (\S+))?\n(.*?)^```$/gms)].flatMap(
    ([, language, path, text = ""]): readonly TutorialStep[] => {
      if (path !== undefined) {
        return [{ kind: "file", path, text }];
      }
      return language === "" ? commandsOf(text) : [];
    },
  );
}

function commandsOf(text: string): readonly CommandStep[] {
  const [, ...parts] = `\n${text}`.split("\n$ ");
  return parts.map((part) => {
    const command = /^(?:.*\\\n)*.*/.exec(part)?.[0] ?? "";
    return { kind: "command", command, output: part.slice(command.length).trim() };
  });
}
