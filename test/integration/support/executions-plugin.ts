import { definePerUserFunction, z } from "@alcove/plugin-api";

/** What a test lets the runs of {@link executionsPlugin} wait for, and how often they began. */
export class Stage {
  /** The items of runs that have begun, in their order; a run that begins again is in it twice. */
  readonly begun: string[] = [];
  readonly #open = new Map<string, () => void>();
  readonly #gates = new Map<string, Promise<void>>();

  /** Lets the runs of an item that wait at their gate go on. */
  open(item: string): void {
    void this.wait(item);
    this.#open.get(item)?.();
  }

  /** Resolves when the gate of an item is open. */
  wait(item: string): Promise<void> {
    const gate =
      this.#gates.get(item) ??
      new Promise<void>((resolve) => {
        this.#open.set(item, resolve);
      });
    this.#gates.set(item, gate);
    return gate;
  }
}

/**
 * A per-user workflow that orders items: `waits` at the gate of its item, `asks` that many questions, `fails` at its end; it
 * `forgets` a question by asking it without waiting for the answer. `resumable_order` is the same, declared resumable.
 */
export function executionsPlugin(stage: Stage) {
  const order = (resumable: boolean) =>
    definePerUserFunction({
      input: z.object({
        item: z.string(),
        waits: z.boolean().default(false),
        asks: z.int().default(0),
        fails: z.boolean().default(false),
        forgets: z.boolean().default(false),
        timeout: z.number().optional(),
      }),
      output: z.object({ orders: z.array(z.string()), answers: z.array(z.string()) }),
      streamOutput: z.string(),
      state: { version: 1, schema: z.object({ orders: z.array(z.string()) }), initial: () => ({ orders: [] }) },
      resumable,
      build: () => ({
        invoke: run,
        async *stream(input, call) {
          yield `ordering ${input.item}`;
          const { orders } = await run(input, call);
          yield orders.join();
        },
      }),
    });
  async function run(
    { item, waits, asks, fails, forgets, timeout }: Input,
    { state, interaction, signal }: Call,
  ): Promise<Output> {
    stage.begun.push(item);
    state.orders.push(item);
    const answers: string[] = [];
    if (forgets) {
      void interaction.text({ text: `${item}: never mind?` });
    }
    for (let number = 1; number <= asks; number += 1) {
      const text = `${item}: question ${number}?`;
      answers.push(await interaction.text({ text, ...(timeout === undefined ? {} : { timeoutMs: timeout }) }));
    }
    if (waits) {
      await Promise.race([
        stage.wait(item),
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      ]);
    }
    if (fails) {
      throw new RangeError(`no ${item} left`);
    }
    return { orders: [...state.orders], answers };
  }
  return { id: "orders", functions: { order: order(false), resumable_order: order(true) } };
}

interface Input {
  readonly item: string;
  readonly waits: boolean;
  readonly asks: number;
  readonly fails: boolean;
  readonly forgets: boolean;
  readonly timeout?: number | undefined;
}
interface Output {
  readonly orders: string[];
  readonly answers: string[];
}
interface Call {
  readonly state: { orders: string[] };
  readonly interaction: { text(question: { text: string; timeoutMs?: number }): Promise<string> };
  readonly signal: AbortSignal;
}
