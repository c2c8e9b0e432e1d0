import { AlcoveError } from "@alcove/plugin-api";
import type { Context, Span, SpanContext } from "@opentelemetry/api";
import { openTelemetry } from "./open-telemetry.js";

const plainName = /^[\w$.]{1,64}$/;

/** A span that has been started, and the context in which what it leads to belongs. */
export class TracedSpan {
  readonly span: Span;
  readonly context: Context;

  constructor(span: Span, parent: Context) {
    this.span = span;
    this.context = openTelemetry().trace.setSpan(parent, span);
  }

  get spanContext(): SpanContext {
    return this.span.spanContext();
  }

  /** Calls with this span as the active one, for libraries that look for it: as far as the process has a context manager. */
  within<Result>(call: () => Result): Result {
    return openTelemetry().context.with(this.context, call);
  }

  /** Ends the span of something that went well. */
  end(): void {
    this.span.end();
  }

  /** Ends the span of something that failed. Of the error there is its kind, and not one word of its message. */
  fail(error: unknown): void {
    const kind = kindOf(error);
    this.span.setAttribute("error.type", kind);
    this.span.setStatus({ code: openTelemetry().SpanStatusCode.ERROR, message: kind });
    this.span.end();
  }
}

/** The code of a coded error; of another one the name of its class, unless that is no name. */
function kindOf(error: unknown): string {
  if (AlcoveError.is(error)) {
    return error.code;
  }
  try {
    const { name } = (error as Error).constructor;
    return plainName.test(name) ? name : "_OTHER";
  } catch {
    return "_OTHER";
  }
}

/** Reads a stream with a span as the active one whenever the source works. */
export async function* iteratedWithin<Item>(
  span: TracedSpan,
  source: () => AsyncIterable<Item>,
): AsyncGenerator<Item, void, undefined> {
  const iterator = span.within(() => source()[Symbol.asyncIterator]());
  let isOver = false;
  try {
    for (;;) {
      const next = await span.within(() => iterator.next());
      if (next.done === true) {
        isOver = true;
        return;
      }
      yield next.value;
    }
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    if (!isOver) {
      await span.within(() => iterator.return?.());
    }
  }
}
