// The only door to AWS: calls by name, retries, typed errors, waits. Nothing else imports an SDK client.
export type { AwsCredentials, CredentialOptions } from "./credentials.ts";
export { resolveCredentials } from "./credentials.ts";
export type { Aws, CallerIdentity, CallRecord, OpenOptions } from "./open.ts";
export { openAws } from "./open.ts";
export type { Input, OperationName, Operations, Output, ServiceName } from "./operations.ts";
export type { FailureKind } from "./codes.ts";
export { awsCodes } from "./codes.ts";
export { failureKind, isBusy, isDenied, isExisting, isGone } from "./errors.ts";
export type { Page } from "./pages.ts";
export { allPages } from "./pages.ts";
export type { WaitOptions } from "./wait.ts";
export { pauses, waitFor } from "./wait.ts";
export type { PodIdentityAnswer, PodIdentityCall } from "./eks-auth.ts";
export { assumeRoleForPodIdentity } from "./eks-auth.ts";
