import { type AlcoveConfig, type ConfigDocument, type ConfigOverride, loadConfig } from "@alcove/config";
import { formatProblem, type Problem, StartupRefusedError } from "@alcove/plugin-api";
import type { DiscoveredPlugin } from "@alcove/plugin-loader";
import { type ApplicationPlan, entryFactsOfPlan, planApplication, routesOfPlan } from "@alcove/runtime";
import { insecureIdentityProblem, routeClashes, unusableEndpoints } from "@alcove/server";
import { discoverConfiguredPlugins } from "./discover-configured-plugins.js";

/** Options of {@link prepareApplication}. */
export interface PrepareOptions {
  /** The YAML file; relative to the working directory. */
  readonly configFile: string;
  /** Values that replace those of the file, in their order. */
  readonly overrides?: readonly ConfigOverride[];
  /** Whether the application is to be reachable over HTTP, so that the rules for that hold too. */
  readonly isServed?: boolean;
}

/** An application that has been checked, and of which nothing has been built. */
export interface PreparedApplication {
  /** The file as the caller named it. */
  readonly configFile: string;
  /** `undefined` when the configuration has errors. */
  readonly config: AlcoveConfig | undefined;
  /** `undefined` when anything has errors. */
  readonly plan: ApplicationPlan | undefined;
  /** Finds the file, line and column of whatever stands in the configuration. */
  readonly document: ConfigDocument;
  /** The plugins found, whether they are in use or not. */
  readonly plugins: readonly DiscoveredPlugin[];
  /** Every complaint of the configuration, the manifests, the modules and the dependency graph. */
  readonly problems: readonly Problem[];
  /** Warnings of dependencies that are not installed, for whoever asks after plugins. None of `problems` tells of them. */
  readonly notInstalled: readonly Problem[];
}

/**
 * Loads a configuration, finds its plugins and checks the whole dependency graph. Opens no store, listens nowhere, and
 * never rejects for a user's mistake: all of them are in `problems`.
 */
export async function prepareApplication(options: PrepareOptions): Promise<PreparedApplication> {
  const { configFile, overrides = [] } = options;
  const loaded = await loadConfig({ file: configFile, overrides });
  const { config, readable, components, document, problems: configProblems } = loaded;
  const discovery = await discoverConfiguredPlugins(components, document);
  const { plugins, problems: pluginProblems, refused, hidesTypes, uninstalled, missing: missingPlugins } = discovery;
  const importTimeoutMs = config?.general.pluginStartTimeoutMs;
  const planned =
    components === undefined
      ? undefined
      : await planApplication({
          components,
          document,
          plugins,
          refused,
          hidesTypes,
          uninstalled,
          missingPlugins,
          importTimeoutMs,
        });
  const found = [...configProblems, ...pluginProblems, ...(planned?.problems ?? [])];
  const plan = planned?.plan;
  const scope = planned?.servedScope;
  if (options.isServed === true && readable !== undefined && scope !== undefined) {
    const host = document.locate(["general", "front_end", "host"]);
    const pluginRoutes = plan === undefined ? [] : routesOfPlan(plan);
    found.push(
      ...listOf(config && insecureIdentityProblem(config, scope, host)),
      ...routeClashes(readable, pluginRoutes, document),
      ...(plan === undefined ? [] : await unusableEndpoints(readable, entryFactsOfPlan(plan), document)),
    );
  }
  const problems = withoutRepetitions(found).map((problem) => withoutSecrets(problem, document));
  const isSound = !problems.some(({ severity }) => severity === "error");
  const notInstalled = uninstalled.map(({ problem }) => problem);
  return { configFile, config, plan: isSound ? plan : undefined, document, plugins, problems, notInstalled };
}

/** A prepared application that may be started. */
export type SoundApplication = PreparedApplication & { readonly config: AlcoveConfig; readonly plan: ApplicationPlan };

/**
 * Insists on an application without errors.
 *
 * @throws StartupRefusedError with every problem
 */
export function soundApplication(prepared: PreparedApplication): SoundApplication {
  const { config, plan } = prepared;
  if (config === undefined || plan === undefined) {
    throw new StartupRefusedError(prepared.problems);
  }
  return { ...prepared, config, plan };
}

/** A module that is missing shows when plugins are looked for, and again when it should be imported. */
function withoutRepetitions(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}

/** Schemas and plugins word their own complaints, and may quote a value that came out of the environment. */
function withoutSecrets(problem: Problem, document: ConfigDocument): Problem {
  return { ...problem, message: document.redact(problem.message), remedy: document.redact(problem.remedy) };
}

function listOf<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}
