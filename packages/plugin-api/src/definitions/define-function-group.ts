import type { z } from "zod";
import type { BuildContext, CallContext, PerUserBuildContext, PerUserCallContext } from "../contexts.js";
import type { Scope } from "../references.js";
import { builtFunctions } from "./built-function.js";
import {
  type CollectionDeclarationsOf,
  type CollectionItemSchemas,
  checkedCollections,
  type NoCollections,
} from "./collection-declaration.js";
import type { EmptyConfig, KeepingOptions, MaybePromise, NoServices, StateOf } from "./define-options.js";
import {
  type ConfigSchema,
  definitionMarker,
  type EngineBuildContext,
  type FunctionGroupDefinition,
  type FunctionSchemas,
  type Implementation,
  type Residency,
  type ResolvedServices,
  type ServiceRequests,
} from "./definition.js";
import { checkedConfig } from "./engine-fields.js";
import { checkedState, type StateDeclaration } from "./state-declaration.js";

/** One member of a group: its schemas and description. */
export interface GroupMember {
  /** One sentence for people and models. */
  readonly description?: string;
  /** What a call takes. A schema that is not an object is sent as `{ "value": … }` over HTTP. */
  readonly input: z.ZodType;
  /** The single result. At least one of `output` and `streamOutput` is needed. */
  readonly output?: z.ZodType;
  /** One chunk of a stream. */
  readonly streamOutput?: z.ZodType;
  /** `true` when a call that failed may be made again, with what it does to the world outside. `false` if left out. */
  readonly idempotent?: boolean;
}

/** The members of a group by name: letters, digits, `_` and `-`. Their public names are `<group>__<member>`. */
export type GroupMembers = Readonly<Record<string, GroupMember>>;

type FieldOf<Member, Field extends "output" | "streamOutput"> =
  Member extends Record<Field, infer Schema extends z.ZodType> ? z.input<Schema> : undefined;
type MemberImplementations<Members extends GroupMembers, Call> = {
  readonly [Name in keyof Members]: Implementation<
    z.output<Members[Name]["input"]>,
    FieldOf<Members[Name], "output">,
    FieldOf<Members[Name], "streamOutput">,
    Call
  >;
};

interface GroupOptions<Config, Members, Services> {
  /** The fields the group takes beside `_type`, `include`, `exclude`, `tool_overrides` and `middleware`; none if left out. */
  readonly config?: Config;
  /** The members of the group, by name. */
  readonly functions: Members;
  /** Shared services to hand to `build`, by name. */
  readonly services?: Services;
}

/** Options of {@link defineFunctionGroup}. */
export interface SharedFunctionGroupOptions<
  Config extends ConfigSchema,
  Members extends GroupMembers,
  Services extends ServiceRequests,
> extends GroupOptions<Config, Members, Services> {
  /** Called once when the process starts. Returns the code of every member. */
  build(
    context: BuildContext<z.output<Config>, ResolvedServices<Services>>,
  ): MaybePromise<MemberImplementations<Members, CallContext>>;
}

/** Options of {@link definePerUserFunctionGroup}. */
export interface PerUserFunctionGroupOptions<
  Config extends ConfigSchema,
  Members extends GroupMembers,
  Services extends ServiceRequests,
  StateSchema extends z.ZodType<object> | undefined,
  Items extends CollectionItemSchemas = NoCollections,
> extends GroupOptions<Config, Members, Services> {
  /** What is kept for each user, durably. All members share it. */
  readonly state?: StateSchema extends z.ZodType<object> ? StateDeclaration<StateSchema, z.output<Config>> : undefined;
  /** Lists that may grow long, kept for each user item by item, durably. All members share them. See `Collection`. */
  readonly collections?: CollectionDeclarationsOf<Items>;
  /**
   * `session` when what `build` acquires has to live as long as the session: the user is then never taken out of memory
   * before the session's timeout, whatever `general.max_resident_users` says.
   */
  readonly residency?: Residency;
  /** Called when a user's session wakes up. Returns the code of every member. */
  build(
    context: PerUserBuildContext<z.output<Config>, ResolvedServices<Services>>,
  ): MaybePromise<MemberImplementations<Members, PerUserCallContext<StateOf<StateSchema>, Items>>>;
}

/**
 * Defines a shared function group: several functions with one configuration and one instance per process.
 *
 * @throws TypeError when a member's name has other characters than letters, digits, `_` and `-`, a member has neither an
 * `output` nor a `streamOutput` schema, or `config` has a field of {@link engineFields}.
 */
export function defineFunctionGroup<
  Members extends GroupMembers,
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
>(options: SharedFunctionGroupOptions<Config, Members, Services>): FunctionGroupDefinition {
  return groupDefinition("shared", options, {});
}

/**
 * Defines a per-user function group: several functions that share one configuration and, per user, one durable state
 * and one set of collections.
 *
 * @throws TypeError as {@link defineFunctionGroup}, or when a declaration of state or of collections cannot be kept.
 */
export function definePerUserFunctionGroup<
  Members extends GroupMembers,
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
  StateSchema extends z.ZodType<object> | undefined = undefined,
  Items extends CollectionItemSchemas = NoCollections,
>(options: PerUserFunctionGroupOptions<Config, Members, Services, StateSchema, Items>): FunctionGroupDefinition {
  return groupDefinition("per-user", options, options);
}

function groupDefinition(
  scope: Scope,
  options: GroupOptions<ConfigSchema, GroupMembers, ServiceRequests> & { build(context: never): unknown },
  { state, collections, residency = "dormant" }: KeepingOptions,
): FunctionGroupDefinition {
  const functions = memberSchemas(options.functions);
  return Object.freeze({
    [definitionMarker]: true as const,
    kind: "function_group" as const,
    scope,
    config: checkedConfig("function_group", options.config),
    functions,
    services: options.services ?? {},
    state: checkedState(state),
    collections: checkedCollections(collections),
    residency,
    build: async (context: EngineBuildContext) =>
      builtFunctions(functions, await options.build(context as never), (name) => `${context.name}__${name}`),
  });
}

const memberNamePattern = /^[A-Za-z0-9_-]+$/;

function memberSchemas(members: GroupMembers): Record<string, FunctionSchemas> {
  const schemas: Record<string, FunctionSchemas> = {};
  for (const [name, { description = "", input, output, streamOutput, idempotent = false }] of Object.entries(members)) {
    if (!memberNamePattern.test(name)) {
      throw new TypeError(`"${name}" cannot name a member: use letters, digits, "_" and "-".`);
    }
    if (output === undefined && streamOutput === undefined) {
      throw new TypeError(`The member ${name} needs an output schema, a streamOutput schema, or both.`);
    }
    schemas[name] = Object.freeze({ description, input, output, streamOutput, isIdempotent: idempotent });
  }
  return Object.freeze(schemas);
}
