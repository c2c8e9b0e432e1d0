import type { Logger } from "@alcove/plugin-api";
import type { IdempotencyRequest, ReplyStream } from "@alcove/runtime";
import { errorReply } from "../errors/error-body.js";
import { logFailure } from "../middleware/error-map.js";
import type { RequestContext } from "../request-state.js";
import type { ServedRunner } from "../served-application.js";
import { EventStream } from "../streams/event-stream.js";
import type { FrameOutput } from "../streams/frame-output.js";
import { dataFrame, errorFrame, eventFrame } from "../streams/frames.js";
import { openEventReply } from "../streams/open-event-reply.js";
import type { OpenStreams } from "../streams/open-streams.js";
import type { KeptStream, ResumableStreams } from "../streams/resumable-streams.js";
import type { StepAdaptor } from "../streams/steps.js";
import type { ServedEntry } from "./entry-call.js";
import { interactionEvent } from "./execution-wire.js";
import { streamPlace } from "./resume-stream.js";

/** What a {@link StreamedCall} needs beside the request. */
export interface StreamedCallOptions {
  readonly heartbeatMs: number;
  readonly openStreams: OpenStreams;
  /** Keeps frames for clients that come back; `undefined` where none may. */
  readonly resumableStreams: ResumableStreams | undefined;
  readonly logger: Logger;
  /** Whether runs may ask people something. The question is a frame; the stream stays open, and goes on after the answer. */
  readonly isInteractive: boolean;
}

/** One call whose reply is a stream: brings the frames of its run to the client. */
export class StreamedCall {
  readonly #context: RequestContext;
  readonly #entry: ServedEntry["entry"];
  readonly #userId: string | undefined;
  readonly #options: StreamedCallOptions;
  readonly #events: EventStream;
  #kept: KeptStream | undefined;
  #output: FrameOutput;
  #isOpen = false;
  #hasAsked = false;
  #release: (() => void) | undefined;

  constructor(
    context: RequestContext,
    entry: ServedEntry["entry"],
    userId: string | undefined,
    options: StreamedCallOptions,
  ) {
    this.#context = context;
    this.#entry = entry;
    this.#userId = userId;
    this.#options = options;
    this.#events = new EventStream(context.res, options.heartbeatMs);
    this.#output = this.#events;
  }

  /** Whether the run goes on when the client goes away now: for good, or until it is known to stay away. */
  get outlivesClient(): boolean {
    return this.#hasAsked || (this.#isOpen && this.#kept !== undefined);
  }

  /** Asks the runner for its reply. @throws TOO_MANY_STREAMS, TOO_MANY_STREAMS_OF_USER */
  begin(
    runner: ServedRunner,
    idempotency: IdempotencyRequest | undefined,
    adapt: StepAdaptor | undefined,
  ): Promise<ReplyStream> {
    this.#release = this.#options.openStreams.add(runner, this.#userId);
    this.#keep(runner);
    const output = this.#output;
    if (this.#options.isInteractive && idempotency === undefined) {
      runner.onInteraction((interaction) => {
        if (interaction.prompt.inputType !== "notification") {
          this.#hasAsked = true;
          this.#kept?.finishAlone();
        }
        void output.send(eventFrame("interaction_required", JSON.stringify(interactionEvent(interaction))));
        this.#options.openStreams.hasAsked(runner);
      });
    }
    if (adapt !== undefined) {
      runner.subscribe((step) => {
        const record = adapt(step);
        if (record !== undefined) {
          output.offerStep(record);
        }
      });
    }
    return runner.replyStream(idempotency);
  }

  /** Sends the chunks, the run having begun. Nothing is thrown any more: the headers have left, so that an error can only be a frame. */
  async send({ chunks, isReplayed }: ReplyStream): Promise<void> {
    openEventReply(this.#context, this.#events, isReplayed ? { "idempotent-replayed": "true" } : {});
    this.#isOpen = true;
    if (this.#kept !== undefined) {
      this.#events.onceGone(this.#kept.open(this.#events));
    }
    const output = this.#output;
    try {
      for await (const chunk of chunks) {
        await output.send(dataFrame(chunk));
      }
    } catch (error) {
      const reply = errorReply(error);
      logFailure(this.#options.logger, this.#context, { error, reply });
      await output.send(errorFrame(reply.body));
    } finally {
      output.end();
    }
  }

  /** The call is over, whatever became of it. */
  release(): void {
    this.#release?.();
    if (!this.#isOpen) {
      this.#kept?.discard();
    }
  }

  // A client without a name could not show that it is the one who comes back.
  #keep(runner: ServedRunner): void {
    const { resumableStreams } = this.#options;
    if (resumableStreams === undefined || this.#userId === undefined) {
      return;
    }
    this.#kept = resumableStreams.begin({
      ...streamPlace(this.#context, this.#userId),
      finishesAlone: this.#entry.onDisconnect === "finish",
      abort: () => runner.abort(),
    });
    this.#output = this.#kept ?? this.#events;
  }
}
