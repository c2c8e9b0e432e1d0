// An application without HTTP: the runtime in this process, on a real SQLite file.

import { silentLogger, systemClock } from "@alcove/plugin-api";
import { Runtime } from "@alcove/runtime";
import { openSqliteSessionStore } from "@alcove/state";
import { prepareApplication, soundApplication } from "alcove";

const surroundings = { logger: silentLogger, clock: systemClock };

/** Opens a store, hands it and the checked configuration to `use`, and closes it. */
export async function withStore({ configFile, overrides = {}, storePath }, use) {
  const { config, plan } = soundApplication(
    await prepareApplication({
      configFile,
      overrides: Object.entries(overrides).map(([path, value]) => ({ path, value })),
    }),
  );
  const store = await openSqliteSessionStore({ path: storePath, ...surroundings });
  try {
    return await use({ config, plan, store });
  } finally {
    await store.close();
  }
}

/** Starts an application, hands `use` the runtime and a function that makes one call as a user, and closes it. */
export async function withApplication({ onCommit, ...options }, use) {
  return withStore(options, async ({ config, plan, store }) => {
    const runtime = await Runtime.start({ plan, config, store: watched(store, onCommit), ...surroundings });
    try {
      return await use({ runtime, call: (userId, input) => callOnce(runtime, userId, input) });
    } finally {
      await runtime.close();
    }
  });
}

async function callOnce(runtime, userId, input) {
  const session = runtime.sessions.session({ userId });
  try {
    return await session.run(input).result();
  } finally {
    session.close();
  }
}

function watched(store, onCommit) {
  if (onCommit === undefined) {
    return store;
  }
  return new Proxy(store, {
    get(target, name) {
      if (name === "commit") {
        return (commit) => {
          onCommit(commit);
          return target.commit(commit);
        };
      }
      const member = target[name];
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
