import { definePerUserFunctionGroup } from "@alcove/plugin-api";
import { confirmOrFetch } from "./confirm-or-fetch.js";
import { follow } from "./follow.js";
import { members } from "./members.js";
import { httpToolsConfig, policyOf } from "./policy.js";
import { SeenResponses } from "./seen-responses.js";

/** The same requests, for a user who has what was fetched before confirmed by its server, and not sent again. */
export default definePerUserFunctionGroup({
  config: httpToolsConfig,
  functions: members,
  services: { seen: SeenResponses },
  build({ config, services: { seen } }) {
    const policy = policyOf(config);
    return {
      fetch: (input, call) => confirmOrFetch(policy, seen, input, call),
      send: (input, call) => follow(policy, input, call),
    };
  },
});
