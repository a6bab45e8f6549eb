// Every code of this room.

/** What a failed call means to its caller. */
export type FailureKind =
  | "gone"
  | "exists"
  | "busy"
  | "denied"
  | "throttled"
  | "transient"
  | "expired"
  | "credentials"
  | "unreachable"
  | "foreign"
  | "invalid"
  | "failed";

/** The code of each kind of failure. */
export const codeOfKind: Readonly<Record<FailureKind, string>> = {
  gone: "aws/not-found",
  exists: "aws/exists",
  busy: "aws/in-use",
  denied: "aws/denied",
  throttled: "aws/throttled",
  transient: "aws/unavailable",
  expired: "aws/expired-credentials",
  credentials: "aws/bad-credentials",
  unreachable: "aws/unreachable",
  foreign: "aws/not-aws",
  invalid: "aws/invalid",
  failed: "aws/failed",
};

/** What each code stands for; the text of an occurrence says more. */
export const awsCodes: Readonly<Record<string, string>> = {
  "aws/bad-credentials": "AWS doesn't know the credentials, or there are none",
  "aws/call": "Message: a call and how long it took",
  "aws/denied": "The caller lacks a permission",
  "aws/exists": "What was to be made is there already",
  "aws/expired-credentials": "The credentials have expired",
  "aws/failed": "AWS refused a call",
  "aws/in-use": "The thing is in use or being changed",
  "aws/interrupted": "The caller ended it",
  "aws/invalid": "AWS takes the input for wrong",
  "aws/not-aws": "What answers at the endpoint isn't AWS and doesn't speak its protocols",
  "aws/not-found": "There is no such thing",
  "aws/retrying": "Message: a call is being tried again",
  "aws/throttled": "Too many calls, and waiting didn't help",
  "aws/timeout": "Waiting was given up",
  "aws/unavailable": "AWS had a bad moment for too long",
  "aws/unreachable": "Nothing answers at the endpoint",
};
