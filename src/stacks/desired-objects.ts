// The objects of a cluster that no stack holds.
import type { Cluster } from "../config/index.ts";
import { createContext } from "./context.ts";
import type { DesiredObjects, Known } from "./desired.ts";
import {
  desiredAsgTags,
  desiredKeyPairs,
  desiredLogRetention,
  desiredOidcProvider,
  desiredSuspensions,
} from "./objects/account.ts";
import {
  desiredAccessEntries,
  desiredAddons,
  desiredFargateProfiles,
  desiredIdentityProviders,
  desiredPodIdentities,
} from "./objects/eks.ts";
import {
  desiredAuthMappings,
  desiredCoredns,
  desiredDevicePlugins,
  desiredServiceAccounts,
} from "./objects/kubernetes.ts";

/**
 * What eksctl makes by API call, in AWS and inside Kubernetes, in the order of creation. Pure; to be asked only of a cluster
 * that `desiredStacks` doesn't refuse.
 */
export function desiredObjects(cluster: Cluster, known: Known = {}): DesiredObjects {
  const context = createContext(cluster, known);
  const addons = desiredAddons(context);
  const inPhase = (phase: string): typeof addons => addons.filter((addon) => addon.phase === phase);
  return {
    aws: [
      ...desiredKeyPairs(context),
      ...inPhase("before-nodes"),
      ...desiredOidcProvider(context),
      ...desiredLogRetention(context),
      ...desiredFargateProfiles(context),
      ...desiredAccessEntries(context),
      ...desiredAsgTags(context),
      ...desiredSuspensions(context),
      ...inPhase("after-nodes"),
      ...desiredPodIdentities(context),
      ...desiredIdentityProviders(context),
    ],
    kubernetes: [
      ...desiredServiceAccounts(context),
      ...desiredCoredns(context),
      ...desiredAuthMappings(context),
      ...desiredDevicePlugins(context),
    ],
  };
}
