// Every code of this room.

/** What each code stands for; the text of an occurrence says more. */
export const accessCodes: Readonly<Record<string, string>> = {
  "access/no-session-name": "A user's session name is to be handed on, and users have none",
};
