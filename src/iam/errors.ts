// Every code of this room.

/** What each code stands for; the text of an occurrence says more. */
export const iamCodes: Readonly<Record<string, string>> = {
  "iam/needs-scope": "The policy of a workload can't be made without something that wasn't given",
  "iam/open-scope": "A policy could be narrower, had something been given",
  "iam/too-long": "A policy is longer than a managed policy may be",
  "iam/unknown-workload": "There is no policy for a workload of that name",
};
