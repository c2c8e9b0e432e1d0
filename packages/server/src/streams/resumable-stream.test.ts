import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataFrame } from "./frames.js";
import { ResumableStream } from "./resumable-stream.js";

/** Takes frames as long as it is let, as a connection does. */
class Reader {
  readonly frames: string[] = [];
  isEnded = false;
  #room: (() => void) | undefined;
  readonly #isSlow: boolean;

  constructor({ isSlow = false } = {}) {
    this.#isSlow = isSlow;
  }

  send(frame: string): Promise<void> {
    this.frames.push(frame);
    return this.#isSlow
      ? new Promise((resolve) => {
          this.#room = resolve;
        })
      : Promise.resolve();
  }

  /** Makes room for one more frame. */
  read(): Promise<void> {
    this.#room?.();
    return settled();
  }

  end(): void {
    this.isEnded = true;
  }
}

/** Resolves when everything that waits for nothing has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const frameOf = (number: number): string => dataFrame(String(number));
const numbered = (number: number): string => `id: s.${number}\n${frameOf(number)}`;
const frameCharacters = numbered(1).length;
const step = { id: "s", parent_id: "root", type: "markdown", name: "step", payload: "p" };

/** Room for four frames: two that were sent, and two that wait. */
function streamOf({ finishesAlone = false, frames = 4 } = {}): ResumableStream {
  return new ResumableStream({ id: "s", maxCharacters: frames * frameCharacters, finishesAlone });
}

/** Says whether a promise has been kept by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  let isKept = false;
  void promise.then(() => {
    isKept = true;
  });
  await settled();
  return isKept;
}

describe("a stream that is kept", () => {
  it("tells its first reader at once where to come back to, and numbers its frames", async () => {
    const stream = streamOf();
    const reader = new Reader();
    stream.open(reader);
    expect(reader.frames).toEqual(["id: s.0\n\n"]);
    await stream.send(frameOf(1));
    stream.end();
    await settled();
    expect([reader.frames.slice(1), reader.isEnded]).toEqual([[numbered(1)], true]);
  });

  it("makes its run wait for a reader that does not read, and never drops what that has not got", async () => {
    const stream = streamOf();
    const reader = new Reader({ isSlow: true });
    stream.open(reader);
    const sending = [1, 2].map((number) => stream.send(frameOf(number)));
    const waiting = stream.send(frameOf(3));
    expect(await isDone(Promise.all(sending).then(() => undefined))).toBe(true);
    expect(await isDone(waiting)).toBe(false);
    await reader.read();
    expect(await isDone(waiting)).toBe(true);
    for (let count = 0; count < 3; count += 1) {
      await reader.read();
    }
    expect(reader.frames.slice(1)).toEqual([1, 2, 3].map(numbered));
  });

  it("keeps the latest half of what was sent, and says so when more is asked for", async () => {
    const stream = streamOf();
    stream.open(new Reader());
    for (const number of [1, 2, 3, 4, 5]) {
      await stream.send(frameOf(number));
      await settled();
    }
    expect([0, 1, 2, 3, 4, 5, 6].map((sequence) => stream.canResumeAfter(sequence))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it("makes its run wait while nobody reads, once all is full, and goes on with the reader that comes", async () => {
    const stream = streamOf();
    const gone = new Reader();
    stream.open(gone);
    stream.leave(gone);
    for (const number of [1, 2, 3]) {
      await stream.send(frameOf(number));
    }
    const waiting = stream.send(frameOf(4));
    expect(await isDone(waiting)).toBe(false);
    const back = new Reader();
    stream.resume(back, 0);
    expect(await isDone(waiting)).toBe(true);
    expect(back.frames).toEqual([1, 2, 3, 4].map(numbered));
  });

  it("lets a run that finishes alone go on while nobody reads, and drops the oldest frames", async () => {
    const stream = streamOf({ finishesAlone: true });
    for (let number = 1; number <= 10; number += 1) {
      await stream.send(frameOf(number));
    }
    stream.end();
    const back = new Reader();
    expect([stream.canResumeAfter(6), stream.canResumeAfter(7)]).toEqual([false, true]);
    stream.resume(back, 7);
    await settled();
    expect([back.frames.map((frame) => frame.slice(0, 7)), back.isEnded]).toEqual([
      ["id: s.8", "id: s.9", "id: s.1"],
      true,
    ]);
  });

  it("lets a run go on that waits when it is told that it finishes alone, or that nobody comes back", async () => {
    for (const release of [
      (stream: ResumableStream) => stream.finishAlone(),
      (stream: ResumableStream) => stream.forget(),
    ]) {
      const stream = streamOf({ frames: 1 });
      const waiting = stream.send(frameOf(1));
      expect(await isDone(waiting)).toBe(false);
      release(stream);
      expect(await isDone(waiting)).toBe(true);
    }
  });

  it("leaves steps out where too much waits, and says how many", async () => {
    const stream = streamOf();
    await stream.send(frameOf(1));
    stream.offerStep({ ...step, payload: "x".repeat(4 * frameCharacters) });
    stream.offerStep({ ...step, payload: "x".repeat(4 * frameCharacters) });
    void stream.send(frameOf(2));
    const reader = new Reader();
    stream.resume(reader, 1);
    await settled();
    expect(reader.frames).toEqual([`: 2 steps left out, since the client reads too slowly\n\n${numbered(2)}`]);
  });

  it("ends the reader before when another one comes, and is not told by that one's going", async () => {
    const stream = streamOf();
    const first = new Reader();
    const second = new Reader();
    stream.open(first);
    stream.resume(second, 0);
    expect([first.isEnded, stream.leave(first), stream.leave(second), stream.leave(second)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it("gives whoever comes back exactly what it has not got, however often it goes", async () => {
    const moves = fc.array(fc.oneof(fc.constant("send"), fc.constant("settle"), fc.nat(3)), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(moves, async (drawn) => {
        const stream = streamOf({ frames: 400 });
        const got: string[] = [];
        let reader = new Reader();
        stream.open(reader);
        let sent = 0;
        for (const move of drawn) {
          if (move === "send") {
            sent += 1;
            void stream.send(frameOf(sent));
          } else if (move === "settle") {
            await settled();
          } else {
            // The connection breaks: of what was sent the last frames have not arrived.
            stream.leave(reader);
            const frames = reader.frames.filter((frame) => frame !== "id: s.0\n\n");
            got.push(...frames.slice(0, Math.max(0, frames.length - move)));
            reader = new Reader();
            stream.resume(reader, got.length);
          }
        }
        stream.end();
        await settled();
        const all = [...got, ...reader.frames.filter((frame) => frame !== "id: s.0\n\n")];
        expect(all).toEqual(Array.from({ length: sent }, (_, index) => numbered(index + 1)));
      }),
    );
  });
});
