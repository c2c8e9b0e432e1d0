import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Evidence } from "./evidence.js";
import { History } from "./history.js";
import type { LedgerEntry } from "./ledger.js";

const user = "alice";
const now = { askedAt: Number.POSITIVE_INFINITY, isReplay: false };

/** What a sound server would answer that holds these operations. */
function evidenceOf(operations: readonly string[]): Evidence {
  const last = operations.at(-1) ?? "";
  const ballast = last === "" ? "" : `${last} `.repeat(3_000 / last.length).slice(0, 3_000);
  return {
    operation: "",
    operations: [...operations],
    count: operations.length,
    checksum: crc32(operations.map((name) => `${name}\n`).join("")),
    ballast: crc32(ballast),
    latest: operations.slice(-20),
  };
}

function historyOf(
  ...entries: readonly (readonly [kind: Exclude<LedgerEntry["kind"], "session-over">, name: string])[]
) {
  const history = new History();
  for (const [kind, operation] of entries) {
    history.apply(kind === "refused" ? { kind, user, operation, code: "STORE_FULL" } : { kind, user, operation });
  }
  return history;
}

function kindsOf(history: History, evidence: Evidence, judgement = now): string[] {
  return history
    .of(user)
    .judge(evidence, judgement)
    .map(({ kind, subject }) => `${kind} ${subject}`);
}

describe("the history of a user", () => {
  test("finds nothing wrong with what was acknowledged, in order, and with what nobody knows", () => {
    const history = historyOf(["sent", "a"], ["acknowledged", "a"], ["sent", "b"], ["unknown", "b"]);
    expect(kindsOf(history, evidenceOf(["a"]))).toEqual([]);
    expect(kindsOf(history, evidenceOf(["a", "b"]))).toEqual([]);
  });

  test("misses what was acknowledged before the question was sent, and only that", () => {
    const history = historyOf(["sent", "a"], ["acknowledged", "a"], ["sent", "b"], ["acknowledged", "b"]);
    expect(kindsOf(history, evidenceOf(["a"]))).toEqual(["lost b"]);
    expect(kindsOf(history, evidenceOf(["a"]), { askedAt: 4, isReplay: false })).toEqual([]);
    expect(kindsOf(history, evidenceOf(["a"]), { askedAt: Number.POSITIVE_INFINITY, isReplay: true })).toEqual([]);
  });

  test("sees what is there twice, in the wrong order, refused, or sent by nobody", () => {
    const history = historyOf(["sent", "a"], ["acknowledged", "a"], ["sent", "b"], ["acknowledged", "b"]);
    expect(kindsOf(history, evidenceOf(["a", "b", "a"]))).toContain("doubled a");
    expect(kindsOf(history, evidenceOf(["b", "a"]))).toEqual(["torn a"]);
    expect(kindsOf(history, evidenceOf(["a", "b", "c"]))).toEqual(["foreign c"]);
    expect(kindsOf(historyOf(["sent", "a"], ["refused", "a"]), evidenceOf(["a"]))).toEqual(["phantom a"]);
  });

  test("sees components that disagree", () => {
    const history = historyOf(["sent", "a"], ["acknowledged", "a"]);
    const sound = evidenceOf(["a"]);
    for (const torn of [{ count: 0 }, { checksum: 0 }, { ballast: 0 }, { latest: [] }, { operation: "b" }]) {
      expect(kindsOf(history, { ...sound, ...torn })).toEqual(["torn alice"]);
    }
  });

  test("holds a settled outcome against every later answer", () => {
    const unknown = historyOf(["sent", "a"], ["unknown", "a"]);
    expect(unknown.of(user).unsettled()).toEqual(["a"]);
    expect(kindsOf(historyOf(["sent", "a"], ["unknown", "a"], ["present", "a"]), evidenceOf([]))).toEqual(["lost a"]);
    expect(kindsOf(historyOf(["sent", "a"], ["unknown", "a"], ["absent", "a"]), evidenceOf(["a"]))).toEqual([
      "resurrected a",
    ]);
  });

  test("wants nothing of a session that is over, and wants to see nothing of it", () => {
    const history = historyOf(["sent", "a"], ["acknowledged", "a"]);
    history.apply({ kind: "session-over", user });
    expect(kindsOf(history, evidenceOf([]))).toEqual([]);
    expect(kindsOf(history, evidenceOf(["a"]))).toEqual(["resurrected a"]);
  });

  test("takes a request that was sent twice for refused only when both attempts were", () => {
    const twice = [
      ["sent", "a"],
      ["sent", "a"],
      ["refused", "a"],
    ] as const;
    expect(kindsOf(historyOf(...twice), evidenceOf(["a"]))).toEqual([]);
    expect(kindsOf(historyOf(...twice, ["unknown", "a"]), evidenceOf(["a"]))).toEqual([]);
    expect(kindsOf(historyOf(...twice, ["acknowledged", "a"]), evidenceOf([]))).toEqual(["lost a"]);
    expect(kindsOf(historyOf(...twice, ["refused", "a"]), evidenceOf(["a"]))).toEqual(["phantom a"]);
  });
});
