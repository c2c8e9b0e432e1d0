import { manifestSchema } from "@alcove/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { projectNames } from "./project-names.js";
import { ProjectRefusedError } from "./project-refused-error.js";

describe("the names of a project", () => {
  it.each([
    ["word-count", "word-count", "word-count", "word_count", "Word count"],
    ["alcove-plugin-word-count", "alcove-plugin-word-count", "word-count", "word_count", "Word count"],
    ["@acme/word-count", "word-count", "word-count", "word_count", "Word count"],
    ["@acme/plugin-word-count", "plugin-word-count", "word-count", "word_count", "Word count"],
    ["weather2", "weather2", "weather2", "weather2", "Weather2"],
    ["my_own.plugin", "my_own.plugin", "my-own-plugin", "my_own_plugin", "My own plugin"],
    ["a--b", "a--b", "a-b", "a_b", "A b"],
    ["plugin", "plugin", "plugin", "plugin", "Plugin"],
    ["alcove-plugin", "alcove-plugin", "alcove-plugin", "alcove_plugin", "Alcove plugin"],
  ])("follow from %s", (packageName, folderName, id, typeName, title) => {
    expect(projectNames("plugin", packageName)).toEqual({ packageName, folderName, id, typeName, title });
  });

  it.each([
    ["", "it is empty"],
    [".", "it is a path"],
    ["..", "it is a path"],
    ["./word-count", "it is a path"],
    ["/tmp/word-count", "it is a path"],
    ["plugins/word-count", "it is a path"],
    ["plugins\\word-count", "it is a path"],
    ["@acme/plugins/word-count", "it is a path"],
    ["@acme", "a scope without a name"],
    ["@/word-count", "a name without its scope"],
    ["Word-Count", 'it has "W", "C". Try word-count.'],
    ["word count", 'it has " ". Try word-count.'],
    ["word-count@2", 'it has "@". Try word-count-2.'],
    ["@Acme/Grüße", 'it has "A", "G", "ü", "ß". Try @acme/grusse.'],
    ["ñandú", 'it has "ñ", "ú". Try nandu.'],
    ["天气", 'it has "天", "气". Allowed are'],
    ["💡", 'it has "💡". Allowed are'],
    ["word\u0000count", 'it has "\\u0000". Try word-count.'],
    ["-word", "it begins or ends with a sign. Try word."],
    [".word", "it begins or ends with a sign. Try word."],
    ["word-", "it begins or ends with a sign. Try word."],
    ["@_acme/word", "it begins or ends with a sign. Try @acme/word."],
    ["a".repeat(215), "more than 214 characters"],
    ["node_modules", "Take another name, e.g. alcove-plugin-node-modules"],
    ["@acme/node_modules", "Take another name, e.g. alcove-plugin-node-modules"],
    ["fs", "Take another name, e.g. alcove-plugin-fs"],
    ["2048", "ids begin with a letter"],
    ["alcove", "that is the id of what comes with Alcove"],
    ["@acme/alcove-plugin-alcove", "that is the id of what comes with Alcove"],
    [`alcove-plugin-${"a".repeat(56)}`, "at most 55 characters"],
  ])("are refused for %j, with the reason", (name, reason) => {
    expect(() => projectNames("plugin", name)).toThrow(ProjectRefusedError);
    expect(() => projectNames("plugin", name)).toThrow(reason);
  });

  it("of an app may begin with a figure, since it has no id", () => {
    expect(projectNames("app", "2048").title).toBe("2048");
  });

  it("suit a manifest, or are refused, whatever the name", () => {
    const pieces = fc.constantFrom(
      "@",
      "/",
      "-",
      "_",
      ".",
      "a",
      "Z",
      "7",
      "plugin-",
      "alcove-",
      "alcove",
      "ß",
      "é",
      " ",
    );
    const anyName = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(pieces).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anyName, (name) => {
        try {
          const { id, typeName, title, folderName } = projectNames("plugin", name);
          const contribution = { scope: "per-user", module: `./dist/${id}.js`, description: title };
          const contributes = { functions: { [`per_user_${typeName}`]: contribution } };
          const requires = { alcove: "*" };
          manifestSchema.parse({ manifest: 1, id, displayName: title, description: title, requires, contributes });
          expect(folderName).toMatch(/^[a-z0-9][a-z0-9._-]*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ProjectRefusedError);
        }
      }),
    );
  });

  it("are never refused with a suggestion that would be refused as well", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        const suggested = refusalOf(name)?.match(/ Try (\S+)\. /)?.[1];
        expect(suggested === undefined ? undefined : refusalOf(suggested)).toBeUndefined();
      }),
    );
  });
});

function refusalOf(name: string): string | undefined {
  try {
    projectNames("app", name);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
