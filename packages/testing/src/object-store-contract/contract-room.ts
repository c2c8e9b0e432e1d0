import assert from "node:assert/strict";
import {
  DisposalStack,
  type ObjectStoreDefinition,
  type ObjectStoreDriver,
  type ObjectToStore,
  silentLogger,
} from "@alcove/plugin-api";
import { createFakeClock } from "../fake-clock.js";

/** Which object store the contract suite is to check. */
export interface ObjectStoreContractOptions {
  /** What `defineObjectStore` returned. */
  readonly definition: ObjectStoreDefinition;
  /**
   * The fields of a store that is new and empty, as they are written in a configuration. Called once for each case; without it the
   * type needs no fields.
   */
  readonly config?: () => Promise<unknown> | unknown;
  /** The services the definition asks for, by the names it gives them; none if left out. */
  readonly services?: Readonly<Record<string, unknown>>;
  /** Whether objects outlive the process. Cases about restarts are left out where they do not. */
  readonly survivesRestart: boolean;
}

/** One sentence of the contract. */
export interface ObjectStoreContractCase {
  /** What has to hold, as a sentence. */
  readonly name: string;
  /** Rejects with an `AssertionError` when the store breaks the contract. */
  run(): Promise<void>;
}

/** What a sentence is checked with. The store is closed afterwards, whatever came of it. */
interface ContractRoom {
  readonly driver: ObjectStoreDriver;
  /** Closes the present store, and opens it again with the same fields. */
  restart(): Promise<ObjectStoreDriver>;
}

/** A sentence of the contract, and how to find out whether it holds. */
export interface ContractSentence {
  readonly name: string;
  readonly check: (room: ContractRoom) => Promise<void>;
}

/** Makes a {@link ContractSentence}. */
export function sentence(name: string, check: ContractSentence["check"]): ContractSentence {
  return { name, check };
}

const releaseTimeoutMs = 10_000;

/** Makes the case that checks a sentence on a store of its own, and closes that again. */
export function contractCase(
  options: ObjectStoreContractOptions,
  { name, check }: ContractSentence,
): ObjectStoreContractCase {
  return {
    name,
    async run() {
      const config: unknown = options.definition.config.parse((await options.config?.()) ?? {});
      let open = await openStore(options, config);
      const restart = async (): Promise<ObjectStoreDriver> => {
        await close(open);
        open = await openStore(options, config);
        return open.driver;
      };
      try {
        await check({ driver: open.driver, restart });
      } finally {
        await close(open);
      }
    },
  };
}

interface OpenStore {
  readonly driver: ObjectStoreDriver;
  readonly releases: DisposalStack;
}

async function openStore(
  { definition, services = {} }: ObjectStoreContractOptions,
  config: unknown,
): Promise<OpenStore> {
  const releases = new DisposalStack();
  const driver = await definition.build({
    name: "contract",
    config,
    services,
    logger: silentLogger,
    clock: createFakeClock(Date.now()),
    userId: undefined,
    onDispose: (release) => releases.add(release),
    onSessionEnd: () => undefined,
  });
  return { driver, releases };
}

async function close({ releases }: OpenStore): Promise<void> {
  const { errors, unfinished } = await releases.dispose(releaseTimeoutMs);
  assert.deepEqual({ errors, unfinished }, { errors: [], unfinished: 0 }, "the store was not released cleanly");
}

/** Something to put: the bytes of a text, and whatever else the case is about. */
export function objectOf(text: string, more: Partial<ObjectToStore> = {}): ObjectToStore {
  const body = new TextEncoder().encode(text);
  return { body, contentType: "text/plain", metadata: {}, ifAbsent: false, ...more };
}

/** A signal that never aborts. */
export function untilEnd(): AbortSignal {
  return new AbortController().signal;
}

/** The content of an object as a text; `undefined` where there is none. */
export async function textOf(driver: ObjectStoreDriver, key: string): Promise<string | undefined> {
  const found = await driver.get(key, untilEnd());
  return found && new TextDecoder().decode(found.body);
}

/** The keys of a list. */
export async function listedKeys(
  driver: ObjectStoreDriver,
  { prefix = "", after, limit = 1_000 }: { prefix?: string; after?: string; limit?: number } = {},
): Promise<string[]> {
  const listed = await driver.list({ prefix, after, limit }, untilEnd());
  return listed.map(({ key }) => key);
}
