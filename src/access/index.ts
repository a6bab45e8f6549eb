// Who may use a cluster, and getting to it: kubeconfig, tokens' keys, mappings, access entries, the way from one to the other.
export { accessCodes } from "./errors.ts";
export type { AssumedRole, SigningOptions } from "./signing.ts";
export { signingCredentials } from "./signing.ts";
export type { LivingCluster } from "./living-cluster.ts";
export { describeCluster, openCluster } from "./living-cluster.ts";
export type { KubeconfigOptions, TokenProgram } from "./kubeconfig.ts";
export { kubeconfigEntry } from "./kubeconfig.ts";
export type { ClusterView, EffectivePolicy, WhoAmI } from "./who-am-i.ts";
export { whoAmI } from "./who-am-i.ts";
export { lineDiff } from "./diff.ts";
export type { Change, Confirm } from "./aws-auth-store.ts";
export { editAwsAuth, readAwsAuthMap } from "./aws-auth-store.ts";
export type { MappingList, MappingOutcome, MappingRemoval, MappingRequest } from "./mappings.ts";
export { createMappings, deleteMapping, listMappings } from "./mappings.ts";
export type { ListedEntry, NewEntry } from "./entries.ts";
export { readEntries, readEntry } from "./entries.ts";
export type { EntryOutcome, EntryRemoval } from "./entry-changes.ts";
export { accessPolicyOf, createEntries, deleteEntry } from "./entry-changes.ts";
export type { AccessMigration } from "./migration.ts";
export { carryOutMigration, migrationStepText, planAccessMigration } from "./migration.ts";
export type { ListedIdentityProvider, NewIdentityProvider, ProviderWait } from "./identity-providers.ts";
export {
  associateIdentityProvider,
  associationRequest,
  disassociateIdentityProvider,
  readIdentityProvider,
  readIdentityProviders,
} from "./identity-providers.ts";
export { planPodRoles } from "./pod-roles.ts";
