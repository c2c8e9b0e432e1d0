import { Arena } from "./arena.js";
import { type Complaint, type ComplaintKind, complaintKinds } from "./complaint.js";

/** One way in which the world can treat a server badly. */
export interface Scenario {
  /** Brings a server, and some history, into being. */
  prepare(arena: Arena): Promise<void>;
  /** Does the harm, and counts it in the arena. */
  fault(arena: Arena): Promise<void>;
  /** Finds out what became of what was acknowledged. */
  judge(arena: Arena): Promise<void>;
}

/** A scenario as it is offered. */
export interface ScenarioOffer {
  readonly name: string;
  /** What one fault is. */
  readonly fault: string;
  /** How many faults there are for each kill of a torture. */
  readonly faultsPerKill: number;
  /** Why it cannot be carried out here; `undefined` where it can. */
  readonly missing: () => string | undefined;
  readonly create: () => Scenario;
}

/** How a scenario is to be run. */
export interface ScenarioRun {
  readonly seed: string;
  /** How many faults at least. */
  readonly faults: number;
  /** After this no further fault is begun; no limit when left out. */
  readonly timeLimitMs?: number;
  readonly nodeArguments?: readonly string[];
  /** Whether to end as soon as anything is wrong. */
  readonly endsWithFirstComplaint?: boolean;
}

/** What came of a scenario. */
export interface ScenarioResult {
  readonly scenario: string;
  /** Why it was not carried out; `undefined` if it was. */
  readonly skipped: string | undefined;
  readonly faults: number;
  readonly acknowledged: number;
  readonly counts: Readonly<Record<ComplaintKind, number>>;
  readonly complaints: readonly Complaint[];
  readonly seconds: number;
}

/** What a complaint is about when a scenario could not be carried through. */
export const scenarioComplaintSubject = "the scenario";

/** Runs a scenario in an arena of its own. */
export async function runScenario(offer: ScenarioOffer, run: ScenarioRun): Promise<ScenarioResult> {
  const startedAtMs = performance.now();
  const skipped = offer.missing();
  if (skipped !== undefined) {
    return {
      scenario: offer.name,
      skipped,
      faults: 0,
      acknowledged: 0,
      counts: countsOf([]),
      complaints: [],
      seconds: 0,
    };
  }
  const arena = await Arena.create({
    scenario: offer.name,
    seed: run.seed,
    nodeArguments: run.nodeArguments ?? [],
  });
  try {
    await harm(offer.create(), arena, run, startedAtMs);
    const complaints = arena.complaints.all();
    return {
      scenario: offer.name,
      skipped,
      faults: arena.faults,
      acknowledged: arena.acknowledged,
      counts: countsOf(complaints),
      complaints,
      seconds: (performance.now() - startedAtMs) / 1_000,
    };
  } finally {
    await arena.dispose();
  }
}

async function harm(scenario: Scenario, arena: Arena, run: ScenarioRun, startedAtMs: number): Promise<void> {
  const { faults, timeLimitMs = Number.POSITIVE_INFINITY, endsWithFirstComplaint = false } = run;
  const goesOn = (): boolean =>
    arena.faults < faults &&
    performance.now() - startedAtMs < timeLimitMs &&
    !(endsWithFirstComplaint && arena.complaints.all().length > 0);
  try {
    await scenario.prepare(arena);
    while (goesOn()) {
      await scenario.fault(arena);
      await scenario.judge(arena);
    }
  } catch (error) {
    // A server that does not start, or an observer that cannot read, is a finding like any other.
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    arena.complain([{ kind: "other", subject: scenarioComplaintSubject, detail }]);
  }
}

function countsOf(complaints: readonly Complaint[]): Record<ComplaintKind, number> {
  const count = (kind: ComplaintKind): number => complaints.filter((complaint) => complaint.kind === kind).length;
  return Object.fromEntries(complaintKinds.map((kind) => [kind, count(kind)])) as Record<ComplaintKind, number>;
}
