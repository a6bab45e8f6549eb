// What can't be read makes a check unknown, never a pass.

/** Thrown by a source that may not tell, or can't just now. */
export class Unread extends Error {
  override readonly name = "Unread";
}
