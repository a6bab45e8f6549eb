// Who may do what in the emulated account: credentials, policies, denials.
export type { AccessExplanation, AccessGuard, AccessMode, AccessOptions } from "./guard.ts";
export { accessGuard } from "./guard.ts";
