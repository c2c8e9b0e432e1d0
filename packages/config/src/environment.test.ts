import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandVariables } from "./environment.js";

const environment = { NAME: "value", EMPTY: "", OTHER: "other", TRICKY: `a\n# b: \${NAME}` };

function textOf(template: string): string {
  const { text, faults } = expandVariables(template, environment);
  expect(faults).toEqual([]);
  return text;
}

describe("expandVariables", () => {
  it.each([
    [`\${NAME}`, "value"],
    [`a\${NAME}b\${OTHER}`, "avaluebother"],
    [`\${EMPTY}`, ""],
    [`\${EMPTY:-default}`, "default"],
    [`\${MISSING:-default}`, "default"],
    [`\${MISSING:-}`, ""],
    [`\${NAME:-default}`, "value"],
    [`\${MISSING:-\${OTHER}}`, "other"],
    [`\${MISSING:-\${ABSENT:-deep}er}`, "deeper"],
    [`\${MISSING:-{"a": {}}}`, '{"a": {}}'],
    [`$\${NAME}`, `\${NAME}`],
    [`\${MISSING:-$\${x}}`, `\${x}`],
    ["$NAME $ $$ }{", "$NAME $ $$ }{"],
    ["", ""],
  ])("expands %s to %s", (template, text) => {
    expect(textOf(template)).toBe(text);
  });

  it("does not expand what it has put in", () => {
    expect(textOf(`\${TRICKY}`)).toBe(environment.TRICKY);
  });

  it("names every variable that is not set and has no default", () => {
    const { faults } = expandVariables(`\${FIRST}-\${SECOND}`, environment);
    expect(faults.map((fault) => fault.message)).toEqual([
      "The environment variable FIRST is not set.",
      "The environment variable SECOND is not set.",
    ]);
    expect(faults[0]?.remedy).toContain(`\${FIRST:-`);
  });

  it("leaves a default alone that is not needed", () => {
    expect(textOf(`\${NAME:-\${MISSING}}`)).toBe("value");
  });

  it("takes no variable from the prototype of the environment", () => {
    expect(expandVariables(`\${constructor}\${__proto__}`, {}).faults).toHaveLength(2);
  });

  it.each([`\${}`, `\${NAME`, `\${NAME-x}`, `\${NAME:?x}`, `\${1X}`, `\${ NAME }`, `\${MISSING:-x`])(
    "refuses %s",
    (template) => {
      const { faults } = expandVariables(template, environment);
      expect(faults).toHaveLength(1);
      expect(faults[0]?.message).toMatch(/malformed|not closed/);
    },
  );

  it("tells whose values stand in the text, but not of variables that were not used", () => {
    expect(expandVariables(`\${NAME}\${MISSING:-x}\${OTHER:-\${TRICKY}}`, environment).variables).toMatchObject([
      { name: "NAME" },
      { name: "OTHER" },
    ]);
    expect(expandVariables(`\${MISSING:-x}`, environment)).toMatchObject({ variables: [], hasVariables: true });
    expect(expandVariables(`$\${NAME}`, environment)).toMatchObject({ variables: [], hasVariables: false });
  });

  it("puts any value in unchanged, and keeps any text without variables", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, value, after) => {
        const literal = (text: string): string => text.replaceAll("$", "");
        const template = `${literal(before)}\${NAME}${literal(after)}`;
        expect(expandVariables(template, { NAME: value }).text).toBe(`${literal(before)}${value}${literal(after)}`);
        expect(expandVariables(literal(before), {}).text).toBe(literal(before));
      }),
    );
  });
});
