import { reasonAgainstMounting } from "../faults/small-file-system.js";
import { reasonAgainstTracing } from "../faults/system-calls.js";
import type { ScenarioOffer } from "../scenario.js";
import { ClockJumpScenario } from "./clock-jumps.js";
import { DrainScenario } from "./drain.js";
import { FailingDiskScenario } from "./failing-disk.js";
import { FlippedBytesScenario } from "./flipped-bytes.js";
import { FullDiskScenario } from "./full-disk.js";
import { KillScenario } from "./kill.js";
import { PowerLossScenario } from "./power-loss.js";

/** Every scenario there is, in the order in which they are run. */
export const scenarioOffers: readonly ScenarioOffer[] = [
  { name: "kill", fault: "kill -9", faultsPerKill: 1, missing: () => undefined, create: () => new KillScenario() },
  {
    name: "clock-jumps",
    fault: "clock jump",
    faultsPerKill: 0.2,
    missing: () => undefined,
    create: () => new ClockJumpScenario(),
  },
  {
    name: "flipped-database-bytes",
    fault: "bytes flipped in the database",
    faultsPerKill: 0.5,
    missing: () => undefined,
    create: () => new FlippedBytesScenario("database"),
  },
  {
    name: "flipped-log-bytes",
    fault: "bytes flipped in the write-ahead log",
    faultsPerKill: 0.25,
    missing: () => undefined,
    create: () => new FlippedBytesScenario("log"),
  },
  {
    name: "power-loss",
    fault: "power cut",
    faultsPerKill: 0.5,
    missing: reasonAgainstTracing,
    create: () => new PowerLossScenario(),
  },
  {
    name: "full-disk",
    fault: "disk filled under load",
    faultsPerKill: 0.15,
    missing: reasonAgainstMounting,
    create: () => new FullDiskScenario(),
  },
  {
    name: "failing-disk",
    fault: "load with failing writes and syncs",
    faultsPerKill: 0.1,
    missing: reasonAgainstTracing,
    create: () => new FailingDiskScenario(),
  },
  {
    name: "drain",
    fault: "restart under load",
    faultsPerKill: 0.1,
    missing: () => undefined,
    create: () => new DrainScenario(),
  },
];

/** The scenario of a name. @throws TypeError */
export function offerOf(name: string): ScenarioOffer {
  const offer = scenarioOffers.find((each) => each.name === name);
  if (offer === undefined) {
    const names = scenarioOffers.map((each) => each.name).join(", ");
    throw new TypeError(`There is no scenario "${name}". There are: ${names}.`);
  }
  return offer;
}
