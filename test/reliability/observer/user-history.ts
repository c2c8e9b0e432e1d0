import type { Complaint, ComplaintKind } from "../complaint.js";
import { disagreement, type Evidence } from "./evidence.js";

/** What is known of one operation. */
type Knowledge = "sent" | "acknowledged" | "refused" | "unknown" | "present" | "absent" | "over";

interface Operation {
  knowledge: Knowledge;
  /** Moments of the history's own count: when it was first sent, and since when it is known to be stored. */
  readonly sentAt: number;
  answeredAt: number;
  /** With which error it was refused, if it was. */
  code: string;
  /** How often it was sent and has not been answered. */
  openAttempts: number;
}

/** How a reply is to be judged. */
export interface Judgement {
  /** When the request was sent: what was answered before that has to be in it. */
  readonly askedAt: number;
  /** Whether the reply was recorded earlier, so that later operations cannot be in it. */
  readonly isReplay: boolean;
}

/** What one user's session must, may and must not hold, as far as somebody outside can know. */
export class UserHistory {
  readonly #user: string;
  readonly #operations = new Map<string, Operation>();

  constructor(user: string) {
    this.#user = user;
  }

  /**
   * Notes what became of an operation. One that is known to be stored stays so, whatever a repetition of it is answered;
   * it is known not to be only when every attempt was refused; and the first time it was sent counts.
   */
  note(name: string, knowledge: Exclude<Knowledge, "over">, moment: number, code = ""): void {
    const known = this.#operations.get(name);
    const operation = known ?? {
      knowledge,
      sentAt: moment,
      answeredAt: Number.POSITIVE_INFINITY,
      code,
      openAttempts: 0,
    };
    this.#operations.set(name, operation);
    if (knowledge === "sent") {
      operation.openAttempts += 1;
    } else if (knowledge !== "present" && knowledge !== "absent") {
      operation.openAttempts -= 1;
    }
    const isRefusalOfOne = knowledge === "refused" && (operation.openAttempts > 0 || operation.knowledge === "unknown");
    if (!isDurable(operation.knowledge) && !isRefusalOfOne) {
      operation.knowledge = knowledge;
      operation.code = code;
      operation.answeredAt = isDurable(knowledge) ? moment : Number.POSITIVE_INFINITY;
    }
  }

  /** The session is over: nothing of it may be seen again. */
  noteOver(): void {
    for (const operation of this.#operations.values()) {
      operation.knowledge = "over";
    }
  }

  /** The operations of which nobody knows whether they were carried out. */
  unsettled(): string[] {
    return [...this.#operations].filter(([, { knowledge }]) => isOpen(knowledge)).map(([name]) => name);
  }

  /** Whether anything has to be there. */
  hasDurable(): boolean {
    return [...this.#operations.values()].some(({ knowledge }) => isDurable(knowledge));
  }

  /** Everything that is wrong with a reply. */
  judge(evidence: Evidence, judgement: Judgement): Complaint[] {
    const complaints = [...this.#strangers(evidence.operations), ...this.#disordered(evidence.operations)];
    const disagreeing = disagreement(evidence);
    if (disagreeing !== undefined) {
      complaints.push(this.#complaint("torn", this.#user, disagreeing));
    }
    return judgement.isReplay ? complaints : [...complaints, ...this.#missing(evidence.operations, judgement.askedAt)];
  }

  #strangers(found: readonly string[]): Complaint[] {
    const complaints: Complaint[] = [];
    const seen = new Set<string>();
    for (const name of found) {
      const { knowledge = "never sent", code = "" } = this.#operations.get(name) ?? {};
      const kind = seen.has(name) ? "doubled" : strangeKinds[knowledge];
      seen.add(name);
      if (kind !== undefined) {
        complaints.push(
          this.#complaint(kind, name, `(${`${knowledge} ${code}`.trimEnd()}) is in the session of ${this.#user}`),
        );
      }
    }
    return complaints;
  }

  #missing(found: readonly string[], askedAt: number): Complaint[] {
    const seen = new Set(found);
    return [...this.#operations]
      .filter(([name, { knowledge, answeredAt }]) => isDurable(knowledge) && answeredAt < askedAt && !seen.has(name))
      .map(([name]) => this.#complaint("lost", name, `is not among the ${found.length} of ${this.#user}`));
  }

  /** What was answered before another one was sent has to stand before it. */
  #disordered(found: readonly string[]): Complaint[] {
    let latest = { sentAt: 0, name: "" };
    const complaints: Complaint[] = [];
    for (const name of found) {
      const {
        sentAt = 0,
        answeredAt = Number.POSITIVE_INFINITY,
        knowledge = "sent",
      } = this.#operations.get(name) ?? {};
      if (knowledge === "acknowledged" && answeredAt < latest.sentAt) {
        complaints.push(this.#complaint("torn", name, `stands behind ${latest.name}, which was sent after its reply`));
      }
      if (sentAt > latest.sentAt) {
        latest = { sentAt, name };
      }
    }
    return complaints;
  }

  #complaint(kind: ComplaintKind, subject: string, detail: string): Complaint {
    return { kind, subject, detail };
  }
}

const strangeKinds: Readonly<Record<Knowledge | "never sent", ComplaintKind | undefined>> = {
  "never sent": "foreign",
  refused: "phantom",
  absent: "resurrected",
  over: "resurrected",
  sent: undefined,
  acknowledged: undefined,
  unknown: undefined,
  present: undefined,
};

function isOpen(knowledge: Knowledge): boolean {
  return knowledge === "sent" || knowledge === "unknown";
}

function isDurable(knowledge: Knowledge): boolean {
  return knowledge === "acknowledged" || knowledge === "present";
}
