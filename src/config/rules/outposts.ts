// Control planes and nodes on AWS Outposts.
import type { Rule } from "./rule.ts";
import { defineRule, groupsOf, isSet } from "./rule.ts";

const arnOfOutpost = /^arn:[^:]*:outposts:[^:]*:[^:]*:outpost\/.+/;

const controlPlane: Rule = defineRule({
  code: "config/outpost",
  severity: "error",
  demands: "outpost names an Outpost, with placement groups that fit its kind of etcd.",
  remedy: "See `lotse config explain outpost`",
  *check({ written, config }) {
    const { outpost } = written;
    if (!outpost) return;
    const arn = outpost.controlPlaneOutpostARN ?? "";
    if (arn && !arnOfOutpost.test(arn))
      yield { path: ["outpost", "controlPlaneOutpostARN"], title: `invalid Outpost ARN: ${JSON.stringify(arn)}` };
    const etcd = outpost.etcdInstanceType;
    if (outpost.etcdPlacement && !etcd)
      yield {
        path: ["outpost", "etcdPlacement"],
        title: "outpost.etcdInstanceType is required when outpost.etcdPlacement is specified",
      };
    if (outpost.controlPlanePlacement?.spreadLevel && !etcd)
      yield {
        path: ["outpost", "controlPlanePlacement", "spreadLevel"],
        title: "outpost.etcdInstanceType is required when outpost.controlPlanePlacement.spreadLevel is specified",
      };
    if (outpost.controlPlanePlacement?.groupName && etcd)
      yield {
        path: ["outpost", "controlPlanePlacement", "groupName"],
        title: "outpost.controlPlanePlacement.groupName is not supported when outpost.etcdInstanceType is specified",
      };
    if (etcd && config.accessConfig?.authenticationMode === "CONFIG_MAP")
      yield {
        path: ["accessConfig", "authenticationMode"],
        title:
          "Outpost clusters with EC2 instance store require accessConfig.authenticationMode to be API_AND_CONFIG_MAP or API",
      };
    const { publicAccess, privateAccess } = written.vpc?.clusterEndpoints ?? {};
    if (publicAccess)
      yield {
        path: ["vpc", "clusterEndpoints", "publicAccess"],
        title: "clusterEndpoints.publicAccess cannot be enabled for a cluster on Outposts",
      };
    if (privateAccess === false)
      yield {
        path: ["vpc", "clusterEndpoints", "privateAccess"],
        title: "clusterEndpoints.privateAccess cannot be disabled for a cluster on Outposts",
      };
    if (written.accessConfig?.bootstrapClusterCreatorAdminPermissions === false)
      yield {
        path: ["accessConfig", "bootstrapClusterCreatorAdminPermissions"],
        title: "accessConfig.bootstrapClusterCreatorAdminPermissions can't be set to false on Outposts",
      };
  },
});

const excluded: Rule = defineRule({
  code: "config/outpost-excludes",
  severity: "error",
  demands: "A control plane on an Outpost excludes what EKS doesn't offer there.",
  remedy: "Remove it, or remove outpost",
  *check({ written }) {
    if (!written.outpost) return;
    const things: [string[], unknown, string][] = [
      [["managedNodeGroups"], written.managedNodeGroups, "Managed Nodegroups are not supported on Outposts"],
      [["addons"], written.addons, "Addons are not supported on Outposts"],
      [["identityProviders"], written.identityProviders, "Identity Providers are not supported on Outposts"],
      [["fargateProfiles"], written.fargateProfiles, "Fargate is not supported on Outposts"],
      [["karpenter"], written.karpenter, "Karpenter is not supported on Outposts"],
      [["secretsEncryption"], written.secretsEncryption, "KMS encryption is not supported on Outposts"],
      [
        ["availabilityZones"],
        written.availabilityZones,
        "cannot specify availabilityZones on Outposts; the AZ defaults to the Outpost AZ",
      ],
      [["localZones"], written.localZones, "cannot specify localZones on Outposts; the AZ defaults to the Outpost AZ"],
      [["gitops"], written.gitops, "GitOps is not supported on Outposts"],
      [["iam", "withOIDC"], written.iam?.withOIDC, "iam.withOIDC is not supported on Outposts"],
      [["vpc", "autoAllocateIPv6"], written.vpc?.autoAllocateIPv6, "autoAllocateIPv6 is not supported on Outposts"],
      [["vpc", "publicAccessCIDRs"], written.vpc?.publicAccessCIDRs, "publicAccessCIDRs is not supported on Outposts"],
    ];
    for (const [path, value, title] of things) if (isSet(value)) yield { path, title };
  },
});

const nodeGroups: Rule = defineRule({
  code: "config/outpost-node-group",
  severity: "error",
  demands: "Node groups on an Outpost are self-managed, all on the same one, with gp2 volumes and no zones.",
  remedy: "See `lotse config explain nodeGroups[].outpostARN`",
  *check(context) {
    const { config } = context;
    let first: string | undefined;
    for (const { group, written, managed, path } of groupsOf(context)) {
      const arn = group.outpostARN;
      if (arn && managed)
        yield {
          path: [...path, "outpostARN"],
          title: "Outposts is not supported for managed nodegroups",
          remedy: "Use nodeGroups",
        };
      if (managed) continue;
      if (arn && !arnOfOutpost.test(arn))
        yield { path: [...path, "outpostARN"], title: `invalid Outpost ARN: ${JSON.stringify(arn)}` };
      const controlPlane = config.outpost?.controlPlaneOutpostARN;
      if (arn && controlPlane && arn !== controlPlane)
        yield {
          path: [...path, "outpostARN"],
          title: `nodeGroup.outpostARN must either be empty or match the control plane's Outpost ARN (${arn} != ${controlPlane})`,
        };
      if (arn && first && arn !== first)
        yield {
          path: [...path, "outpostARN"],
          title: `cannot create nodegroups in two different Outposts; got Outpost ARN ${first} and ${arn}`,
        };
      first ??= arn;
      if (arn && !config.outpost && config.privateCluster?.enabled)
        yield {
          path: [...path, "outpostARN"],
          title: "nodeGroup.outpostARN is not supported on a fully-private cluster (privateCluster.enabled)",
        };
      if (!arn && !config.outpost) continue;
      if (written.volumeType && written.volumeType !== "gp2")
        yield {
          path: [...path, "volumeType"],
          title: `cannot set ${JSON.stringify(written.volumeType)} for volumeType; only "gp2" volume types are supported on Outposts`,
        };
      if (isSet(written.instanceSelector))
        yield {
          path: [...path, "instanceSelector"],
          title: "cannot specify instanceSelector for a nodegroup on Outposts",
        };
      for (const key of ["availabilityZones", "localZones"] as const)
        if (isSet(written[key]))
          yield {
            path: [...path, key],
            title: `${key} cannot be specified for a nodegroup on Outposts; the AZ defaults to the Outpost AZ`,
          };
      if (config.outpost && !["AmazonLinux2", "AmazonLinux2023"].includes(group.amiFamily ?? ""))
        yield {
          path: [...path, "amiFamily"],
          title: "only AmazonLinux2 and AmazonLinux2023 is supported on local clusters",
        };
    }
  },
});

const nodesLater: Rule = defineRule({
  code: "config/outpost-nodes-later",
  severity: "warning",
  demands: "Nodes on an Outpost come with the cluster only where its control plane is there too.",
  remedy: "Make the cluster first, then the group with `eksctl create nodegroup`",
  *check({ config, written }) {
    if (config.outpost) return;
    for (const [index, { outpostARN }] of (written.nodeGroups ?? []).entries())
      if (outpostARN)
        yield {
          path: ["nodeGroups", index, "outpostARN"],
          title: "eksctl create cluster makes no nodes on Outposts when the control plane isn't on Outposts",
        };
  },
});

export const outpostRules: readonly Rule[] = [controlPlane, excluded, nodeGroups, nodesLater];
