// Who may use a cluster, and getting to it: kubeconfig, tokens' keys, mappings, access entries, the way from one to the other.
export { accessCodes } from "./errors.ts";
export type { AssumedRole, SigningOptions } from "./signing.ts";
export { signingCredentials } from "./signing.ts";
