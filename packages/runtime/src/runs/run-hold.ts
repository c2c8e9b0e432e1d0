/** Keeps a session in memory while a run goes on. */
export interface RunHold {
  /** Called by a runner that begins. @throws TypeError when the session is closed. */
  enterRun(): void;
  /** Called by a runner that has ended. */
  leaveRun(): void;
}
