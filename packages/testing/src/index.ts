export { createFakeClock, type FakeClock } from "./fake-clock.js";
export { createMemoryCollection } from "./memory-collection.js";
export type { SessionStoreContractCase, SessionStoreContractOptions } from "./session-store-contract/contract-case.js";
export { sessionStoreContract } from "./session-store-contract/session-store-contract.js";
