import { testPlugin } from "@alcove/testing";
import { describe, test } from "vitest";
import templateFunction from "../templates/plugin/src/template-name.js";

describe("the function of a new plugin", { timeout: 60_000 }, () => {
  testPlugin(test, { plugin: { id: "template", functions: { per_user_template_name: templateFunction } } });
});
