import { type ComponentConfig, type ConfigDocument, didYouMean } from "@alcove/config";
import { type FunctionSchemas, type Problem, z } from "@alcove/plugin-api";

const filterSchema = z.array(z.string()).default([]);

/** Which members of a group others may call, after `include` and `exclude`. */
export interface GroupMembersResult {
  readonly visible: ReadonlyMap<string, FunctionSchemas>;
  readonly hidden: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** Applies a group's `include` or `exclude` list to its members. */
export function selectGroupMembers(
  name: string,
  members: Readonly<Record<string, FunctionSchemas>>,
  source: ComponentConfig,
  document: ConfigDocument,
): GroupMembersResult {
  const problems: Problem[] = [];
  const complain = (field: string, message: string, remedy: string): void => {
    problems.push({
      rule: "group-filter",
      severity: "error",
      message,
      source: document.locate([...source.path, field]),
      remedy,
    });
  };
  const read = (field: "include" | "exclude"): string[] => {
    const parsed = filterSchema.safeParse(source.fields[field]);
    if (!parsed.success) {
      complain(
        field,
        `${name}.${field} has to be a list of member names.`,
        `For example: ${field}: [${Object.keys(members)[0] ?? ""}]`,
      );
      return [];
    }
    for (const member of parsed.data.filter((each) => !Object.hasOwn(members, each))) {
      complain(
        field,
        `${name}.${field} names "${member}", which is no member of ${source.type}.`,
        didYouMean(member, Object.keys(members)),
      );
    }
    return parsed.data;
  };
  const include = read("include");
  const exclude = read("exclude");
  if (include.length > 0 && exclude.length > 0) {
    complain("exclude", `${name} has both include and exclude.`, "Keep one of them.");
  }
  const isVisible = (member: string): boolean =>
    include.length > 0 ? include.includes(member) : !exclude.includes(member);
  const entries = Object.entries(members);
  return {
    visible: new Map(entries.filter(([member]) => isVisible(member))),
    hidden: new Set(entries.map(([member]) => member).filter((member) => !isVisible(member))),
    problems,
  };
}
