import { z } from "zod";
import { complaintSchema } from "../complaint.js";

const loadSchema = z.object({
  command: z.literal("load"),
  url: z.string(),
  seed: z.string(),
  users: z.array(z.string()).min(1),
  /** How many requests are on their way at any time. */
  workers: z.int().positive(),
  /** After how many replies the load says so, and goes on; never when left out. */
  reportAfterReplies: z.int().nonnegative().optional(),
  /**
   * How long the load goes on while no server answers, in milliseconds; with any of it, requests with a key that are not
   * served are sent again until they are.
   */
  outlastsMs: z.int().nonnegative().default(0),
  /** After how many operations the load ends by itself; only with the server when left out. */
  maxOperations: z.int().positive().optional(),
  /** Error codes that this load has to expect, besides those of runs that are told to fail. */
  expectedCodes: z.array(z.string()).default([]),
  /** How long a run takes at most, of those that are told to take a while. */
  longestRunMs: z.int().nonnegative().default(0),
});

/** What the observer is told to do. */
export const requestSchema = z.object({
  id: z.int(),
  body: z.discriminatedUnion("command", [
    loadSchema,
    /** Ends the load as soon as so many more replies have come. */
    z.object({ command: z.literal("stop-load"), afterReplies: z.int().nonnegative().default(0) }),
    /** Reads users and compares what they hold with what is known; all users when none are named. */
    z.object({ command: z.literal("judge"), url: z.string(), users: z.array(z.string()).optional() }),
    /** Sends the requests with an idempotency key once more whose outcome was never heard. */
    z.object({ command: z.literal("retry"), url: z.string() }),
    /** Notes that sessions are over, so that nothing of them may be seen again. */
    z.object({ command: z.literal("sessions-over"), users: z.array(z.string()) }),
  ]),
});

/** What the observer is told to do. */
export type ObserverRequest = z.output<typeof requestSchema>;

/** The commands of {@link ObserverRequest}, as they are written down. */
export type ObserverCommand = z.input<typeof requestSchema>["body"];

/** The options of a load. */
export type LoadOptions = z.output<typeof loadSchema>;

/** How a load went. Times are by wall clock, which other processes have, too. */
export const loadOutcomeSchema = z.object({
  acknowledged: z.int(),
  /** What was refused, not counting what was told to fail, or never arrived. */
  refusals: z.array(z.object({ operation: z.string(), code: z.string(), sentAtMs: z.number() })),
  /** Operations whose reply never came, or said that nobody knows. */
  unknown: z.array(z.object({ operation: z.string(), sentAtMs: z.number() })),
  /** Who got the beginning of a reply, and no end. */
  halfReplies: z.array(z.string()),
  /** Operations that a retry found to be carried out, though nobody had been answered so. */
  carriedOutUnheard: z.array(z.string()),
  /** How many requests were served only when they were sent again. */
  servedByRetry: z.int(),
});

/** How a load went. */
export type LoadOutcome = z.output<typeof loadOutcomeSchema>;

/** What users hold, as they were read for a judgement. */
export const sightSchema = z.object({
  operations: z.record(z.string(), z.array(z.string())),
  /** Operations of unknown outcome that turned out to be there. */
  turnedOutPresent: z.array(z.string()),
});

/** What users hold, as they were read for a judgement. */
export type Sight = z.output<typeof sightSchema>;

/** What the observer says. */
export const answerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("reply-count-reached") }),
  z.object({ kind: z.literal("complaints"), complaints: z.array(complaintSchema) }),
  z.object({ kind: z.literal("done"), id: z.int(), result: z.unknown().optional() }),
  z.object({ kind: z.literal("failed"), id: z.int(), reason: z.string() }),
]);

/** What the observer says. */
export type ObserverAnswer = z.output<typeof answerSchema>;
