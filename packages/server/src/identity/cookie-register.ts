/**
 * Which of the issued cookies of a user count, however well they are signed. The first cookie of a user is of generation 0,
 * and the one it is renewed with of the next; so one number says which were replaced.
 */
export interface CookieRegister {
  /**
   * The generation from which on a user's cookies count: 0 where nobody has said anything, infinite once the user was revoked. No
   * promise where it is known. Throws, or rejects with, errors of the catalogue.
   */
  oldestValid(userId: string): number | Promise<number>;
  /** Ends a user's cookies of all earlier generations for good. Resolves when that is durable. @throws errors of the catalogue. */
  endEarlier(userId: string, generation: number): Promise<void>;
  /** Revokes a user for good: ends all cookies. Resolves when that is durable. @throws errors of the catalogue. */
  revoke(userId: string): Promise<void>;
}
