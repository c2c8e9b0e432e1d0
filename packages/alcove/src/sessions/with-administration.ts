import { statSync } from "node:fs";
import { loadConfig } from "@alcove/config";
import { StartupRefusedError, StoreError, systemClock } from "@alcove/plugin-api";
import type { SessionAdministration } from "@alcove/server";
import { openSqliteSessionStore } from "@alcove/state";
import type { ConfigOptions } from "../common-options.js";
import { createLogger } from "../logging/logger.js";
import { clientOfHolder } from "./held-store.js";
import { StoreAdministration } from "./store-administration.js";

/** What a command says about itself. */
export interface AdministrationPurpose {
  /** What it does, for whoever finds the store held by it, e.g. `alcove sessions list`. */
  readonly purpose: string;
  /** Whether a store may be made where there is none. */
  readonly mayCreate?: boolean;
}

/**
 * Lets a task look after the sessions of a configuration: in its store where nobody has it open, else through the server
 * that has. The plugins need not be sound, or even there.
 *
 * @throws StartupRefusedError; STORE_OPEN_FAILED when there is no store; STORE_HELD when who holds it is no server, or does
 * not answer.
 */
export async function withAdministration<Result>(
  { config_file: configFile, override }: ConfigOptions,
  { purpose, mayCreate = false }: AdministrationPurpose,
  task: (administration: SessionAdministration) => Promise<Result>,
): Promise<Result> {
  const { config, problems } = await loadConfig({ file: configFile, overrides: override });
  if (config === undefined) {
    throw new StartupRefusedError(problems);
  }
  const { application, store: place } = config.general;
  if (!mayCreate && isAbsent(place.path)) {
    throw new StoreError("STORE_OPEN_FAILED", `There is no session store ${place.path}.`);
  }
  const logger = createLogger({ level: "warn", format: "pretty", to: 2 });
  const description = { purpose, configFile };
  try {
    const store = await openSqliteSessionStore({ path: place.path, clock: systemClock, logger, description });
    const betweenRuns = (_userId: string, change: () => Promise<void>): Promise<void> => change();
    return await task(new StoreAdministration({ store, application, betweenRuns, logger })).finally(() =>
      store.close(),
    );
  } catch (error) {
    const client = clientOfHolder(error, application);
    if (client === undefined) {
      throw error;
    }
    return task(client);
  }
}

/** Whether there is nothing. Of what cannot be looked at, opening it says what is wrong. */
function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
