import { AlcoveError, z } from "@alcove/plugin-api";
import { ControlClient } from "@alcove/server";

const heldSchema = z.object({ description: z.object({ socket: z.string() }) });

/** What a server that holds a store announces, so that {@link clientOfHolder} finds it. */
export type HolderFacts = z.input<typeof heldSchema>["description"];

/** A client of the server that holds a store, if an error says that one does. */
export function clientOfHolder(error: unknown, application: string): ControlClient | undefined {
  if (!AlcoveError.is(error) || error.code !== "STORE_HELD") {
    return undefined;
  }
  const held = heldSchema.safeParse(error.details);
  return held.success ? new ControlClient({ socketPath: held.data.description.socket, application }) : undefined;
}
