/** Ends a command with a failure that it has reported itself, so that nothing more is printed. */
export class ReportedFailure extends Error {
  constructor() {
    super("The command has reported why it failed.");
    this.name = new.target.name;
  }
}
