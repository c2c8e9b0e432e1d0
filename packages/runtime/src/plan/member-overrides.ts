import { didYouMean, formatPath, type Problem, z } from "@alcove/plugin-api";
import type { ConfiguredGroup } from "./configured-group.js";

/** The field of a group that renames and describes its members. */
export const OVERRIDES_FIELD = "tool_overrides";

const overrideSchema = z.strictObject({
  alias: z
    .string()
    .regex(/^(?!__proto__$)[A-Za-z0-9_-]+$/, 'expected letters, digits, "_" and "-" only')
    .optional(),
  description: z.string().trim().min(1, "expected a sentence").optional(),
});

/** What a configuration says of one member. */
export type MemberOverride = z.output<typeof overrideSchema>;

/** What a group's `tool_overrides` say, by the members' own names. */
export interface MemberOverrides {
  readonly overrides: ReadonlyMap<string, MemberOverride>;
  readonly problems: readonly Problem[];
}

/** Reads a group's `tool_overrides`. What is faulty is reported and left out. */
export function readMemberOverrides(group: ConfiguredGroup): MemberOverrides {
  const { name, members, source, document } = group;
  const overrides = new Map<string, MemberOverride>();
  const written = source.fields[OVERRIDES_FIELD];
  if (written === undefined) {
    return { overrides, problems: [] };
  }
  if (typeof written !== "object" || written === null || Array.isArray(written)) {
    return { overrides, problems: notMembers(group) };
  }
  const problems: Problem[] = [];
  for (const [member, override] of Object.entries(written)) {
    if (!members.includes(member)) {
      problems.push({
        rule: "group-filter",
        severity: "error",
        message: `${name}.${OVERRIDES_FIELD} names "${member}", which is no member of ${source.type}.`,
        source: document.locateKey([...source.path, OVERRIDES_FIELD, member]),
        remedy: didYouMean(member, members),
      });
      continue;
    }
    const parsed = overrideSchema.safeParse(override);
    if (parsed.success) {
      overrides.set(member, parsed.data);
    } else {
      problems.push(...parsed.error.issues.flatMap((issue) => issueProblems(group, member, issue)));
    }
  }
  return { overrides, problems };
}

function notMembers({ name, members, source, document }: ConfiguredGroup): Problem[] {
  const path = [...source.path, OVERRIDES_FIELD];
  return document.isFaulty(path)
    ? []
    : [
        {
          rule: "config-schema",
          severity: "error",
          message: `${name}.${OVERRIDES_FIELD} has to be a mapping of member names, found ${document.describe(path)}.`,
          source: document.locate(path),
          remedy: `For example: ${OVERRIDES_FIELD}: { ${members[0] ?? "member"}: { alias: other_name } }`,
        },
      ];
}

function issueProblems(
  { name, source, document }: ConfiguredGroup,
  member: string,
  issue: z.core.$ZodIssue,
): Problem[] {
  const place = [OVERRIDES_FIELD, member, ...issue.path.map(String)];
  const path = [...source.path, ...place];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      rule: "config-unknown-key",
      severity: "error",
      message: `${name}.${formatPath(place)} takes no field "${key}".`,
      source: document.locateKey([...path, key]),
      remedy: didYouMean(key, Object.keys(overrideSchema.shape)),
    }));
  }
  return document.isFaulty(path)
    ? []
    : [
        {
          rule: "config-schema",
          severity: "error",
          message: `${name}.${formatPath(place)}: ${issue.message}, found ${document.describe(path)}.`,
          source: document.locate(path),
          remedy: "Give the member an alias, a description, or both.",
        },
      ];
}
