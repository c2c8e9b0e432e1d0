import type { ComponentConfig, ConfigDocument } from "@alcove/config";
import { didYouMean, type FunctionSchemas, type Problem, z } from "@alcove/plugin-api";
import type { OfferedFunction } from "./configured-component.js";
import type { ConfiguredGroup } from "./configured-group.js";
import { type MemberOverride, OVERRIDES_FIELD, readMemberOverrides } from "./member-overrides.js";

const filterSchema = z.array(z.string()).default([]);

/** Which members of a group others may call, and as what, after `include`, `exclude` and `tool_overrides`. */
export interface GroupMembersResult {
  readonly visible: ReadonlyMap<string, OfferedFunction>;
  readonly hidden: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** Applies a group's `include` or `exclude` list, and then its `tool_overrides`, to its members. */
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
  const { overrides, problems: overrideProblems } = readMemberOverrides(group);
  const shown = Object.entries(members).filter(([member]) => isVisible(member));
  const offered = offerMembers(group, shown, overrides);
  const hasBoth = include.listed.length > 0 && exclude.listed.length > 0;
  return {
    visible: offered.functions,
    hidden: new Set(group.members.filter((member) => !isVisible(member))),
    problems: [
      ...include.problems,
      ...exclude.problems,
      ...(hasBoth
        ? [filterProblem(group, "exclude", `${name} has both include and exclude.`, "Keep one of them.")]
        : []),
      ...overrideProblems,
      ...offered.problems,
    ],
  };
}

/** Gives each member the name and the description others see. No two may go by one name. */
function offerMembers(
  { name, source, document }: ConfiguredGroup,
  shown: readonly (readonly [string, FunctionSchemas])[],
  overrides: ReadonlyMap<string, MemberOverride>,
): { functions: ReadonlyMap<string, OfferedFunction>; problems: Problem[] } {
  const functions = new Map<string, OfferedFunction>();
  const problems: Problem[] = [];
  for (const [member, schemas] of shown) {
    const override = overrides.get(member);
    const offeredName = override?.alias ?? member;
    const earlier = functions.get(offeredName);
    if (earlier !== undefined) {
      const renamed = override?.alias === undefined ? earlier.definedAs : member;
      problems.push({
        rule: "name-clash",
        severity: "error",
        message: `The members ${earlier.definedAs} and ${member} of ${name} would both be called ${offeredName}.`,
        source: document.locate([...source.path, OVERRIDES_FIELD, renamed, "alias"]),
        remedy: `Give ${renamed} another alias.`,
      });
      continue;
    }
    const description = override?.description;
    functions.set(offeredName, {
      definedAs: member,
      schemas: description === undefined ? schemas : Object.freeze({ ...schemas, description }),
    });
  }
  return { functions, problems };
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
