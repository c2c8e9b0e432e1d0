import { formatProblem } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { filingPlugin } from "./support/filing-plugin.js";
import { Workbench } from "./support/test-application.js";

const rest = "functions: { common: { _type: shared_filing } }\nworkflow: { _type: user_filing }";

/** Each row: what the configuration breaks, the configuration, and the whole report. */
const refused: [string, string, string[]][] = [
  [
    "a store that is not configured",
    "object_stores: { file: { _type: in_memory } }\nfunctions:\n  common: { _type: shared_filing, files: file }\nworkflow: { _type: user_filing, files: fils }",
    [
      'config.yml:4:40: workflow refers to "fils", and there is no object store of that name. Did you mean file? [reference-unknown]',
    ],
  ],
  [
    "a store where none is configured at all",
    rest,
    [
      'config.yml:1:22: common refers to "files", and there is no object store of that name. Add it under object_stores:, with its _type. [reference-unknown]',
      'config.yml:2:11: workflow refers to "files", and there is no object store of that name. Add it under object_stores:, with its _type. [reference-unknown]',
    ],
  ],
  [
    "a function in the place of a store",
    "object_stores: { files: { _type: in_memory } }\nfunctions: { common: { _type: shared_filing } }\nworkflow: { _type: user_filing, files: common }",
    [
      'config.yml:3:40: workflow refers to "common" as an object store, and it is a function. Configured: files. [reference-kind]',
    ],
  ],
  [
    "a store in the place of a function",
    "object_stores: { files: { _type: in_memory } }\nworkflow: { _type: user_filing, common: files }",
    [
      'config.yml:2:41: workflow refers to "files" as a function, and it is an object store. Add it: no function is configured. [reference-kind]',
    ],
  ],
  [
    "a type there is none of, once, though two refer to it",
    `object_stores: { files: { _type: in_memry } }\n${rest}`,
    ['config.yml:1:34: There is no object store type "in_memry". Did you mean in_memory? [type-unknown]'],
  ],
  [
    "a type of another kind",
    `object_stores: { files: { _type: user_filing } }\n${rest}`,
    [
      'config.yml:1:34: There is no object store type "user_filing". Did you mean filing/user_filing, which belongs under functions? [type-unknown]',
    ],
  ],
  [
    "limits that are none, and fields there are none of",
    `object_stores: { files: { _type: in_memory, max_object_bytes: 0, operation_timeout: soon, path: ./x } }\n${rest}`,
    [
      "config.yml:1:63: object_stores.files.max_object_bytes: Too small: expected number to be >=1, found 0. Correct the value of max_object_bytes. [config-schema]",
      'config.yml:1:85: object_stores.files.operation_timeout: must be a duration: a number of seconds, 10m, 1h30m, 250ms, 00:10:00 or PT10M, found "soon". Correct the value of operation_timeout. [config-schema]',
      "config.yml:1:91: object_stores.files.path: alcove/in_memory has no such field. Known here: _type, max_object_bytes, operation_timeout. [config-unknown-key]",
    ],
  ],
];

describe("a configuration of object stores", () => {
  it.each(refused)("is refused with %s", async (_what, yaml, report) => {
    await using bench = await Workbench.create([filingPlugin]);
    expect(await bench.refusals(yaml)).toEqual(report);
  });

  it("may call a store as it calls a function", async () => {
    await using bench = await Workbench.create([filingPlugin]);
    const yaml =
      "object_stores: { common: { _type: in_memory } }\nfunctions:\n  common: { _type: shared_filing, files: common }\nworkflow: { _type: user_filing, files: common }";
    expect(await bench.refusals(yaml)).toEqual([]);
  });

  it("is told of a store that nothing refers to", async () => {
    await using bench = await Workbench.create([filingPlugin]);
    const stores = "object_stores:\n  files: { _type: in_memory }\n  spare: { _type: in_memory }";
    const { problems, plan } = await bench.plan(`${stores}\n${rest}`);
    expect(plan).toBeDefined();
    expect(problems.map((problem) => formatProblem(problem).replaceAll(`${bench.folder}/`, ""))).toEqual([
      "config.yml:3:3: No component refers to the object store spare. Refer to it from a function, a group or a middleware that takes one, or remove it. [component-unreachable]",
    ]);
  });
});
