/** The users whose cookies count no more, however well they are signed. */
export interface RevokedUsers {
  /** Whether a user was revoked. No promise where it is known. Throws, or rejects with, errors of the catalogue. */
  isRevoked(userId: string): boolean | Promise<boolean>;
  /** Revokes a user for good. Resolves when that is durable. @throws errors of the catalogue. */
  revoke(userId: string): Promise<void>;
}
