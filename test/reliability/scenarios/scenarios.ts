import type { ScenarioOffer } from "../scenario.js";
import { ClockJumpScenario } from "./clock-jumps.js";
import { KillScenario } from "./kill.js";

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
