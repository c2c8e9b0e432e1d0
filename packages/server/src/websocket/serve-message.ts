import { AlcoveError, type Logger } from "@alcove/plugin-api";
import type { RunRequest } from "@alcove/runtime";
import { errorReply } from "../errors/error-body.js";
import { writeFailure } from "../middleware/error-map.js";
import type { ServedApplication, ServedRunner } from "../served-application.js";
import { markdownSteps } from "../streams/steps.js";
import type { UserMessage } from "./client-frames.js";
import { inputOf, textOfResult } from "./message-text.js";
import type { SocketRun } from "./socket-run.js";

/** What {@link serveMessage} needs beside the message. */
export interface MessageSurroundings {
  readonly application: ServedApplication;
  readonly userId: string | undefined;
  readonly request: RunRequest;
  readonly requestId: string;
  readonly logger: Logger;
}

/**
 * Carries out what a message asks for. Its frames go to `run`: steps, the chunks of the result, the last of which comes
 * once everything is durable, or an error, and in any case the frame that ends it. Never rejects.
 */
export async function serveMessage(
  message: UserMessage,
  run: SocketRun,
  surroundings: MessageSurroundings,
): Promise<void> {
  const { application, userId, request, requestId, logger } = surroundings;
  try {
    assertServed(message);
    const input = inputOf(message, application);
    const session = application.sessions.session({ userId });
    let result: Promise<void>;
    try {
      const runner = session.run(input, request);
      run.begin(runner);
      runner.onInteraction((interaction) => run.ask(interaction));
      followSteps(runner, run);
      result = message.schema_type === "generate" ? sendSingle(runner, run) : sendStream(runner, run);
    } finally {
      session.close();
    }
    await result;
  } catch (error) {
    const reply = errorReply(error);
    const what = `${request.request?.method} ${request.request?.path} (${message.type})`;
    writeFailure(logger, { what, requestId, isClientGone: run.isAlone }, { error, reply });
    run.sendError(reply.body);
  } finally {
    run.complete();
  }
}

function assertServed({ schema_type: type }: UserMessage): void {
  if (type === "chat" || type === "chat_stream") {
    throw new AlcoveError(
      "SCHEMA_TYPE_UNSUPPORTED",
      `The schema_type ${type} is not served. Send generate for a single result, or generate_stream for a stream.`,
    );
  }
}

function followSteps(runner: ServedRunner, run: SocketRun): void {
  const adapt = markdownSteps();
  runner.subscribe((step) => {
    const record = adapt(step);
    if (record !== undefined) {
      run.offerStep(record);
    }
  });
}

async function sendSingle(runner: ServedRunner, run: SocketRun): Promise<void> {
  const { body } = await runner.reply(undefined);
  await run.sendText(textOfResult(body));
}

async function sendStream(runner: ServedRunner, run: SocketRun): Promise<void> {
  const { chunks } = await runner.replyStream(undefined);
  for await (const chunk of chunks) {
    await run.sendText(textOfResult(chunk));
  }
}
