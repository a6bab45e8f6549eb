// All rules. A new one goes into the file of its section; nothing else has to know it.
import { accessEntryRules } from "./access-entries.ts";
import { addonRules } from "./addons.ts";
import { autoModeRules } from "./auto-mode.ts";
import { controlPlaneRules } from "./control-plane.ts";
import { endpointRules } from "./endpoints.ts";
import { extraRules } from "./extras.ts";
import { fargateRules } from "./fargate.ts";
import { identityMappingRules } from "./identity-mappings.ts";
import { instanceChoiceRules } from "./instance-choice.ts";
import { instanceTypeRules } from "./instance-types.ts";
import { ipv6Rules } from "./ipv6.ts";
import { launchTemplateRules } from "./launch-template.ts";
import { metadataRules } from "./metadata.ts";
import { nodeAccessRules } from "./node-access.ts";
import { nodeBootstrapRules } from "./node-bootstrap.ts";
import { nodeGroupRules } from "./node-groups.ts";
import { nodeImageRules } from "./node-images.ts";
import { nodeLabelRules } from "./node-labels.ts";
import { nodeUpdateRules } from "./node-updates.ts";
import { nodeVolumeRules } from "./node-volumes.ts";
import { outpostRules } from "./outposts.ts";
import { podIdentityRules } from "./pod-identity.ts";
import { privateClusterRules } from "./private-cluster.ts";
import { remoteNetworkRules } from "./remote-networks.ts";
import { serviceAccountRules } from "./service-accounts.ts";
import { tagRules } from "./tags.ts";
import { vpcRules } from "./vpc.ts";
import { zoneRules } from "./zones.ts";
import type { Rule } from "./rule.ts";

export const rules: readonly Rule[] = [
  ...accessEntryRules,
  ...addonRules,
  ...autoModeRules,
  ...controlPlaneRules,
  ...endpointRules,
  ...extraRules,
  ...fargateRules,
  ...identityMappingRules,
  ...instanceChoiceRules,
  ...instanceTypeRules,
  ...ipv6Rules,
  ...launchTemplateRules,
  ...metadataRules,
  ...nodeAccessRules,
  ...nodeBootstrapRules,
  ...nodeGroupRules,
  ...nodeImageRules,
  ...nodeLabelRules,
  ...nodeUpdateRules,
  ...nodeVolumeRules,
  ...outpostRules,
  ...podIdentityRules,
  ...privateClusterRules,
  ...remoteNetworkRules,
  ...serviceAccountRules,
  ...tagRules,
  ...vpcRules,
  ...zoneRules,
];
