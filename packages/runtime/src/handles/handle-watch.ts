import { type AsyncHook, AsyncLocalStorage, createHook, executionAsyncId } from "node:async_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { DiscoveredPlugin } from "@alcove/plugin-loader";
import { type HandleKind, handleKinds } from "./handle-kinds.js";
import type { HandleOwner } from "./handle-owner.js";
import { type LeftHandle, leftHandles, type OpenHandle } from "./left-handles.js";

/** A step on the way to a handle. Its stack is made into text only when somebody asks for it. */
interface Step {
  readonly stack?: string;
  /** What had led to it, where a callback was between them, and no stack shows both. */
  readonly earlier: Step | undefined;
}

interface WatchedHandle {
  readonly kind: HandleKind;
  readonly owner: HandleOwner | undefined;
  readonly opened: Step;
  readonly resource: WeakRef<object>;
}

const DEEPEST_STACK = 60;
const LOOK_INTERVAL_MS = 10;

/**
 * Notes which timers, sockets, servers, threads and processes are opened while it is on, and by whose code, so that after the end it
 * can be told which plugin has left one open. While it is on, every promise of the process costs a little more.
 */
export class HandleWatch {
  readonly #owners = new AsyncLocalStorage<HandleOwner>();
  readonly #hook: AsyncHook;
  readonly #steps = new Map<number, Step>();
  #handles: WatchedHandle[] = [];
  #isOn = true;

  private constructor() {
    this.#hook = createHook({ init: this.#note });
  }

  /** A watch that is on. Turn it off with {@link stopNoting}. */
  static begin(): HandleWatch {
    const watch = new HandleWatch();
    watch.#hook.enable();
    return watch;
  }

  /** Calls a plugin's code. What it opens, and what opens because of it, belongs to that plugin. */
  within<Result>(owner: HandleOwner, work: () => Result): Result {
    return this.#isOn ? this.#owners.run(owner, work) : work();
  }

  /** Turns it off: it notes nothing any more, and costs nothing. What is open at this moment can still be asked for. */
  stopNoting(): void {
    this.#isOn = false;
    this.#hook.disable();
    this.#owners.disable();
    this.#handles = this.#handles
      .filter(isOpen)
      .map((handle) => ({ ...handle, opened: { stack: stackOf(handle.opened), earlier: undefined } }));
    this.#steps.clear();
  }

  /**
   * What plugins have left open: what was opened by them since the watch began, and keeps the process alive.
   *
   * @param patienceMs How long to wait for what is about to close.
   */
  async leftBy(plugins: readonly DiscoveredPlugin[], patienceMs: number): Promise<LeftHandle[]> {
    const deadlineMs = performance.now() + patienceMs;
    let left = leftHandles(this.#open(), plugins);
    while (left.length > 0 && performance.now() < deadlineMs) {
      await pause(LOOK_INTERVAL_MS);
      left = leftHandles(this.#open(), plugins);
    }
    return left;
  }

  #open(): OpenHandle[] {
    this.#handles = this.#handles.filter(isOpen);
    return this.#handles.map(({ kind, owner, opened }) => ({ kind, owner, stack: stackOf(opened) }));
  }

  readonly #note = (id: number, type: string, _trigger: number, resource: object): void => {
    const kind = handleKinds.get(type);
    const owner = this.#owners.getStore();
    if (type === "PROMISE" || (kind === undefined && owner === undefined)) {
      return;
    }
    const step = { earlier: this.#steps.get(executionAsyncId()) };
    const usualDepth = Error.stackTraceLimit;
    Error.stackTraceLimit = DEEPEST_STACK;
    Error.captureStackTrace(step, this.#note);
    Error.stackTraceLimit = usualDepth;
    if (owner !== undefined) {
      this.#steps.set(id, step);
    }
    if (kind !== undefined) {
      this.#handles.push({ kind, owner, opened: step, resource: new WeakRef(resource) });
    }
  };
}

function stackOf({ stack = "", earlier }: Step): string {
  return earlier === undefined ? stack : `${stack}\n${stackOf(earlier)}`;
}

/** Calls a plugin's code, for a watch if there is one. */
export function calledAs<Result>(handles: HandleWatch | undefined, owner: HandleOwner, work: () => Result): Result {
  return handles === undefined ? work() : handles.within(owner, work);
}

/** Whether a handle is there, and keeps the process alive. */
function isOpen({ resource }: WatchedHandle): boolean {
  const handle = resource.deref();
  if (handle === undefined || !("hasRef" in handle) || typeof handle.hasRef !== "function") {
    return false;
  }
  // A timer that is over goes on to say that it has a reference.
  const isOver = "_destroyed" in handle && handle._destroyed === true;
  return !isOver && handle.hasRef() === true;
}
