import { access } from "node:fs/promises";
import { describe, expect } from "vitest";
import { pluginPaths, test, type Workplace } from "./workplace.js";

interface BrokenGraph {
  readonly name: string;
  readonly sections: Readonly<Record<string, unknown>>;
  /** What each line of the report has to contain: a rule, and the names it is about. */
  readonly violations: readonly (readonly string[])[];
}

const notepad = { _type: "per_user_notepad" };
const todo = { _type: "per_user_todo" };
const shared = (...functions: string[]) => ({ _type: "shared_caller", functions });
const sharedOnGroup = (...groups: string[]) => ({ _type: "shared_caller", groups });
const perUser = (...functions: string[]) => ({ _type: "per_user_caller", functions });
const scope = "[dependency-scope]";

const brokenGraphs: readonly BrokenGraph[] = [
  {
    name: "a shared function on a per-user function",
    sections: { functions: { notepad, summarise: shared("notepad") }, workflow: perUser("summarise") },
    violations: [[scope, "summarise", "notepad"]],
  },
  {
    name: "a shared function on a per-user group",
    sections: {
      functions: { summarise: sharedOnGroup("todo") },
      function_groups: { todo },
      workflow: perUser("summarise"),
    },
    violations: [[scope, "summarise", "todo"]],
  },
  {
    name: "a shared function on a member of a per-user group",
    sections: {
      functions: { summarise: shared("todo__add") },
      function_groups: { todo },
      workflow: perUser("summarise"),
    },
    violations: [[scope, "summarise", "todo"]],
  },
  {
    name: "a shared group on a per-user function",
    sections: {
      functions: { notepad },
      function_groups: { office: { _type: "shared_caller_group", functions: ["notepad"] } },
      workflow: perUser("notepad", "office__call"),
    },
    violations: [[scope, "office", "notepad"]],
  },
  {
    name: "a shared group on a per-user group",
    sections: {
      function_groups: { todo, office: { _type: "shared_caller_group", groups: ["todo"] } },
      workflow: perUser("office__call", "todo__add"),
    },
    violations: [[scope, "office", "todo"]],
  },
  {
    name: "a shared workflow on a per-user function",
    sections: { functions: { notepad }, workflow: shared("notepad") },
    violations: [[scope, "workflow", "notepad"]],
  },
  {
    name: "a shared workflow on a per-user group",
    sections: { function_groups: { todo }, workflow: sharedOnGroup("todo") },
    violations: [[scope, "workflow", "todo"]],
  },
  {
    name: "a shared workflow on a per-user function by way of a shared one",
    sections: { functions: { notepad, summarise: shared("notepad") }, workflow: shared("summarise") },
    violations: [[scope, "workflow", "-> summarise (shared) -> notepad (per-user)"]],
  },
  {
    name: "a per-user part that nobody uses under a shared workflow",
    sections: { functions: { notepad }, workflow: shared() },
    violations: [["[component-unreachable]", "notepad"]],
  },
  {
    name: "an unknown function, with a suggestion",
    sections: { functions: { notepad }, workflow: perUser("notepad", "notpad") },
    violations: [["[reference-unknown]", '"notpad"', "Did you mean notepad?"]],
  },
  {
    name: "a group named as a function",
    sections: { function_groups: { todo }, workflow: perUser("todo", "todo__add") },
    violations: [["[reference-kind]", '"todo"']],
  },
  {
    name: "functions that depend on each other in a circle",
    sections: { functions: { first: perUser("second"), second: perUser("first") }, workflow: perUser("first") },
    violations: [["[dependency-cycle]", "first", "second"]],
  },
  {
    name: "a function that depends on itself",
    sections: { functions: { narcissus: perUser("narcissus") }, workflow: perUser("narcissus") },
    violations: [["[dependency-cycle]", "narcissus -> narcissus"]],
  },
];

const allAtOnce: BrokenGraph = {
  name: "all of it at once",
  sections: {
    functions: {
      notepad,
      summarise: shared("notepad"),
      lost: shared("nobody"),
      first: perUser("second"),
      second: perUser("first"),
    },
    function_groups: { todo, office: { _type: "shared_caller_group", groups: ["todo"] } },
    workflow: sharedOnGroup("todo", "office"),
  },
  violations: [
    [scope, "summarise", "notepad"],
    [scope, "office", "todo"],
    [scope, "The shared workflow", "todo"],
    ["[reference-unknown]", "lost", '"nobody"'],
    ["[dependency-cycle]", "first", "second"],
  ],
};

function brokenConfig(workplace: Workplace, { sections }: BrokenGraph): Promise<string> {
  const plugins = [pluginPaths.assistant, pluginPaths.todo, pluginPaths.callers];
  return workplace.write("broken.yml", { plugins, ...sections });
}

/** The lines of a report, which are those that end in the name of a rule. */
function reportLines(output: string): string[] {
  return output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /\[[a-z]+(?:-[a-z]+)+\]$/.test(line));
}

function expectViolations(lines: readonly string[], violations: BrokenGraph["violations"]): void {
  for (const parts of violations) {
    const found = lines.filter((line) => parts.every((part) => line.includes(part)));
    expect(found, `a line with ${parts.join(" and ")} in:\n${lines.join("\n")}`).toHaveLength(1);
  }
}

describe("a broken dependency", () => {
  test.for([...brokenGraphs, allAtOnce])(
    "is refused before listening, and by validate: $name",
    async (graph, { workplace }) => {
      const configFile = await brokenConfig(workplace, graph);
      const [served, validated] = await Promise.all([
        workplace.alcove("serve", "--config_file", configFile, "--port", "0"),
        workplace.alcove("validate", "--config_file", configFile),
      ]);
      expect({ serve: served.exitCode, validate: validated.exitCode }).toEqual({ serve: 1, validate: 1 });
      expect(served.output).not.toContain("Listening");
      const lines = reportLines(served.output);
      expectViolations(lines, graph.violations);
      expect(lines.every((line) => /broken\.yml:\d+:\d+: /.test(line))).toBe(true);
      expect(reportLines(validated.output)).toEqual(lines);
      await expect(access(`${workplace.folder}/.alcove`)).rejects.toThrow();
    },
  );

  test("goes into one report with mistakes of other kinds", async ({ workplace }) => {
    const configFile = await workplace.write("broken.yml", {
      plugins: [pluginPaths.assistant, pluginPaths.callers],
      general: { per_user_workflow_timeout: 0, tiemout: 1 },
      functions: {
        notepad: { ...notepad, max_notes: -1 },
        summarise: shared("nobody"),
        ghost: { _type: "per_usr_notepad" },
      },
      workflow: shared("summarise", "nobody"),
    });
    const { exitCode, output } = await workplace.alcove("validate", "--config_file", configFile);
    expect(exitCode).toBe(1);
    for (const part of ["tiemout", "per_user_workflow_timeout", "max_notes", '"nobody"', '"per_usr_notepad"']) {
      expect(output).toContain(part);
    }
  });
});
