import type { z } from "zod";
import type { BuildContext, CallContext, PerUserBuildContext, PerUserCallContext } from "../contexts.js";
import type { Scope } from "../references.js";
import { builtFunction } from "./built-function.js";
import {
  type CollectionDeclarationsOf,
  type CollectionItemSchemas,
  checkedCollections,
  type NoCollections,
} from "./collection-declaration.js";
import type { EmptyConfig, KeepingOptions, MaybePromise, NoServices, StateOf } from "./define-options.js";
import {
  type ConfigSchema,
  type DisconnectPolicy,
  definitionMarker,
  type EngineBuildContext,
  type FunctionDefinition,
  type Implementation,
  type Residency,
  type ResolvedServices,
  type ServiceRequests,
} from "./definition.js";
import { checkedConfig } from "./engine-fields.js";
import { checkedState, type StateDeclaration } from "./state-declaration.js";

type OutputOf<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

interface FunctionOptions<Config extends ConfigSchema, Input extends z.ZodType, Output, Chunk, Services> {
  /** The fields the component takes beside `_type` and `middleware`; none if left out. Unknown fields are refused. */
  readonly config?: Config;
  /** What a call takes. A schema that is not an object is sent as `{ "value": … }` over HTTP. */
  readonly input: Input;
  /** The single result. At least one of `output` and `streamOutput` is needed. */
  readonly output?: Output;
  /** One chunk of a stream. */
  readonly streamOutput?: Chunk;
  /** One sentence for people and models. */
  readonly description?: string;
  /** Shared services to hand to `build`, by name. */
  readonly services?: Services;
  /**
   * `true` when a call that failed may be made again, with what it does to the world outside. The middleware `retry` is
   * for such functions. `false` if left out.
   */
  readonly idempotent?: boolean;
  /**
   * `true` when a run of it, as the workflow, may be begun again after the process died in the middle of it, or after the
   * session changed while the run waited for a person. It is then called from its beginning, with the same input, on the
   * state as it is then; its questions get the answers they got before. So it has to ask the same whenever
   * its answers were the same, and what it does to the world outside has to bear being done twice.
   */
  readonly resumable?: boolean;
  /**
   * What becomes of a run of it that was called over HTTP and whose client has gone: `abort`, the default, gives it up, and
   * nothing of it is stored; `finish` lets it go on to its end and store what it has changed. It keeps the user's turn
   * for so long; `general.run_timeout` still ends it.
   */
  readonly onDisconnect?: DisconnectPolicy;
}

/** Options of {@link defineFunction}. */
export interface SharedFunctionOptions<
  Config extends ConfigSchema,
  Input extends z.ZodType,
  Output extends z.ZodType | undefined,
  Chunk extends z.ZodType | undefined,
  Services extends ServiceRequests,
> extends FunctionOptions<Config, Input, Output, Chunk, Services> {
  /** Called once when the process starts. Returns the code of the function, or a promise of it. */
  build(
    context: BuildContext<z.output<Config>, ResolvedServices<Services>>,
  ): MaybePromise<Implementation<z.output<Input>, OutputOf<Output>, OutputOf<Chunk>, CallContext>>;
}

/** Options of {@link definePerUserFunction}. */
export interface PerUserFunctionOptions<
  Config extends ConfigSchema,
  Input extends z.ZodType,
  Output extends z.ZodType | undefined,
  Chunk extends z.ZodType | undefined,
  Services extends ServiceRequests,
  StateSchema extends z.ZodType<object> | undefined,
  Items extends CollectionItemSchemas = NoCollections,
> extends FunctionOptions<Config, Input, Output, Chunk, Services> {
  /** What is kept for each user, durably. */
  readonly state?: StateSchema extends z.ZodType<object> ? StateDeclaration<StateSchema, z.output<Config>> : undefined;
  /** Lists that may grow long, kept for each user item by item, durably. See `Collection`. */
  readonly collections?: CollectionDeclarationsOf<Items>;
  /**
   * `session` when what `build` acquires has to live as long as the session: the user is then never taken out of memory
   * before the session's timeout, whatever `general.max_resident_users` says.
   */
  readonly residency?: Residency;
  /** Called when a user's session wakes up. Returns the code of the function, or a promise of it. */
  build(
    context: PerUserBuildContext<z.output<Config>, ResolvedServices<Services>>,
  ): MaybePromise<
    Implementation<z.output<Input>, OutputOf<Output>, OutputOf<Chunk>, PerUserCallContext<StateOf<StateSchema>, Items>>
  >;
}

/**
 * Defines a shared function: one instance for the whole process, with no state of any user.
 *
 * @throws TypeError when there is neither an `output` nor a `streamOutput` schema, or `config` has a field of
 * {@link engineFields}.
 */
export function defineFunction<
  Input extends z.ZodType,
  Output extends z.ZodType | undefined = undefined,
  Chunk extends z.ZodType | undefined = undefined,
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
>(options: SharedFunctionOptions<Config, Input, Output, Chunk, Services>): FunctionDefinition {
  return functionDefinition("shared", options, {});
}

/**
 * Defines a per-user function: one instance per user session, with state and collections that are kept durably for that user.
 *
 * @throws TypeError as {@link defineFunction}, or when a declaration of state or of collections cannot be kept.
 */
export function definePerUserFunction<
  Input extends z.ZodType,
  Output extends z.ZodType | undefined = undefined,
  Chunk extends z.ZodType | undefined = undefined,
  Config extends ConfigSchema = EmptyConfig,
  Services extends ServiceRequests = NoServices,
  StateSchema extends z.ZodType<object> | undefined = undefined,
  Items extends CollectionItemSchemas = NoCollections,
>(options: PerUserFunctionOptions<Config, Input, Output, Chunk, Services, StateSchema, Items>): FunctionDefinition {
  return functionDefinition("per-user", options, options);
}

function functionDefinition(
  scope: Scope,
  options: FunctionOptions<ConfigSchema, z.ZodType, unknown, unknown, ServiceRequests> & {
    build(context: never): unknown;
  },
  { state, collections, residency = "dormant" }: KeepingOptions,
): FunctionDefinition {
  const output = options.output as z.ZodType | undefined;
  const streamOutput = options.streamOutput as z.ZodType | undefined;
  if (output === undefined && streamOutput === undefined) {
    throw new TypeError("A function needs an output schema, a streamOutput schema, or both.");
  }
  return Object.freeze({
    [definitionMarker]: true as const,
    kind: "function" as const,
    scope,
    config: checkedConfig("function", options.config),
    input: options.input,
    output,
    streamOutput,
    description: options.description ?? "",
    services: options.services ?? {},
    state: checkedState(state),
    collections: checkedCollections(collections),
    residency,
    isIdempotent: options.idempotent ?? false,
    isResumable: options.resumable ?? false,
    onDisconnect: options.onDisconnect ?? "abort",
    build: async (context: EngineBuildContext) =>
      builtFunction(context.name, { output, streamOutput }, await options.build(context as never)),
  });
}
