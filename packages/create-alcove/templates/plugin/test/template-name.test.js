import { test } from "node:test";
import { testPlugin } from "@alcove/testing";

testPlugin(test, { plugin: ".", examples: { per_user_template_name: [{ name: "Alice" }] } });
