import { SqliteAdapter } from "../sqlite-adapter.js";

/** Opens a store, and finds the adapter whose connection it uses: by that a test looks beneath the store, and breaks what is there. */
export async function withAdapter<Store>(
  open: () => Promise<Store>,
): Promise<{ store: Store; adapter: SqliteAdapter }> {
  const { configure } = SqliteAdapter.prototype;
  const configured: SqliteAdapter[] = [];
  SqliteAdapter.prototype.configure = function (this: SqliteAdapter) {
    configured.push(this);
    return configure.call(this);
  };
  try {
    const store = await open();
    const [adapter] = configured;
    if (adapter === undefined) {
      throw new TypeError("The store was opened without configuring an adapter.");
    }
    return { store, adapter };
  } finally {
    SqliteAdapter.prototype.configure = configure;
  }
}
