import type { ListedSession, SessionDescription } from "@alcove/state";
import { describe, expect, it } from "vitest";
import {
  descriptionAsJson,
  descriptionText,
  SessionTotals,
  sessionAsJson,
  sessionListHeading,
  sessionListRow,
} from "./session-texts.js";

const key = { application: "todo", userId: "7b031fd4-714b-598e-b755-a517d069edc5" };
const figures = {
  revision: 3,
  createdAtMs: Date.UTC(2026, 10, 20),
  lastActivityAtMs: Date.UTC(2026, 10, 21),
  expiresAtMs: Date.UTC(2026, 10, 22),
  isExpired: false,
  runsCompleted: 2,
};
const live: ListedSession = { entry: "session/todo/7b", key, bytes: 120, figures, damaged: undefined };
const expired: ListedSession = { ...live, figures: { ...figures, isExpired: true } };
const damaged: ListedSession = {
  entry: "session/todo/~12",
  key: undefined,
  bytes: 5,
  figures: undefined,
  damaged: "The stored entry session/todo/~12 cannot be read.",
};
const description: SessionDescription = {
  ...live,
  components: [{ name: "notes", version: 2, bytes: 12, value: { notes: ["a"] } }],
  records: [
    { kind: "collection/notes", count: 3, bytes: 30, damaged: 0 },
    { kind: "", count: 1, bytes: 1, damaged: 1 },
  ],
};

describe("the list of sessions", () => {
  it("has its columns below each other, and says what is wrong with a damaged one", () => {
    const lines = [sessionListHeading, sessionListRow(live), sessionListRow(damaged)];
    for (const [name, text] of [
      ["status", "live"],
      ["expires", "2026-11-22"],
      ["bytes", "120"],
    ] as const) {
      expect(lines[1]?.indexOf(text)).toBe(lines[0]?.indexOf(name));
    }
    expect(lines[2]).toContain("(unknown)");
    expect(lines[2]).toMatch(/damaged .* 5 .*session\/todo\/~12 cannot be read/);
  });

  it("ends with how many there are of each kind", () => {
    const totals = new SessionTotals();
    for (const session of [live, live, expired, damaged]) {
      totals.add(session);
    }
    expect(totals.text()).toBe("4 sessions: 2 live, 1 expired, 1 damaged; 365 bytes");
  });

  it("has null in JSON for what nobody can know", () => {
    expect(sessionAsJson(expired)).toEqual({
      user: key.userId,
      status: "expired",
      createdAt: "2026-11-20T00:00:00.000Z",
      lastActivityAt: "2026-11-21T00:00:00.000Z",
      expiresAt: "2026-11-22T00:00:00.000Z",
      runs: 2,
      revision: 3,
      bytes: 120,
      entry: "session/todo/7b",
      damage: null,
    });
    expect(sessionAsJson(damaged)).toMatchObject({ user: null, status: "damaged", createdAt: null, runs: null });
  });
});

describe("the description of a session", () => {
  it("has the values of its components only when they are asked for", () => {
    expect(descriptionAsJson(description, false)["components"]).toEqual([{ name: "notes", version: 2, bytes: 12 }]);
    expect(descriptionAsJson(description, true)["components"]).toEqual(description.components);
    expect(descriptionText(description, false)).not.toContain('"a"');
    expect(descriptionText(description, true)).toContain('"a"');
  });

  it("counts records by kind", () => {
    expect(descriptionText(description, false)).toMatch(/collection\/notes +3 +30 +0\n- +1 +1 +1$/);
  });
});
