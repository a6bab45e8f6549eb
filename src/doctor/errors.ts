// Every code of this room.

/** What each code stands for; the text of an occurrence says more. */
export const doctorCodes: Readonly<Record<string, string>> = {
  "doctor/bad-baseline": "A baseline file isn't one",
  "doctor/no-check": "There is no check of that id",
};
