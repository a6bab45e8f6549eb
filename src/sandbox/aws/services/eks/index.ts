// The emulated Amazon EKS: control planes, node groups, Fargate profiles, add-ons, access, updates, versions. Kubernetes
// itself isn't here: what lives inside a cluster is another room's.
import type { ServiceDefinition, TimerDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { addonGone, addonSettled } from "./addon-life.ts";
import { clusterGone, clusterReady, creationFailed, networkMade } from "./cluster-life.ts";
import { groupChanged, groupDrained, groupGone, groupJoined, groupLaunched } from "./nodegroup-life.ts";
import { groupRolled } from "./nodegroup-roll.ts";
import { accessEntryOperations } from "./operations/access-entries.ts";
import { accessPolicyOperations } from "./operations/access-policies.ts";
import { addonCatalogueOperations } from "./operations/addon-catalogue.ts";
import { addonOperations } from "./operations/addons.ts";
import { capabilityChanged, capabilityOperations } from "./operations/capabilities.ts";
import { changeDone, clusterUpdateOperations } from "./operations/cluster-updates.ts";
import { clusterOperations } from "./operations/clusters.ts";
import { fargateOperations, profileGone, profileReady } from "./operations/fargate.ts";
import { identityProviderOperations, providerChanged } from "./operations/identity-providers.ts";
import { insightOperations } from "./operations/insights.ts";
import { nodegroupUpdateOperations } from "./operations/nodegroup-updates.ts";
import { nodegroupOperations } from "./operations/nodegroups.ts";
import { podIdentityOperations } from "./operations/pod-identity.ts";
import { tagOperations, tagsOfArn } from "./operations/tags.ts";
import { updateOperations } from "./operations/updates.ts";
import { versionOperations } from "./operations/versions.ts";
import { eksQuotas } from "./quotas.ts";
import { supportEnded } from "./support-life.ts";

const timers: readonly TimerDefinition[] = [
  networkMade,
  creationFailed,
  clusterReady,
  clusterGone,
  changeDone,
  groupLaunched,
  groupJoined,
  groupChanged,
  groupRolled,
  groupDrained,
  groupGone,
  profileReady,
  profileGone,
  addonSettled,
  addonGone,
  providerChanged,
  capabilityChanged,
  supportEnded,
] as readonly unknown[] as readonly TimerDefinition[];

export const eks: ServiceDefinition = defineService({
  id: "eks",
  iamPrefix: "eks",
  timers,
  quotas: eksQuotas,
  resourceTags: tagsOfArn,
  operations: {
    ...accessEntryOperations,
    ...accessPolicyOperations,
    ...addonCatalogueOperations,
    ...addonOperations,
    ...capabilityOperations,
    ...clusterOperations,
    ...clusterUpdateOperations,
    ...fargateOperations,
    ...identityProviderOperations,
    ...insightOperations,
    ...nodegroupOperations,
    ...nodegroupUpdateOperations,
    ...podIdentityOperations,
    ...tagOperations,
    ...updateOperations,
    ...versionOperations,
  },
});
