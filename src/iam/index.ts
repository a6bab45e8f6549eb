// Policy documents and their evaluation with a trace. Pure: documents and requests in, decisions out.
export type { ContextValues } from "./context.ts";
export { contextKeysOf, contextOf } from "./context.ts";
export type {
  Condition,
  Effect,
  NamedPolicy,
  PatternElement,
  PolicyDocument,
  PolicyKind,
  PrincipalElement,
  PrincipalEntry,
  Statement,
} from "./document.ts";
export type { Decision, Evaluation, PolicySet } from "./evaluate.ts";
export { evaluate } from "./evaluate.ts";
export { denialReason, describeStatement } from "./explain.ts";
export type { PolicyJson, UsedPermission } from "./least-privilege.ts";
export { leastPrivilegePolicy } from "./least-privilege.ts";
export { packedPolicySize, policySize, policySizeLimits } from "./limits.ts";
export type { ParsedPolicy } from "./parse.ts";
export { parsePolicy } from "./parse.ts";
export { invalidPrincipalText } from "./parse-principal.ts";
export type { ContextLookup } from "./pattern.ts";
export type { Requester } from "./principals.ts";
export type { AccessRequest, Mismatch, StatementTrace } from "./statement.ts";
export type { PolicyScope, ScopeName, WorkloadDefinition } from "./workloads/definition.ts";
export type { WorkloadPolicy } from "./workloads/policy.ts";
export { workloadNamed, workloadPolicy, workloads } from "./workloads/policy.ts";
