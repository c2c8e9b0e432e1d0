/** A kind of handle that can keep a process alive, in words, and how it is given back. */
export interface HandleKind {
  readonly one: string;
  readonly many: string;
  /** Completes "…, in onDispose". */
  readonly givenBackBy: string;
}

const connection = { one: "a connection", many: "connections", givenBackBy: "End it" };
const server = { one: "a server", many: "servers", givenBackBy: "Close it" };
const watcher = { one: "a file watcher", many: "file watchers", givenBackBy: "Close it" };

/** By the name Node gives the resource. What is not here comes and goes by itself, or belongs to something that is here. */
export const handleKinds: ReadonlyMap<string, HandleKind> = new Map([
  ["Timeout", { one: "a timer", many: "timers", givenBackBy: "Clear it" }],
  ["TCPSERVERWRAP", server],
  ["PIPESERVERWRAP", server],
  ["WORKER", { one: "a worker thread", many: "worker threads", givenBackBy: "Terminate it" }],
  ["PROCESSWRAP", { one: "a child process", many: "child processes", givenBackBy: "End it" }],
  ["TCPWRAP", connection],
  ["PIPEWRAP", connection],
  ["UDPWRAP", { one: "a UDP socket", many: "UDP sockets", givenBackBy: "Close it" }],
  ["MESSAGEPORT", { one: "a message port", many: "message ports", givenBackBy: "Close it" }],
  ["FSEVENTWRAP", watcher],
  ["STATWATCHER", watcher],
]);
