import { startTestAlcove, type TestUser } from "@alcove/testing";
import { describe, expect, it } from "vitest";
import todo from "./todo.js";
import todoRoutes from "./todo-routes.js";

const items = "/plugins/todo/items";

function serve(group: object = {}) {
  return startTestAlcove({
    plugins: [
      { id: "todo", functionGroups: { per_user_todo: todo }, httpRoutes: { per_user_todo_routes: todoRoutes } },
    ],
    config: {
      function_groups: { todo: { _type: "per_user_todo", ...group } },
      http_routes: { list: { _type: "per_user_todo_routes" } },
    },
    isServed: true,
  });
}

async function ask(user: TestUser, method: string, path: string, body?: object): Promise<[number, unknown]> {
  const sent =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const reply = await user.fetch(path, { method, ...sent });
  const text = await reply.text();
  return [reply.status, text === "" ? undefined : JSON.parse(text)];
}

describe("the to-do list over HTTP", { timeout: 60_000 }, () => {
  it("adds, lists, completes and removes the items of whoever asks", async () => {
    await using alcove = await serve();
    const [alice, bob] = [alcove.user("alice"), alcove.user("bob")];
    expect(await ask(alice, "POST", items, { text: "milk" })).toMatchObject([
      201,
      { id: 1, text: "milk", done: false },
    ]);
    const due_at = "2026-11-30T18:00:00+01:00";
    expect(await ask(alice, "POST", items, { text: "tea", due_at })).toMatchObject([201, { id: 2, due_at }]);
    expect(await ask(alice, "PUT", `${items}/1/completion`, {})).toMatchObject([200, { id: 1, done: true }]);
    expect(await ask(alice, "DELETE", `${items}/2`)).toEqual([204, undefined]);
    expect(await ask(alice, "GET", `${items}?limit=1`)).toMatchObject([200, { items: [{ id: 1, done: true }] }]);
    expect(await ask(bob, "GET", items)).toEqual([200, { items: [] }]);
  });

  it("says what is not there, and what does not fit", async () => {
    await using alcove = await serve({ max_items: 1 });
    const alice = alcove.user("alice");
    expect(await ask(alice, "DELETE", `${items}/7`)).toMatchObject([404, { code: "RESOURCE_NOT_FOUND" }]);
    expect(await ask(alice, "PUT", `${items}/7/completion`, {})).toMatchObject([
      404,
      { message: "There is no item 7" },
    ]);
    expect(await ask(alice, "POST", items, { text: " " })).toMatchObject([422, { code: "INPUT_INVALID" }]);
    await ask(alice, "POST", items, { text: "milk" });
    expect(await ask(alice, "POST", items, { text: "tea" })).toMatchObject([409, { code: "RESOURCE_CONFLICT" }]);
  });

  it("serves what its group offers, and says what it does not", async () => {
    await using alcove = await serve({ exclude: ["remove"] });
    expect(await ask(alcove.user("alice"), "DELETE", `${items}/1`)).toMatchObject([
      404,
      { message: "The to-do list todo does not offer 'remove'" },
    ]);
  });
});
