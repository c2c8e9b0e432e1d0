import { describe, expect } from "vitest";
import { test } from "./workplace.js";

const addNote = { command: "note", action: "add", param1: "once" };

describe("a request with an Idempotency-Key", () => {
  test("is carried out once, also when the server was killed before the client could read the reply", async ({
    workplace,
  }) => {
    const first = await workplace.start();
    const send = (url: string, body: object, key: string) =>
      fetch(`${url}/generate`, {
        method: "POST",
        headers: { "content-type": "application/json", cookie: "nat-session=alice", "idempotency-key": key },
        body: JSON.stringify(body),
      });
    const sent = await send(first.url, addNote, "k");
    const original = await sent.text();
    expect(sent.headers.get("idempotent-replayed")).toBeNull();
    await first.stop("SIGKILL");

    const second = await workplace.start();
    const retried = await send(second.url, addNote, "k");
    expect(retried.headers.get("idempotent-replayed")).toBe("true");
    expect(await retried.text()).toBe(original);
    const reused = await send(second.url, { ...addNote, param1: "another" }, "k");
    expect([reused.status, ((await reused.json()) as { code: string }).code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    const listed = await second.client.generate("alice", { command: "note", action: "list" });
    expect(listed.json).toMatchObject({ data: { notes: ["once"], commands_executed: 2 } });
  });
});
