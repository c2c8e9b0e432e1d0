import { definePerUserFunction, z } from "@alcove/plugin-api";

export default definePerUserFunction({
  description: "Greets, and counts its calls, for each user apart.",
  input: z.object({ name: z.string() }),
  output: z.object({ greeting: z.string(), calls: z.number() }),
  state: { version: 1, schema: z.object({ calls: z.number() }), initial: () => ({ calls: 0 }) },
  build() {
    return ({ name }, { state }) => {
      state.calls += 1;
      return { greeting: `Hello, ${name}!`, calls: state.calls };
    };
  },
});
