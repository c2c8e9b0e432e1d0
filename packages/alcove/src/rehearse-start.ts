import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DisposalReport, type Problem, StartupRefusedError } from "@alcove/plugin-api";
import { type HandleWatch, leakProblem, placesOfOwners } from "@alcove/runtime";
import { Application } from "./application.js";
import {
  type PreparedApplication,
  type PrepareOptions,
  prepareApplication,
  type SoundApplication,
} from "./prepare-application.js";
import { refusedStart } from "./refused-start.js";
import { watchHandles } from "./watch-handles.js";

/** For whom a room is built. Nobody has this id: those of users are hashes of another version. */
const REHEARSING_USER_ID = "00000000-0000-4000-8000-000000000000";

/** How long what is about to close may take to do so. */
const PATIENCE_MS = 1_000;

/**
 * Checks an application as {@link prepareApplication} does, and where it is sound, starts it on a store that is thrown away, builds the
 * room of a user, and closes it all. What plugins do wrong meanwhile is among the problems: what throws or hangs, what is not
 * given back, and what is left open. Serves nobody; but what plugins do when they start, they do.
 */
export async function rehearseStart(options: PrepareOptions): Promise<PreparedApplication> {
  const handles = watchHandles();
  const folder = await mkdtemp(join(tmpdir(), "alcove-rehearsal-"));
  try {
    const prepared = await prepareApplication(options);
    const found = await startAndClose(prepared, join(folder, "sessions.sqlite"), handles);
    return { ...prepared, problems: [...prepared.problems, ...found] };
  } finally {
    handles.stopNoting();
    await rm(folder, { recursive: true, force: true });
  }
}

async function startAndClose(prepared: PreparedApplication, path: string, handles: HandleWatch): Promise<Problem[]> {
  const { config, plan, plugins } = prepared;
  if (config === undefined || plan === undefined) {
    return [];
  }
  const general = { ...config.general, store: { ...config.general.store, path } };
  const sound = { ...prepared, plan, config: { ...config, general } };
  const problems: Problem[] = [];
  try {
    const application = await Application.start(sound, { purpose: "a rehearsal", handles });
    try {
      if (plan.perUserComponents.length > 0) {
        problems.push(...(await unreleased(await application.runtime.rehearseRoom(REHEARSING_USER_ID), sound)));
      }
    } finally {
      problems.push(...(await unreleased(await application.close(), sound)));
    }
  } catch (error) {
    const refused = refusedStart(error, prepared.document);
    if (!(refused instanceof StartupRefusedError)) {
      throw error;
    }
    problems.push(...refused.problems);
  }
  return [...problems, ...(await handles.leftBy(plugins, PATIENCE_MS)).map(leakProblem)];
}

/** What did not go well when things were given back. */
async function unreleased(
  { errors, unfinished, owners }: DisposalReport,
  { document, plan }: SoundApplication,
): Promise<Problem[]> {
  if (errors.length === 0 && unfinished === 0) {
    return [];
  }
  const reasons = [
    ...errors.map((error) =>
      (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replace(/\.$/, ""),
    ),
    ...(unfinished === 0 ? [] : [`${unfinished} had not ended in time (general.shutdown_timeout)`]),
  ];
  const places = await placesOfOwners(plan);
  const [source] = owners.flatMap((owner) => places.get(owner) ?? []);
  return [
    {
      rule: "plugin-leak",
      severity: "error",
      message: `What was acquired was not given back by ${owners.join(", ")}: ${document.redact(reasons.join("; "))}.`,
      source: source ?? document.locate([]),
      remedy: "Mend what is handed to onDispose, onStop of the hooks, or the deactivation of the service.",
    },
  ];
}
