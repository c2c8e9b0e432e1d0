import { describe, expect, it } from "vitest";
import { AlcoveError } from "./alcove-error.js";
import { errorCatalogue } from "./error-catalogue.js";
import {
  ComponentBuildFailedError,
  FunctionRefusedError,
  InputInvalidError,
  OutputInvalidError,
  StartupRefusedError,
  StoredStateError,
  StoreError,
  WorkflowError,
} from "./errors.js";
import { formatLocation, formatPath, formatReport, type Problem } from "./problem.js";

describe("AlcoveError", () => {
  it("carries code, message, cause, details and the time to wait", () => {
    const cause = new TypeError("inner");
    const error = new AlcoveError("SESSION_QUEUE_FULL", "Too many.", {
      cause,
      details: { waiting: 3 },
      retryAfterSeconds: 1,
    });
    expect(error).toMatchObject({ code: "SESSION_QUEUE_FULL", message: "Too many.", retryAfterSeconds: 1 });
    expect(error.cause).toBe(cause);
    expect(error.details).toEqual({ waiting: 3 });
  });

  it("has no cause where none is given", () => {
    expect("cause" in new AlcoveError("INTERNAL", "Oh.")).toBe(false);
  });

  it("says how to mend it in the words of the catalogue", () => {
    expect(new AlcoveError("STORE_HELD", "Held.").remedy).toBe(errorCatalogue.STORE_HELD.remedy);
  });

  it("bears the name of its class", () => {
    expect(new StoreError("STORE_FAILED", "Disk full.").name).toBe("StoreError");
  });

  it("is recognised when another copy of this package made it", () => {
    const foreign = { [Symbol.for("@alcove/plugin-api/AlcoveError")]: true, code: "INTERNAL" };
    expect(AlcoveError.is(foreign)).toBe(true);
    expect(AlcoveError.is(new StoreError("STORE_FAILED", "Disk full."))).toBe(true);
  });

  it.each([new TypeError("other"), undefined, null, "INTERNAL", { code: "INTERNAL" }])("is not seen in %o", (value) => {
    expect(AlcoveError.is(value)).toBe(false);
  });
});

describe("StartupRefusedError", () => {
  const error: Problem = {
    rule: "reference-unknown",
    severity: "error",
    message: "There is no function named notepd.",
    remedy: "Did you mean notepad?",
    source: { file: "configs/a.yml", line: 4, column: 7 },
  };
  const warning: Problem = {
    rule: "component-unreachable",
    severity: "warning",
    message: "Nothing uses spare.",
    remedy: "Remove it.",
    source: { file: "configs/a.yml" },
  };

  it("lists every error on a line of its own, and no warning", () => {
    const refused = new StartupRefusedError([error, warning, error]);
    const line = "configs/a.yml:4:7: There is no function named notepd. Did you mean notepad? [reference-unknown]";
    expect(refused.message).toBe(`2 errors found:\n  ${line}\n  ${line}`);
    expect(refused.details).toEqual([line, line]);
    expect(refused.problems).toEqual([error, warning, error]);
  });

  it("counts a single error in the singular", () => {
    expect(new StartupRefusedError([error]).message).toMatch(/^1 error found:\n/);
  });
});

describe("formatLocation", () => {
  it.each([
    [{ file: "a.yml" }, "a.yml"],
    [{ file: "a.yml", line: 2 }, "a.yml:2"],
    [{ file: "a.yml", line: 2, column: 3 }, "a.yml:2:3"],
  ])("gives as much of the place as is known: %o", (location, text) => {
    expect(formatLocation(location)).toBe(text);
  });
});

describe("formatReport", () => {
  const error: Problem = {
    rule: "type-unknown",
    severity: "error",
    message: "There is no type\n`nope`.",
    source: { file: "a.yml", line: 3, column: 5 },
    remedy: "Did you mean `note`?",
  };
  const warning: Problem = {
    rule: "component-unreachable",
    severity: "warning",
    message: "Nothing uses `x`.",
    source: { file: "b.yml", line: 2 },
    remedy: "Remove it.",
  };

  it("has one line a problem, which says where it is", () => {
    expect(formatReport([error, warning, warning])).toBe(
      [
        "1 error and 2 warnings found:",
        "  a.yml:3:5: There is no type `nope`. Did you mean `note`? [type-unknown]",
        "  warning: b.yml:2: Nothing uses `x`. Remove it. [component-unreachable]",
        "  warning: b.yml:2: Nothing uses `x`. Remove it. [component-unreachable]",
      ].join("\n"),
    );
  });
});

describe("formatReport of what others have written", () => {
  it("leaves the colours and the cursor of a terminal alone", () => {
    const source = { file: "a.yml" };
    const message = "It threw \u001b[31mred\u001b[0m\rall is well.";
    const problem: Problem = { rule: "plugin-module", severity: "error", message, source, remedy: "Mend it." };
    expect(formatReport([problem])).toMatch(
      /^ {2}a\.yml: It threw {2}\[31mred \[0m all is well\. Mend it\. \[plugin-module\]$/m,
    );
  });
});

describe("the errors of a run", () => {
  const faults = [
    { path: ["items", 0, "text"], message: "Too long", kind: "too_big" },
    { path: [], message: "Expected an object", kind: "invalid_type" },
  ];

  it("name each field an input has wrong, in the message and in the details", () => {
    const error = new InputInvalidError("notepad", faults);
    expect(error.message).toBe(
      "The input of notepad is invalid: items.0.text: Too long; (the value): Expected an object",
    );
    expect(error.details).toEqual(faults);
    expect(error.faults).toBe(faults);
  });

  it("keep the faults of an output out of the details, which are sent to clients", () => {
    const error = new OutputInvalidError("notepad", faults);
    expect(error).toMatchObject({ code: "OUTPUT_INVALID", details: undefined });
  });

  it("pass on what a workflow threw, by message and class", () => {
    const cause = new RangeError("Too far.");
    expect(new WorkflowError(cause)).toMatchObject({
      code: "workflow_error",
      message: "Too far.",
      details: "RangeError",
      cause,
    });
  });

  it("say little about a thrown value that is no error", () => {
    expect(new WorkflowError("secret")).toMatchObject({ message: "The workflow failed.", details: "string" });
  });

  it("name the component whose build failed, and keep the reason as cause", () => {
    const cause = new TypeError("no socket");
    const source = { file: "a.yml", line: 2, column: 3 };
    const error = new ComponentBuildFailedError("notepad", "per_user_notepad", { cause, source });
    expect(error.message).toBe("The component notepad (per_user_notepad) could not be built.");
    expect(error).toMatchObject({ cause, source });
  });

  it("name the reason of a plugin's refusal among the facts, and only what can be a name", () => {
    const refused = new FunctionRefusedError("cup_full", "The cup is full.", { facts: { holds: 10, reason: "other" } });
    expect(refused).toMatchObject({
      code: "FUNCTION_REFUSED",
      reason: "cup_full",
      details: { holds: 10, reason: "cup_full" },
    });
    for (const reason of ["", "Cup full", "cup_", "CUP_FULL"]) {
      expect(() => new FunctionRefusedError(reason, "No.")).toThrow(TypeError);
    }
  });

  it("tell stored states that cannot be served by their code", () => {
    expect(new StoredStateError("STATE_UNREADABLE", "Damaged.")).toMatchObject({ code: "STATE_UNREADABLE" });
  });
});

it("writes the way to a value as it would be written in code", () => {
  expect(formatPath(["general", "endpoints", 0, "path"])).toBe("general.endpoints[0].path");
});
