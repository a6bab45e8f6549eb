// What an account would show of a cluster that eksctl made: its recorded stacks, and EKS objects as the file describes them.
import type { Addon, Cluster as EksCluster, FargateProfile, Nodegroup, Taint } from "@aws-sdk/client-eks";
import type { Cluster } from "../../src/config/index.ts";
import type { Found, FoundStack, LookedUp } from "../../src/plan/index.ts";
import { desiredObjects, type Template } from "../../src/stacks/index.ts";
import type { Recording, RecordedStack } from "./eksctl-golden.ts";
import { recordedValues } from "./eksctl-golden.ts";

const account = "123456789012";

function foundStack(recorded: RecordedStack): FoundStack {
  const outputs = Object.keys(recorded.template.Outputs ?? {}).map((key) => [
    key,
    `arn:aws:iam::${account}:role/${recorded.stackName}-${key}`,
  ]);
  return {
    name: recorded.stackName,
    id: `arn:aws:cloudformation:::stack/${recorded.stackName}/1`,
    status: "CREATE_COMPLETE",
    created: new Date(0),
    tags: Object.fromEntries(recorded.tags.map(({ Key, Value }) => [Key, Value])),
    outputs: Object.fromEntries(outputs) as Record<string, string>,
    capabilities: recorded.capabilities,
    terminationProtection: true,
    template: recorded.template,
  };
}

const resource = (template: Template, type: string): Record<string, unknown> =>
  Object.values(template.Resources).find(({ Type }) => Type === type)?.Properties ?? {};

function controlPlane(cluster: Cluster, template: Template, recording: Recording): EksCluster {
  const { name, region } = cluster.config.metadata;
  const known = recordedValues(recording, name, region);
  const properties = resource(template, "AWS::EKS::Cluster") as {
    Version: string;
    ResourcesVpcConfig: { EndpointPublicAccess: boolean; EndpointPrivateAccess: boolean; PublicAccessCidrs?: string[] };
    AccessConfig: { AuthenticationMode: string };
    Logging?: { ClusterLogging: { EnabledTypes: { Type: string }[] } };
    EncryptionConfig?: { Provider: { KeyArn: string } }[];
    UpgradePolicy?: { SupportType: string };
  };
  const [encryption] = properties.EncryptionConfig ?? [];
  return {
    name,
    arn: `arn:aws:eks:${region}:${account}:cluster/${name}`,
    version: properties.Version,
    status: "ACTIVE",
    endpoint: known.endpoint,
    certificateAuthority: { data: known.ca },
    identity: { oidc: { issuer: known.issuer } },
    resourcesVpcConfig: {
      endpointPublicAccess: properties.ResourcesVpcConfig.EndpointPublicAccess,
      endpointPrivateAccess: properties.ResourcesVpcConfig.EndpointPrivateAccess,
      publicAccessCidrs: properties.ResourcesVpcConfig.PublicAccessCidrs ?? ["0.0.0.0/0"],
    },
    kubernetesNetworkConfig: { serviceIpv4Cidr: known.serviceCidr },
    logging: {
      clusterLogging: [
        {
          enabled: true,
          types: (properties.Logging?.ClusterLogging.EnabledTypes ?? []).map(({ Type }) => Type) as never,
        },
      ],
    },
    accessConfig: { authenticationMode: properties.AccessConfig.AuthenticationMode as "API" },
    upgradePolicy: { supportType: (properties.UpgradePolicy?.SupportType ?? "EXTENDED") as "EXTENDED" },
    ...(encryption && {
      encryptionConfig: [{ resources: ["secrets"], provider: { keyArn: encryption.Provider.KeyArn } }],
    }),
    tags: { ...cluster.config.metadata.tags, Name: `eksctl-${name}-cluster/ControlPlane` },
  };
}

function nodeGroup(template: Template): Nodegroup {
  const properties = resource(template, "AWS::EKS::Nodegroup") as {
    ScalingConfig: { MinSize: number; MaxSize: number; DesiredSize: number };
    UpdateConfig?: { MaxUnavailable?: number; MaxUnavailablePercentage?: number };
    Labels?: Record<string, string>;
    Taints?: { Key: string; Value?: string; Effect: NonNullable<Taint["effect"]> }[];
  };
  const { MinSize, MaxSize, DesiredSize } = properties.ScalingConfig;
  const { MaxUnavailable, MaxUnavailablePercentage } = properties.UpdateConfig ?? {};
  return {
    status: "ACTIVE",
    labels: properties.Labels ?? {},
    taints: (properties.Taints ?? []).map(({ Key, Value = "", Effect }) => ({
      key: Key,
      value: Value,
      effect: Effect,
    })),
    scalingConfig: { minSize: MinSize, maxSize: MaxSize, desiredSize: DesiredSize },
    updateConfig:
      MaxUnavailablePercentage === undefined
        ? { maxUnavailable: MaxUnavailable ?? 1 }
        : { maxUnavailablePercentage: MaxUnavailablePercentage },
  };
}

/** The account as the real eksctl left it. */
export function foundAfterEksctl(cluster: Cluster, recording: Recording): Found {
  const { name, region } = cluster.config.metadata;
  const main = recording.stacks.find(({ stackName }) => stackName === `eksctl-${name}-cluster`);
  if (!main) throw new Error("the recording has no cluster stack");
  const stacks = new Map(recording.stacks.map((stack) => [stack.stackName, foundStack(stack)]));
  const objects = desiredObjects(cluster, recordedValues(recording, name, region)).aws;
  const roleOf = (role: { arn: string } | { stack: string; output: string } | undefined): string | undefined =>
    role && ("arn" in role ? role.arn : stacks.get(role.stack)?.outputs[role.output]);
  const groups = recording.stacks.filter(
    ({ template }) => resource(template, "AWS::EKS::Nodegroup")["NodegroupName"] !== undefined,
  );
  const selfManaged = recording.stacks.filter(({ template }) => template.Resources["NodeGroup"]);
  const addons = objects.flatMap((object): [string, Addon][] => {
    if (object.kind !== "addon") return [];
    const role = roleOf(object.serviceAccountRole);
    return [
      [
        object.name,
        {
          addonName: object.name,
          status: "ACTIVE",
          addonVersion: object.version ?? "v1.0.0-eksbuild.1",
          tags: { ...object.tags },
          ...(object.configurationValues !== undefined && { configurationValues: object.configurationValues }),
          ...(role !== undefined && { serviceAccountRoleArn: role }),
        },
      ],
    ];
  });
  const profiles = objects.flatMap((object): [string, FargateProfile][] => {
    if (object.kind !== "fargate-profile") return [];
    const role = roleOf(object.podExecutionRole);
    return [
      [
        object.name,
        {
          fargateProfileName: object.name,
          status: "ACTIVE",
          ...(role !== undefined && { podExecutionRoleArn: role }),
          selectors: object.selectors.map(({ namespace, labels }) => ({
            namespace,
            ...(labels && { labels: { ...labels } }),
          })),
          tags: { ...object.tags },
        },
      ],
    ];
  });
  const retention = objects.find((object) => object.kind === "log-retention");
  const groupName = (stackName: string): string => stackName.replace(`eksctl-${name}-nodegroup-`, "");
  return {
    account,
    caller: `arn:aws:iam::${account}:user/operator`,
    region,
    name,
    cluster: controlPlane(cluster, main.template, recording),
    stacks,
    // The recordings spell physical ids `<LogicalId>`, as the stacks room does when it isn't told any.
    physicalIds: {},
    nodeGroups: new Map(groups.map(({ stackName, template }) => [groupName(stackName), nodeGroup(template)])),
    autoScalingGroups: new Map(
      selfManaged.map(({ stackName, template }) => {
        const { MinSize, MaxSize, DesiredCapacity } = resource(template, "AWS::AutoScaling::AutoScalingGroup");
        return [
          groupName(stackName),
          {
            name: `${stackName}-NodeGroup`,
            minSize: Number(MinSize),
            maxSize: Number(MaxSize),
            desiredSize: Number(DesiredCapacity ?? MinSize),
            suspended: [],
            tags: {},
          },
        ];
      }),
    ),
    addons: new Map(addons),
    fargateProfiles: new Map(profiles),
    accessEntries: new Set(),
    podIdentityAssociations: objects.flatMap((object, i) => {
      if (object.kind !== "pod-identity-association") return [];
      const role = roleOf(object.role);
      return [
        {
          namespace: object.namespace,
          serviceAccount: object.serviceAccount,
          associationId: `a-${i}`,
          ...(role !== undefined && { roleArn: role }),
          ...(object.targetRoleArn !== undefined && { targetRoleArn: object.targetRoleArn }),
          ...(object.disableSessionTags !== undefined && { disableSessionTags: object.disableSessionTags }),
        },
      ];
    }),
    ...(objects.some(({ kind }) => kind === "oidc-provider") && {
      oidcProvider: { arn: `arn:aws:iam::${account}:oidc-provider/x` },
    }),
    ...(retention?.kind === "log-retention" && {
      logGroup: { name: retention.logGroup, retentionDays: retention.days },
    }),
  };
}

/** An EKS that offers one version of every add-on. */
export const nothingToLookUp: LookedUp = {
  amis: {},
  offeredZones: {},
  addonVersions: new Map(
    ["vpc-cni", "coredns", "kube-proxy", "metrics-server", "aws-ebs-csi-driver", "eks-pod-identity-agent"].map(
      (name) => [
        name,
        [
          { version: "v1.1.0-eksbuild.1", isDefault: true },
          { version: "v1.0.0-eksbuild.1", isDefault: false },
        ],
      ],
    ),
  ),
  keyPairs: new Set(),
};
