import { defineFunctionGroup } from "@alcove/plugin-api";
import { follow } from "./follow.js";
import { members } from "./members.js";
import { httpToolsConfig, policyOf } from "./policy.js";

/** HTTP requests to the origins the configuration allows. Nothing of the user who asks goes along. */
export default defineFunctionGroup({
  config: httpToolsConfig,
  functions: members,
  build({ config }) {
    const policy = policyOf(config);
    return {
      fetch: (input, call) => follow(policy, input, call),
      send: (input, call) => follow(policy, input, call),
    };
  },
});
