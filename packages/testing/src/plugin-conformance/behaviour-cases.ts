import assert from "node:assert/strict";
import { AlcoveError } from "@alcove/plugin-api";
import type { TestUser } from "../test-alcove/test-user.js";
import type { ConformanceRoom } from "./conformance-room.js";
import { assertSame, type PlayedCall, play } from "./play.js";

/** A sentence every plugin has to make true, and how to find out whether it does. */
export interface ConformanceCase {
  readonly name: string;
  readonly check: (room: ConformanceRoom) => Promise<void>;
}

const USERS_AT_ONCE = 5;

/** What users see of a plugin, whatever it is for. */
export const behaviourCases: readonly ConformanceCase[] = [
  { name: "answers every example, as its manifest promises", check: answersExamples },
  { name: "keeps users apart", check: keepsUsersApart },
  {
    name: "goes on after a restart where it was",
    check: ({ alcove, ...room }) => goesOn({ alcove, ...room }, () => alcove.restart()),
  },
  { name: "goes on after leaving memory where it was", check: (room) => goesOn(room, leaveMemory) },
  { name: "begins anew when a session has expired", check: beginsAnew },
  { name: "serves users at once as it serves them one after the other", check: servesAtOnce },
  { name: "changes nothing in a run that fails", check: changesNothingInFailure },
];

async function answersExamples({ alcove, calls, options }: ConformanceRoom): Promise<void> {
  const failed = (await play(alcove.user("first"), calls, options)).filter((played) => played.failed !== undefined);
  assert(
    failed.length === 0,
    `These calls failed; give inputs that succeed in examples, if these were made up:\n${failed.map((played) => `  ${played.function}: ${played.failed}`).join("\n")}`,
  );
}

/** What a user sees who has never been here before. */
function firstVisit({ alcove, ownCalls, options }: ConformanceRoom, name: string): Promise<PlayedCall[]> {
  return play(alcove.user(name), ownCalls, options);
}

async function keepsUsersApart(room: ConformanceRoom): Promise<void> {
  const alice = await firstVisit(room, "alice");
  const bob = await firstVisit(room, "bob");
  assertSame(
    "Bob, on his first visit, was to see what Alice saw on hers. Keep nothing of a user outside of call.state and collections.",
    bob,
    alice,
  );
}

async function goesOn(room: ConformanceRoom, interrupt: (user: TestUser) => Promise<void>): Promise<void> {
  const { alcove, ownCalls, options } = room;
  const undisturbed = alcove.user("undisturbed");
  await play(undisturbed, ownCalls, options);
  const expected = await play(undisturbed, ownCalls, options);
  const interrupted = alcove.user("interrupted");
  await play(interrupted, ownCalls, options);
  await interrupt(interrupted);
  assertSame(
    "A user whose session was interrupted was to see what an undisturbed one sees. What is to last belongs into call.state or a collection.",
    await play(interrupted, ownCalls, options),
    expected,
  );
}

async function leaveMemory(user: TestUser): Promise<void> {
  try {
    await user.leaveMemory();
  } catch (error) {
    // A component may ask to stay in memory for as long as its session lasts.
    if (!(AlcoveError.is(error) && error.code === "SESSION_BUSY")) {
      throw error;
    }
  }
}

async function beginsAnew(room: ConformanceRoom): Promise<void> {
  const { alcove } = room;
  await firstVisit(room, "expiring");
  await alcove.letPass(alcove.application.config.general.perUserWorkflowTimeoutMs + 1);
  const expired = await firstVisit(room, "expiring");
  assertSame(
    "A user whose session has expired was to see what a new one sees. Keep nothing of a user beyond the session.",
    expired,
    await firstVisit(room, "new"),
  );
}

async function servesAtOnce(room: ConformanceRoom): Promise<void> {
  const expected = await firstVisit(room, "alone");
  const names = Array.from({ length: USERS_AT_ONCE }, (_, index) => `at-once-${index}`);
  for (const played of await Promise.all(names.map((name) => firstVisit(room, name)))) {
    assertSame("One of several users at once was to see what a user alone sees.", played, expected);
  }
}

async function changesNothingInFailure(room: ConformanceRoom): Promise<void> {
  const { alcove, ownCalls } = room;
  const user = alcove.user("unlucky");
  const functionCalls = ownCalls.filter(({ route }) => route === undefined);
  for (const { function: name, input } of functionCalls) {
    await user.callAndFail(name, input);
    assert.deepEqual(await user.stored(), {}, `A run that called ${name} and failed has stored a state.`);
  }
  assertSame(
    "After runs that failed, a user was to see what a new one sees: change call.state and collections only, so that it is undone.",
    await firstVisit(room, "unlucky"),
    await firstVisit(room, "lucky"),
  );
}
