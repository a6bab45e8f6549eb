// Node groups, images, metadata service, scaling.
import type { Check } from "../../check.ts";
import { amazonLinux2 } from "./amazon-linux-2.ts";
import { autoscalerDiscovery } from "./autoscaler-discovery.ts";
import { autoscalerRole } from "./autoscaler-role.ts";
import { autoscalerVersion } from "./autoscaler-version.ts";
import { clusterHealth } from "./cluster-health.ts";
import { corednsWithoutNodes } from "./coredns-without-nodes.ts";
import { fargateOverlap } from "./fargate-overlap.ts";
import { fargatePods } from "./fargate-pods.ts";
import { fargateStatus } from "./fargate-status.ts";
import { groupHealth } from "./group-health.ts";
import { imdsHopLimit } from "./imds-hop-limit.ts";
import { imdsv1 } from "./imdsv1.ts";
import { karpenterVersion } from "./karpenter-version.ts";
import { kubeletConfig } from "./kubelet-config.ts";
import { noAutoRepair } from "./no-auto-repair.ts";
import { noAutoscaler } from "./no-autoscaler.ts";
import { nodeConditions } from "./node-conditions.ts";
import { nodepoolLimits } from "./nodepool-limits.ts";
import { oldImage } from "./old-image.ts";
import { oldNodes } from "./old-nodes.ts";
import { openSsh } from "./open-ssh.ts";
import { pendingTemplate } from "./pending-template.ts";
import { rootVolumes } from "./root-volumes.ts";
import { selfManaged } from "./self-managed.ts";
import { sharedRole } from "./shared-role.ts";
import { singleZone } from "./single-zone.ts";
import { spotOneType } from "./spot-one-type.ts";
import { untoleratedTaints } from "./untolerated-taints.ts";

/** Checks of the area, by id. */
export const nodesChecks: readonly Check[] = [
  imdsv1,
  imdsHopLimit,
  rootVolumes,
  groupHealth,
  clusterHealth,
  pendingTemplate,
  oldImage,
  amazonLinux2,
  selfManaged,
  singleZone,
  noAutoscaler,
  autoscalerVersion,
  autoscalerDiscovery,
  autoscalerRole,
  karpenterVersion,
  nodepoolLimits,
  spotOneType,
  nodeConditions,
  untoleratedTaints,
  kubeletConfig,
  openSsh,
  noAutoRepair,
  oldNodes,
  fargatePods,
  corednsWithoutNodes,
  fargateStatus,
  fargateOverlap,
  sharedRole,
];
