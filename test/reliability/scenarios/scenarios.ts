import type { ScenarioOffer } from "../scenario.js";
import { KillScenario } from "./kill.js";

/** Every scenario there is, in the order in which they are run. */
export const scenarioOffers: readonly ScenarioOffer[] = [
  { name: "kill", fault: "kill -9", missing: () => undefined, create: () => new KillScenario() },
];
