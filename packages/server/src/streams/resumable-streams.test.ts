import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StreamReader } from "./frame-output.js";
import { ResumableStreams } from "./resumable-streams.js";

const route = "POST /generate/stream";
const alice = { userId: "alice", route };
const bob = { userId: "bob", route };

class Recorder implements StreamReader {
  readonly frames: string[] = [];
  isEnded = false;

  async send(frame: string): Promise<void> {
    this.frames.push(frame);
  }

  end(): void {
    this.isEnded = true;
  }

  /** The id its client comes back with. */
  get lastId(): string {
    return /^id: (\S+)$/m.exec(this.frames.at(-1) ?? "")?.[1] ?? "";
  }

  get data(): string[] {
    return this.frames.flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? []);
  }
}

function streamsOf(limits = {}): ResumableStreams {
  return new ResumableStreams({
    graceMs: 1_000,
    maxStreams: 3,
    maxStreamsPerUser: 2,
    maxCharactersPerStream: 1_000,
    ...limits,
  });
}

/** A stream that was begun, with its reader. */
function begun(streams: ResumableStreams, { place = alice, finishesAlone = false } = {}) {
  const abort = vi.fn();
  const reader = new Recorder();
  const stream = streams.begin({ ...place, finishesAlone, abort });
  if (stream === undefined) {
    throw new Error("There is no room.");
  }
  const leave = stream.open(reader);
  return { stream, reader, leave, abort };
}

function failureOf(find: () => unknown): unknown {
  try {
    return find();
  } catch (error) {
    return error;
  }
}

describe("streams whose clients may come back", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("give who comes back what was missed, and then the rest, in order", async () => {
    const streams = streamsOf();
    const { stream, reader, leave, abort } = begun(streams);
    await stream.send("data: 1\n\n");
    leave();
    await stream.send("data: 2\n\n");
    await vi.advanceTimersByTimeAsync(999);
    const second = new Recorder();
    const found = streams.find(reader.lastId, alice);
    found.resume(second);
    await vi.advanceTimersByTimeAsync(5_000);
    await stream.send("data: 3\n\n");
    stream.end();
    await vi.advanceTimersByTimeAsync(0);
    expect([found.isComplete, reader.data, second.data, second.isEnded]).toEqual([false, ["1"], ["2", "3"], true]);
    expect(abort).not.toHaveBeenCalled();
  });

  it("are given up when the grace is over, and leave no timer", async () => {
    const streams = streamsOf();
    const { leave, abort } = begun(streams);
    leave();
    await vi.advanceTimersByTimeAsync(999);
    expect([abort.mock.calls.length, streams.count]).toEqual([0, 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect([abort.mock.calls.length, streams.count, vi.getTimerCount()]).toEqual([1, 0, 0]);
  });

  it("are kept for the grace after a reply that was read to its end, and then have nothing more", async () => {
    const streams = streamsOf();
    const { stream, reader, leave } = begun(streams);
    await stream.send("data: 1\n\n");
    stream.end();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([streams.find(reader.lastId, alice).isComplete, reader.isEnded]).toEqual([true, true]);
    leave();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([streams.count, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it("go on to their end where the run finishes alone, and are kept for the grace after it", async () => {
    const streams = streamsOf();
    const { stream, reader, leave, abort } = begun(streams);
    stream.finishAlone();
    leave();
    await vi.advanceTimersByTimeAsync(5_000);
    await stream.send("data: 1\n\n");
    stream.end();
    await vi.advanceTimersByTimeAsync(999);
    const late = new Recorder();
    const leaveAgain = streams.find(reader.lastId, alice).resume(late);
    await vi.advanceTimersByTimeAsync(0);
    expect([late.data, late.isEnded]).toEqual([["1"], true]);
    leaveAgain();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([streams.count, abort.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });

  it("tell a stranger, and whoever asks elsewhere, what they tell of one that never was", () => {
    const streams = streamsOf();
    const { reader } = begun(streams);
    const unknown = failureOf(() => streams.find("5f4c2f0e-2c0e-4f6e-9a55-6d2a3c5b8f10.0", alice));
    expect(unknown).toMatchObject({ code: "STREAM_NOT_FOUND" });
    for (const asker of [bob, { userId: "alice", route: "POST /generate/full" }]) {
      expect(failureOf(() => streams.find(reader.lastId, asker))).toMatchObject({
        code: "STREAM_NOT_FOUND",
        message: (unknown as Error).message,
      });
    }
    expect(streams.find(reader.lastId, alice).isComplete).toBe(false);
  });

  it.each(["", ".", ".0", "-1", ".01", ".1", ".1e0", ".99999999999999999999"])(
    "are not found by an id that ends with %j, which no frame has",
    (ending) => {
      const streams = streamsOf();
      const id = begun(streams).reader.lastId.replace(/\.0$/, "");
      const asked = ending === ".0" ? `x${id}${ending}` : `${id}${ending}`;
      expect(failureOf(() => streams.find(asked, alice))).toMatchObject({ code: "STREAM_NOT_FOUND" });
    },
  );

  it("say that what came after a frame is dropped rather than leave it out", async () => {
    const streams = streamsOf({ maxCharactersPerStream: 200 });
    const { stream, reader } = begun(streams);
    const firstId = reader.lastId;
    for (let number = 1; number <= 10; number += 1) {
      await stream.send(`data: ${number}\n\n`);
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(reader.data).toHaveLength(10);
    expect(failureOf(() => streams.find(firstId, alice))).toMatchObject({
      code: "STREAM_NOT_FOUND",
      message: expect.stringContaining("is not kept any more"),
    });
    expect(streams.find(reader.lastId, alice).isComplete).toBe(false);
  });

  it("make room when all places are taken: the oldest that has ended, or whose client stays away", async () => {
    const streams = streamsOf();
    const [first, second] = [begun(streams), begun(streams, { finishesAlone: true })];
    const ofBob = begun(streams, { place: bob });
    const carol = { place: { userId: "carol", route } };
    expect(() => begun(streams, carol)).toThrow("There is no room.");
    second.leave();
    await vi.advanceTimersByTimeAsync(1_000);
    first.stream.end();
    const third = begun(streams, carol);
    expect(() => streams.find(first.reader.lastId, alice)).toThrow();
    begun(streams, carol);
    expect(() => streams.find(second.reader.lastId, alice)).toThrow();
    expect(() => begun(streams, { place: { userId: "dave", route } })).toThrow("There is no room.");
    for (const [{ reader }, place] of [[ofBob, bob] as const, [third, carol.place] as const]) {
      expect(streams.find(reader.lastId, place).isComplete).toBe(false);
    }
    expect([first, second, ofBob, third].flatMap(({ abort }) => abort.mock.calls)).toEqual([]);
  });

  it("let no user take another's places", () => {
    const streams = streamsOf();
    const ofBob = begun(streams, { place: bob });
    ofBob.stream.end();
    const ofAlice = [begun(streams), begun(streams)];
    expect(() => begun(streams)).toThrow("There is no room.");
    ofAlice[1]?.stream.end();
    begun(streams);
    expect(streams.find(ofBob.reader.lastId, bob).isComplete).toBe(true);
    expect(() => streams.find(ofAlice[1]?.reader.lastId ?? "", alice)).toThrow();
  });

  it("forget a user at once, of whom nothing is kept then", () => {
    const streams = streamsOf();
    const [first, second, ofBob] = [begun(streams), begun(streams), begun(streams, { place: bob })];
    first.leave();
    streams.forgetUser("alice");
    expect([streams.count, vi.getTimerCount()]).toEqual([1, 0]);
    expect(() => streams.find(second.reader.lastId, alice)).toThrow();
    second.leave();
    expect([second.abort.mock.calls.length, ofBob.abort.mock.calls.length]).toEqual([1, 0]);
  });

  it("give up a user's runs whose clients are away, also those that would finish alone, but none that has asked its person", async () => {
    const streams = streamsOf({ maxStreams: 5, maxStreamsPerUser: 5 });
    const [away, reading, asking] = [begun(streams), begun(streams), begun(streams)];
    const [alone, ofBob] = [begun(streams, { finishesAlone: true }), begun(streams, { place: bob })];
    asking.stream.finishAlone();
    for (const { leave } of [away, alone, asking, ofBob]) {
      leave();
    }
    streams.giveUpAway("alice");
    expect([away, alone, reading, asking, ofBob].map(({ abort }) => abort.mock.calls.length)).toEqual([1, 1, 0, 0, 0]);
  });

  it("leave nothing behind of a call that got no further than an error", () => {
    const streams = streamsOf();
    streams.begin({ ...alice, finishesAlone: false, abort: vi.fn() })?.discard();
    expect(streams.count).toBe(0);
  });

  it("leave nothing behind when the server stops, and wait for no client any more", async () => {
    const streams = streamsOf();
    const [away, reading] = [begun(streams), begun(streams)];
    const alone = begun(streams, { place: bob, finishesAlone: true });
    away.leave();
    alone.leave();
    streams.close();
    streams.close();
    expect([streams.count, vi.getTimerCount()]).toEqual([0, 0]);
    expect([away, reading, alone].map(({ abort }) => abort.mock.calls.length)).toEqual([1, 0, 0]);
    await reading.stream.send("data: 1\n\n");
    await alone.stream.send(`data: ${"x".repeat(2_000)}\n\n`);
    expect(reading.reader.data).toEqual(["1"]);
    reading.leave();
    alone.stream.end();
    expect([reading.abort.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0]);
    expect(streams.begin({ ...alice, finishesAlone: false, abort: vi.fn() })).toBeUndefined();
  });
});
