import type { ServiceIdentifier } from "inversify";
import type { z } from "zod";
import type { BuildContext, CallContext, Release } from "../contexts.js";
import type { HttpMethod, HttpRouteAccess } from "../http-route-address.js";
import type { Middleware, MiddlewareTarget } from "../middleware.js";
import type { ObjectStoreDriver } from "../object-store-driver.js";
import type { Scope } from "../references.js";
import type { CollectionDeclarations } from "./collection-declaration.js";
import type { StateDeclaration } from "./state-declaration.js";

/** Marks what the `define…` functions return, across copies of this package. */
export const definitionMarker = Symbol.for("@alcove/plugin-api/Definition");

/** The schema of a component's configuration: an object, so that every field has a name and a place in the file. */
export type ConfigSchema = z.ZodObject;

/** The service identifiers a definition asks for, by the names under which `build` receives the services. */
export type ServiceRequests = Readonly<Record<string, ServiceIdentifier>>;

/** The services a {@link ServiceRequests} yields. */
export type ResolvedServices<Requests extends ServiceRequests> = {
  readonly [Name in keyof Requests]: Requests[Name] extends ServiceIdentifier<infer Service> ? Service : never;
};

/** The code of a function: one result, a stream of chunks, or both, as its schemas say. */
export type Implementation<Input, Output, Chunk, Call> = [Output] extends [undefined]
  ? (input: Input, call: Call) => AsyncIterable<Chunk>
  : [Chunk] extends [undefined]
    ? (input: Input, call: Call) => Output | Promise<Output>
    : {
        /** Called where a single result is asked for. */
        readonly invoke: (input: Input, call: Call) => Output | Promise<Output>;
        /** Called where a stream is asked for. */
        readonly stream: (input: Input, call: Call) => AsyncIterable<Chunk>;
      };

/** The schemas and the description of one function, as the engine sees them. */
export interface FunctionSchemas {
  /** One sentence for people and models; empty where there is none. */
  readonly description: string;
  /** What a call takes. */
  readonly input: z.ZodType;
  /** The single result; `undefined` for a function that only streams. */
  readonly output: z.ZodType | undefined;
  /** One chunk of a stream; `undefined` for a function that cannot stream. */
  readonly streamOutput: z.ZodType | undefined;
  /** Whether a call may be made twice. */
  readonly isIdempotent: boolean;
}

/** What the engine may ask of a built function, whatever its schemas. */
export interface BuiltFunction {
  /** Yields the single result; `undefined` for a function that only streams. */
  readonly invoke: ((input: never, call: CallContext) => unknown) | undefined;
  /** Yields the chunks of a stream; `undefined` for a function that cannot stream. */
  readonly stream: ((input: never, call: CallContext) => AsyncIterable<unknown>) | undefined;
}

/** What the engine hands to a definition's `build`: the types are the definition's own, checked by its schemas before. */
export interface EngineBuildContext extends BuildContext<unknown, Readonly<Record<string, unknown>>> {
  /** Set for per-user components. */
  readonly userId: string | undefined;
  /** See `PerUserBuildContext`; nothing a shared component has ever comes to it. */
  onSessionEnd(release: Release): void;
}

/**
 * How long a per-user component stays in memory: `session` until the session is over or the process stops, `dormant`
 * (what components are unless they say otherwise) no longer than memory is plentiful.
 */
export type Residency = "dormant" | "session";

/** What becomes of a run whose client has gone: it is given up, or goes on to its end. */
export type DisconnectPolicy = "abort" | "finish";

interface CommonDefinition {
  readonly [definitionMarker]: true;
  /** Whether there is one instance per process, or one per user session. */
  readonly scope: Scope;
  /** The fields of the configuration beside `_type`. */
  readonly config: ConfigSchema;
  /** The shared services `build` is handed, by name. */
  readonly services: ServiceRequests;
  /** `undefined` for shared components and for per-user ones without state. */
  readonly state: StateDeclaration | undefined;
  /** The long lists of per-user components, by name; none for shared ones. */
  readonly collections: CollectionDeclarations;
  /** What per-user components ask for; `dormant` for shared ones, which live as long as the process anyway. */
  readonly residency: Residency;
}

/** What `defineFunction` and `definePerUserFunction` return. Opaque to plugins; the engine reads it. */
export interface FunctionDefinition extends CommonDefinition, FunctionSchemas {
  /** Tells it from groups. */
  readonly kind: "function";
  /** Whether its runs may be begun again where it is the workflow; `false` unless the definition says so. */
  readonly isResumable: boolean;
  /** What becomes of its runs, where it is what is served; `abort` unless the definition says otherwise. */
  readonly onDisconnect: DisconnectPolicy;
  /** Builds an instance. @throws TypeError when what the definition returns does not fit its schemas. */
  build(context: EngineBuildContext): Promise<BuiltFunction>;
}

/** What `defineFunctionGroup` and `definePerUserFunctionGroup` return. Opaque to plugins; the engine reads it. */
export interface FunctionGroupDefinition extends CommonDefinition {
  /** Tells it from single functions. */
  readonly kind: "function_group";
  /** The schemas of the members, by name. */
  readonly functions: Readonly<Record<string, FunctionSchemas>>;
  /** Builds an instance of every member. @throws TypeError when what the definition returns does not fit its schemas. */
  build(context: EngineBuildContext): Promise<Readonly<Record<string, BuiltFunction>>>;
}

/** What `defineMiddleware` and `definePerUserMiddleware` return. Opaque to plugins; the engine reads it. */
export interface MiddlewareDefinition extends CommonDefinition {
  /** Tells it from functions and groups. */
  readonly kind: "middleware";
  /** Why it must not be put around a function; `undefined` where it may. */
  unsuitable(target: MiddlewareTarget, config: unknown): string | undefined;
  /** Builds an instance. @throws TypeError when what the definition returns is no middleware. */
  build(context: EngineBuildContext): Promise<Middleware>;
}

/** What `defineObjectStore` returns. Opaque to plugins; the engine reads it. */
export interface ObjectStoreDefinition extends CommonDefinition {
  /** Tells it from the others. */
  readonly kind: "object_store";
  /** Stores belong to nobody. */
  readonly scope: "shared";
  /** Opens the store. @throws TypeError when what the definition returns is no driver. */
  build(context: EngineBuildContext): Promise<ObjectStoreDriver>;
}

/** One HTTP route as the engine and the front end see it. Its input has the parts `params`, `query` and, where it takes one, `body`. */
export interface HttpRoute extends FunctionSchemas {
  /** How it is called. */
  readonly method: HttpMethod;
  /** Below the prefix of the plugin, e.g. `/items/{id}`. */
  readonly path: string;
  /** Whom it serves. */
  readonly access: HttpRouteAccess;
  /** The status of its reply when all goes well; 204 where there is no output. */
  readonly status: number;
  /** The parameters of the path. */
  readonly params: z.ZodObject;
  /** The parameters of the query. */
  readonly query: z.ZodObject;
  /** The body; `undefined` for methods that take none. */
  readonly body: z.ZodType | undefined;
}

/** What `defineHttpRoutes` and `definePerUserHttpRoutes` return. Opaque to plugins; the engine reads it. */
export interface HttpRoutesDefinition extends CommonDefinition {
  /** Tells it from functions, groups and middleware. */
  readonly kind: "http_routes";
  /** The routes by their addresses, e.g. `GET /items/{id}`. */
  readonly routes: Readonly<Record<string, HttpRoute>>;
  /** Builds an instance: the function behind every route. @throws TypeError when one is missing. */
  build(context: EngineBuildContext): Promise<Readonly<Record<string, BuiltFunction>>>;
}

/** What `definePerUserService` returns. Opaque to plugins; the engine reads it. */
export interface PerUserServiceDefinition extends CommonDefinition {
  /** Tells it from what has functions, and from shared services. */
  readonly kind: "per_user_service";
  /** What the user's other components ask for it by. */
  readonly service: ServiceIdentifier;
  /** Builds an instance. @throws TypeError when there is none. */
  build(context: EngineBuildContext): Promise<unknown>;
}

/** A component definition of any kind. */
export type ComponentDefinition =
  | FunctionDefinition
  | FunctionGroupDefinition
  | MiddlewareDefinition
  | ObjectStoreDefinition
  | HttpRoutesDefinition
  | PerUserServiceDefinition;

/** What a component type may be a type of. */
export type ComponentKind = ComponentDefinition["kind"];

/** Whether a module's export came from a `define…` function of a component. */
export function isComponentDefinition(value: unknown): value is ComponentDefinition {
  return typeof value === "object" && value !== null && definitionMarker in value && "scope" in value;
}
