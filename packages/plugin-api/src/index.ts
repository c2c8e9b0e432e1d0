export { ContainerModule, inject, injectable, type ServiceIdentifier } from "inversify";
export { z } from "zod";
export { Clock, systemClock } from "./clock.js";
export type { Collection, CollectionItem, CollectionPage, CollectionPageRequest } from "./collection.js";
export type {
  BuildContext,
  CallContext,
  PerUserBuildContext,
  PerUserCallContext,
  Principal,
  Release,
  RequestFacts,
  RunFacts,
} from "./contexts.js";
export type {
  CollectionDeclaration,
  CollectionDeclarations,
  CollectionDeclarationsOf,
  CollectionItemMigration,
  CollectionItemSchemas,
  CollectionsOf,
  NoCollections,
} from "./definitions/collection-declaration.js";
export {
  defineFunction,
  definePerUserFunction,
  type PerUserFunctionOptions,
  type SharedFunctionOptions,
} from "./definitions/define-function.js";
export {
  defineFunctionGroup,
  definePerUserFunctionGroup,
  type GroupMember,
  type GroupMembers,
  type PerUserFunctionGroupOptions,
  type SharedFunctionGroupOptions,
} from "./definitions/define-function-group.js";
export {
  defineHealthCheck,
  type HealthCheckDefinition,
  type HealthCheckOptions,
  isHealthCheckDefinition,
} from "./definitions/define-health-check.js";
export {
  defineHttpRoutes,
  definePerUserHttpRoutes,
  type HttpRouteInput,
  type PerUserHttpRoutesOptions,
  type SharedHttpRouteOptions,
  type SharedHttpRoutesOptions,
} from "./definitions/define-http-routes.js";
export {
  defineLifecycle,
  isLifecycleDefinition,
  type LifecycleDefinition,
  type LifecycleOptions,
} from "./definitions/define-lifecycle.js";
export {
  defineMiddleware,
  definePerUserMiddleware,
  type PerUserMiddlewareOptions,
  type SharedMiddlewareOptions,
} from "./definitions/define-middleware.js";
export { defineObjectStore, type ObjectStoreOptions } from "./definitions/define-object-store.js";
export { definePerUserService, type PerUserServiceOptions } from "./definitions/define-per-user-service.js";
export {
  defineServices,
  isServicesDefinition,
  type ServicesDefinition,
  type ServicesOptions,
} from "./definitions/define-services.js";
export {
  type BuiltFunction,
  type ComponentDefinition,
  type ComponentKind,
  type ConfigSchema,
  type DisconnectPolicy,
  type EngineBuildContext,
  type FunctionDefinition,
  type FunctionGroupDefinition,
  type FunctionSchemas,
  type HttpRoute,
  type HttpRoutesDefinition,
  type Implementation,
  isComponentDefinition,
  type MiddlewareDefinition,
  type ObjectStoreDefinition,
  type PerUserServiceDefinition,
  type Residency,
  type ResolvedServices,
  type ServiceRequests,
} from "./definitions/definition.js";
export { engineFields } from "./definitions/engine-fields.js";
export type { HttpRouteOptions } from "./definitions/http-route.js";
export type { EngineProcessContext, ProcessContext } from "./definitions/process-context.js";
export {
  migrateFrom,
  type StateDeclaration,
  type StateMigration,
  type StateMigrationContext,
} from "./definitions/state-declaration.js";
export { type StateSchemaNature, stateSchemaNature } from "./definitions/state-schema.js";
export { type DisposalReport, DisposalStack } from "./disposal-stack.js";
export { type DurationLimit, duration, durationOrZero } from "./duration-schema.js";
export { AlcoveError, type AlcoveErrorOptions } from "./errors/alcove-error.js";
export { type ErrorCode, errorCatalogue } from "./errors/error-catalogue.js";
export {
  ComponentBuildFailedError,
  FunctionRefusedError,
  type FunctionRefusedOptions,
  InputInvalidError,
  OutputInvalidError,
  ResourceConflictError,
  ResourceNotFoundError,
  type SchemaFault,
  StartupRefusedError,
  StoredStateError,
  StoreError,
  WorkflowError,
} from "./errors/errors.js";
export { didYouMean, nearNames } from "./errors/near-names.js";
export {
  formatLocation,
  formatPath,
  formatProblem,
  formatReport,
  type Problem,
  type ProblemRule,
  problemRules,
  type SourceLocation,
} from "./errors/problem.js";
export { doPathsOverlap, type HttpMethod, type HttpRouteAccess, type HttpRouteAddress } from "./http-route-address.js";
export type {
  ChoiceOption,
  ChoiceQuestion,
  ConfirmQuestion,
  Interaction,
  MultipleChoiceQuestion,
  TextQuestion,
} from "./interaction.js";
export type { JsonValue } from "./json.js";
export { type LogFields, Logger, silentLogger } from "./logger.js";
export {
  BUILT_IN_PLUGIN_ID,
  type ComponentContribution,
  type HttpRoutesContribution,
  MANIFEST_FORMAT,
  type Manifest,
  manifestSchema,
  type ServicesContribution,
} from "./manifest.js";
export type { Middleware, MiddlewareCallContext, MiddlewareTarget, NextCall } from "./middleware.js";
export type {
  ListedObject,
  ObjectFacts,
  ObjectListOptions,
  ObjectPage,
  ObjectPutOptions,
  ObjectStore,
  ObjectStoreHandle,
  StoredObject,
} from "./object-store.js";
export type { ObjectListRequest, ObjectStoreDriver, ObjectToStore } from "./object-store-driver.js";
export {
  type FunctionGroupHandle,
  type FunctionHandle,
  type FunctionRefOptions,
  functionGroupRef,
  functionRef,
  isReference,
  objectStoreRef,
  type Reference,
  type ReferenceKind,
  referenceLabels,
  type Scope,
} from "./references.js";
