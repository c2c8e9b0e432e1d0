import { describe, expect } from "vitest";
import { note, notesOf } from "./assistant-client.js";
import { test } from "./workplace.js";

const overrides = { "functions.notepad.max_notes": "5000" };

describe("turns and users", () => {
  test("1,000 parallel calls of one user give 1,000 notes and the counters 1 to 1,000", async ({ workplace }) => {
    const { client } = await workplace.start({ overrides });
    const calls = Array.from({ length: 1_000 }, (_, index) => note(client, "alice", "add", `note ${index}`));
    const replies = await Promise.all(calls);
    const oneTo1000 = Array.from({ length: 1_000 }, (_, index) => index + 1);
    const ascending = (numbers: readonly number[]) => [...numbers].sort((left, right) => left - right);
    expect(ascending(replies.map(({ data }) => data.commands_executed))).toEqual(oneTo1000);
    expect(ascending(replies.map(({ data }) => data.count))).toEqual(oneTo1000);
    const notes = await notesOf(client, "alice");
    expect(new Set(notes)).toEqual(new Set(oneTo1000.map((number) => `note ${number - 1}`)));
    expect(notes).toHaveLength(1_000);
  });

  test("two interleaved users never see each other", async ({ workplace }) => {
    const { client } = await workplace.start({ overrides });
    const write = async (user: string): Promise<void> => {
      for (let turn = 0; turn < 50; turn += 1) {
        await note(client, user, "add", `${user} ${turn}`);
        const notes = await notesOf(client, user);
        expect(notes.filter((text) => !text.startsWith(`${user} `))).toEqual([]);
      }
    };
    await Promise.all([write("alice"), write("bob")]);
    for (const user of ["alice", "bob"]) {
      expect(await notesOf(client, user)).toEqual(Array.from({ length: 50 }, (_, turn) => `${user} ${turn}`));
    }
  });

  test("users whose names differ by case, escapes or length are different users", async ({ workplace }) => {
    const { client } = await workplace.start();
    const names = ["alice", "Alice", "alice%", "alice%20", "a_ice", "alice:bob", "../alice", `${"a".repeat(200)}`];
    for (const name of names) {
      await note(client, name, "add", `of ${name}`);
    }
    for (const name of names) {
      expect(await notesOf(client, name)).toEqual([`of ${name}`]);
    }
  });
});
