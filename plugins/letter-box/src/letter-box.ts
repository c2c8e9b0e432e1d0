import { definePerUserFunction, objectStoreRef, z } from "@alcove/plugin-api";

const title = z.string().min(1).max(100);
const lettersSchema = z.object({
  /** In the order in which they came; what each says is the object of that key. */
  letters: z.array(z.object({ title, key: z.string() })),
  /** Keys of objects that no letter has any more. */
  discarded: z.array(z.string()),
});

/**
 * Letters of the user's own: the state says which there are, and the object store holds what they say. New content comes
 * under a new key, and what no letter has any more is deleted by a later run: so a run that fails leaves at most litter.
 */
export default definePerUserFunction({
  config: z.object({ files: objectStoreRef({ default: "files" }) }),
  input: z.object({
    action: z.enum(["write", "read", "list", "burn"]).default("list"),
    title: title.default("untitled"),
    text: z.string().max(100_000).default(""),
  }),
  output: z.object({ titles: z.array(z.string()), text: z.string() }),
  description: "Writes, reads, lists and burns letters.",
  state: { version: 1, schema: lettersSchema, initial: () => ({ letters: [], discarded: [] }) },
  build:
    ({ config }) =>
    async ({ action, title, text }, call) => {
      const { state } = call;
      const files = config.files.of(call);
      const discard = (): void => {
        state.discarded.push(...state.letters.filter((letter) => letter.title === title).map(({ key }) => key));
        state.letters = state.letters.filter((letter) => letter.title !== title);
      };
      for (const key of state.discarded.splice(0)) {
        await files.delete(key);
      }
      let read = "";
      if (action === "write") {
        const key = `letters/${crypto.randomUUID()}`;
        await files.put(key, text, { contentType: "text/plain; charset=utf-8" });
        discard();
        state.letters.push({ title, key });
      } else if (action === "burn") {
        discard();
      } else if (action === "read") {
        const letter = state.letters.find((each) => each.title === title);
        read = letter === undefined ? "" : new TextDecoder().decode((await files.get(letter.key)).body);
      }
      return { titles: state.letters.map((letter) => letter.title), text: read };
    },
});
