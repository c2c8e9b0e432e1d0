import { parseArgs } from "node:util";
import { z } from "zod";

const wholeNumber = z.string().regex(/^\d+$/, "must be a whole number").transform(Number);

const optionsSchema = z
  .object({
    kills: wholeNumber.optional(),
    seconds: wholeNumber.optional(),
    seed: z.string().min(1).optional(),
    scenario: z.array(z.string()).optional(),
    planted: z.boolean().default(false),
    json: z.string().optional(),
  })
  .strict();

/** What `npm run torture` is told. */
export type TortureOptions = z.output<typeof optionsSchema>;

/** How it is called. */
export const usage = `npm run torture -- [options]
  --kills N          how many times a server is killed (200); the other scenarios follow in proportion
  --seconds N        begin no further fault of a scenario after so many seconds of it
  --scenario NAME    only this one; may be given several times
  --seed TEXT        repeats the choices of an earlier run
  --planted          plant every known bug in turn, and see whether its scenario catches it
  --json FILE        write the results to a file as well`;

/** Reads the arguments. @throws an error that says which one is wrong. */
export function parseTortureOptions(processArguments: readonly string[]): TortureOptions {
  const { values } = parseArgs({
    args: [...processArguments],
    options: {
      kills: { type: "string" },
      seconds: { type: "string" },
      seed: { type: "string" },
      scenario: { type: "string", multiple: true },
      planted: { type: "boolean" },
      json: { type: "string" },
    },
  });
  return optionsSchema.parse(values);
}
