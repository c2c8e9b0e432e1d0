/** What the process exits with: 0 when all went well, 1 for a failure, 2 when the command line itself is wrong. */
export type ExitCode = 0 | 1 | 2;
