import type { ComponentConfig, ConfigDocument } from "@alcove/config";
import { didYouMean, type FunctionSchemas, type Problem, z } from "@alcove/plugin-api";

const filterSchema = z.array(z.string()).default([]);

/** Which members of a group others may call, after `include` and `exclude`. */
export interface GroupMembersResult {
  readonly visible: ReadonlyMap<string, FunctionSchemas>;
  readonly hidden: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** A group as it is configured, and the members its type has. */
interface ConfiguredGroup {
  readonly name: string;
  readonly members: readonly string[];
  readonly source: ComponentConfig;
  readonly document: ConfigDocument;
}

/** Applies a group's `include` or `exclude` list to its members. */
export function selectGroupMembers(
  name: string,
  members: Readonly<Record<string, FunctionSchemas>>,
  source: ComponentConfig,
  document: ConfigDocument,
): GroupMembersResult {
  const group: ConfiguredGroup = { name, members: Object.keys(members), source, document };
  const include = readFilter(group, "include");
  const exclude = readFilter(group, "exclude");
  const isVisible = (member: string): boolean =>
    include.listed.length > 0 ? include.listed.includes(member) : !exclude.listed.includes(member);
  const hasBoth = include.listed.length > 0 && exclude.listed.length > 0;
  return {
    visible: new Map(Object.entries(members).filter(([member]) => isVisible(member))),
    hidden: new Set(group.members.filter((member) => !isVisible(member))),
    problems: [
      ...include.problems,
      ...exclude.problems,
      ...(hasBoth
        ? [filterProblem(group, "exclude", `${name} has both include and exclude.`, "Keep one of them.")]
        : []),
    ],
  };
}

function readFilter(
  group: ConfiguredGroup,
  field: "include" | "exclude",
): { listed: readonly string[]; problems: Problem[] } {
  const { name, members, source } = group;
  const parsed = filterSchema.safeParse(source.fields[field]);
  if (!parsed.success) {
    const remedy = `For example: ${field}: [${members[0] ?? ""}]`;
    return {
      listed: [],
      problems: [filterProblem(group, field, `${name}.${field} has to be a list of member names.`, remedy)],
    };
  }
  const listed = [...new Set(parsed.data)];
  const unknown = listed.filter((each) => !members.includes(each));
  const repeated = listed.filter((each) => parsed.data.filter((other) => other === each).length > 1);
  const complain = (message: string, remedy: string): Problem => filterProblem(group, field, message, remedy);
  return {
    listed,
    problems: [
      ...unknown.map((member) =>
        complain(
          `${name}.${field} names "${member}", which is no member of ${source.type}.`,
          didYouMean(member, members),
        ),
      ),
      ...repeated.map((member) => complain(`${name}.${field} names "${member}" more than once.`, "Name it once.")),
    ],
  };
}

function filterProblem({ source, document }: ConfiguredGroup, field: string, message: string, remedy: string): Problem {
  return {
    rule: "group-filter",
    severity: "error",
    message,
    source: document.locate([...source.path, field]),
    remedy,
  };
}
