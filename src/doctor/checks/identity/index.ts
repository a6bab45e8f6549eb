// Who may enter, which roles nodes and pods have, and RBAC.
import type { Check } from "../../check.ts";
import { agentMissing } from "./agent-missing.ts";
import { annotatedPods } from "./annotated-pods.ts";
import { anonymousAccess } from "./anonymous-access.ts";
import { brokenAwsAuth } from "./broken-aws-auth.ts";
import { clusterAdminBindings } from "./cluster-admin-bindings.ts";
import { cniWithNodeRole } from "./cni-with-node-role.ts";
import { configMapMode } from "./config-map-mode.ts";
import { dangerousRights } from "./dangerous-rights.ts";
import { danglingBinding } from "./dangling-binding.ts";
import { defaultServiceAccount } from "./default-service-account.ts";
import { fargateConfusedDeputy } from "./fargate-confused-deputy.ts";
import { irsaRoleMissing } from "./irsa-role-missing.ts";
import { irsaTrust } from "./irsa-trust.ts";
import { lostPrincipal } from "./lost-principal.ts";
import { mappedTwice } from "./mapped-twice.ts";
import { masters } from "./masters.ts";
import { oidcProviderMissing } from "./oidc-provider-missing.ts";
import { podExec } from "./pod-exec.ts";
import { podsBeforeTheirRole } from "./pods-before-their-role.ts";
import { podsWithNodeRole } from "./pods-with-node-role.ts";
import { rbacWildcards } from "./rbac-wildcards.ts";
import { sessionPrincipals } from "./session-principals.ts";
import { sharedServiceAccount } from "./shared-service-account.ts";
import { singleAdmin } from "./single-admin.ts";
import { staticKeys } from "./static-keys.ts";
import { trustOfService } from "./trust-of-service.ts";
import { twoWaysToARole } from "./two-ways-to-a-role.ts";
import { usersNotRoles } from "./users-not-roles.ts";
import { wideNodeRole } from "./wide-node-role.ts";

/** Checks of the area, by id. */
export const identityChecks: readonly Check[] = [
  singleAdmin,
  lostPrincipal,
  usersNotRoles,
  configMapMode,
  brokenAwsAuth,
  mappedTwice,
  masters,
  clusterAdminBindings,
  anonymousAccess,
  podsWithNodeRole,
  wideNodeRole,
  cniWithNodeRole,
  irsaTrust,
  oidcProviderMissing,
  irsaRoleMissing,
  twoWaysToARole,
  agentMissing,
  podsBeforeTheirRole,
  rbacWildcards,
  dangerousRights,
  podExec,
  defaultServiceAccount,
  sharedServiceAccount,
  danglingBinding,
  annotatedPods,
  staticKeys,
  trustOfService,
  fargateConfusedDeputy,
  sessionPrincipals,
];
