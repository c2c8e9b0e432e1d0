/** A project that cannot be made as it was asked for. The message says why, and what to do instead; nothing has been written. */
export class ProjectRefusedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
