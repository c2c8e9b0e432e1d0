import { z } from "zod";

/** What can be wrong with a durable state, in the order of the table's columns. */
export const complaintKinds = [
  /** Acknowledged, and not there. */
  "lost",
  /** There twice. */
  "doubled",
  /** Components that one run changes together disagree, or operations stand in an order in which they cannot have run. */
  "torn",
  /** Of another user, or of nobody who ever sent it. */
  "foreign",
  /** Of a session that was over, or known to be absent, and there again. */
  "resurrected",
  /** Answered by an error that says that nothing was changed, and there all the same. */
  "phantom",
  /** Anything else that the scenario does not allow: an error code, an unanswered request, a slow end. */
  "other",
] as const;

/** One of {@link complaintKinds}. */
export type ComplaintKind = (typeof complaintKinds)[number];

/** One thing that is wrong. */
export const complaintSchema = z.object({
  kind: z.enum(complaintKinds),
  /** Who or what it is about; two complaints of one kind about one subject count once. */
  subject: z.string(),
  detail: z.string(),
});

/** One thing that is wrong. */
export type Complaint = z.output<typeof complaintSchema>;

/** Collects complaints, each once. */
export class Complaints {
  readonly #found = new Map<string, Complaint>();

  /** Adds what was not there yet. */
  add(complaints: Iterable<Complaint>): void {
    for (const complaint of complaints) {
      const name = `${complaint.kind} ${complaint.subject}`;
      if (!this.#found.has(name)) {
        this.#found.set(name, complaint);
      }
    }
  }

  /** Everything so far, in the order in which it came. */
  all(): Complaint[] {
    return [...this.#found.values()];
  }

  /** How many there are of one kind. */
  count(kind: ComplaintKind): number {
    return this.all().filter((complaint) => complaint.kind === kind).length;
  }
}
