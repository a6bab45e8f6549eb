// Which fields of the file the builders use, which have nothing to build, and which are refused by name until they can be
// built. A field that stands in none of the lists is refused too: nothing is ignored.

/** A field that can't be built yet. */
export interface NotYet {
  /** What the field asks for, in the reader's words. */
  readonly what: string;
  /** True where the value does ask for it; by default any value but false and empty lists and maps. */
  asks(value: unknown): boolean;
}

/** `built`: a builder reads it; `unused`: accepted by eksctl, and makes nothing in AWS. */
export type Support = "built" | "unused" | NotYet;

/** Whether a value asks for anything. */
export function asksForSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

const names = (prefix: string, text: string): string[] =>
  text.split(/\s+/).flatMap((name) => (name === "" ? [] : [prefix + name]));

const nodeGroupFields = `
  name amiFamily instanceType availabilityZones subnets instancePrefix instanceName desiredCapacity minSize maxSize
  volumeSize volumeType volumeIOPS volumeThroughput volumeName volumeEncrypted volumeKmsKeyID
  additionalVolumes[].volumeSize additionalVolumes[].volumeType additionalVolumes[].volumeIOPS
  additionalVolumes[].volumeThroughput additionalVolumes[].volumeName additionalVolumes[].volumeEncrypted
  additionalVolumes[].volumeKmsKeyID additionalVolumes[].snapshotID
  ebsOptimized enableDetailedMonitoring labels taints privateNetworking tags propagateASGTags maxPodsPerNode
  asgSuspendProcesses preBootstrapCommands overrideBootstrapCommand disableIMDSv1 disablePodIMDS placement.groupName
  ssh.allow ssh.publicKey ssh.publicKeyName ssh.publicKeyPath ssh.sourceSecurityGroupIds
  iam.instanceRoleARN iam.instanceRoleName iam.instanceRolePermissionsBoundary iam.attachPolicyARNs iam.attachPolicy
  iam.withAddonPolicies securityGroups.attachIDs`;

const built: readonly string[] = [
  ...names("", "apiVersion kind availabilityZones iamIdentityMappings[].arn iamIdentityMappings[].account"),
  ...names("iamIdentityMappings[].", "username groups noDuplicateARNs"),
  ...names("metadata.", "name region version tags"),
  ...names("", "upgradePolicy.supportType zonalShiftConfig.enabled secretsEncryption.keyARN"),
  ...names("kubernetesNetworkConfig.", "serviceIPv4CIDR"),
  ...names("vpc.", "cidr nat.gateway extraCIDRs publicAccessCIDRs hostnameType controlPlaneOnPrivateSubnets"),
  ...names("vpc.", "manageSharedNodeSecurityGroupRules clusterEndpoints.publicAccess clusterEndpoints.privateAccess"),
  ...names("cloudWatch.clusterLogging.", "enableTypes logRetentionInDays"),
  ...names("accessConfig.", "authenticationMode bootstrapClusterCreatorAdminPermissions"),
  ...names("accessConfig.accessEntries[].", "principalARN type kubernetesGroups kubernetesUsername"),
  ...names("accessConfig.accessEntries[].accessPolicies[].", "policyARN accessScope.type accessScope.namespaces"),
  ...names("addonsConfig.", "autoApplyPodIdentityAssociations disableDefaultAddons"),
  ...names("addons[].", "name version configurationValues resolveConflicts tags publishers types owners"),
  ...names("addons[].", "serviceAccountRoleARN attachPolicyARNs attachPolicy wellKnownPolicies permissionsBoundary"),
  ...names("addons[].", "useDefaultPodIdentityAssociations namespaceConfig.namespace"),
  ...names(
    "addons[].podIdentityAssociations[].",
    "namespace serviceAccountName roleARN roleName permissionsBoundaryARN permissionPolicyARNs permissionPolicyName " +
      "permissionPolicy wellKnownPolicies tags",
  ),
  ...names("iam.", "withOIDC vpcResourceControllerPolicy serviceRoleARN serviceRolePermissionsBoundary"),
  ...names("iam.", "fargatePodExecutionRoleARN fargatePodExecutionRolePermissionsBoundary"),
  ...names(
    "iam.serviceAccounts[].",
    "metadata.name metadata.namespace metadata.labels metadata.annotations attachPolicyARNs attachPolicy attachRoleARN " +
      "wellKnownPolicies roleName roleOnly permissionsBoundary subjectPattern tags",
  ),
  ...names(
    "iam.podIdentityAssociations[].",
    "namespace serviceAccountName roleARN createServiceAccount roleName permissionsBoundaryARN permissionPolicyARNs " +
      "permissionPolicyName permissionPolicy wellKnownPolicies tags targetRoleARN disableSessionTags policy",
  ),
  ...names(
    "identityProviders[].",
    "type name issuerURL clientID usernameClaim usernamePrefix groupsClaim groupsPrefix",
  ),
  ...names("identityProviders[].", "requiredClaims tags"),
  ...names("fargateProfiles[].", "name podExecutionRoleARN subnets tags"),
  ...names("fargateProfiles[].selectors[].", "namespace labels"),
  ...names("nodeGroups[].", nodeGroupFields),
  ...names("managedNodeGroups[].", nodeGroupFields),
  ...names(
    "nodeGroups[].",
    "iam.instanceProfileARN securityGroups.withShared securityGroups.withLocal asgMetricsCollection[].granularity " +
      "asgMetricsCollection[].metrics cpuCredits classicLoadBalancerNames targetGroupARNs clusterDNS " +
      "kubeletExtraConfig maxInstanceLifetime enclaveEnabled",
  ),
  ...names(
    "nodeGroups[].instancesDistribution.",
    "instanceTypes maxPrice onDemandBaseCapacity onDemandPercentageAboveBaseCapacity spotInstancePools " +
      "spotAllocationStrategy capacityRebalance",
  ),
  ...names(
    "managedNodeGroups[].",
    "instanceTypes spot releaseVersion updateConfig.maxUnavailable updateConfig.maxUnavailablePercentage",
  ),
  ...names(
    "managedNodeGroups[].nodeRepairConfig.",
    "enabled maxUnhealthyNodeThresholdPercentage maxUnhealthyNodeThresholdCount maxParallelNodesRepairedPercentage " +
      "maxParallelNodesRepairedCount nodeRepairConfigOverrides[].nodeMonitoringCondition " +
      "nodeRepairConfigOverrides[].nodeUnhealthyReason nodeRepairConfigOverrides[].minRepairWaitTimeMins " +
      "nodeRepairConfigOverrides[].repairAction",
  ),
];

/** Accepted, and nothing to build: with the reason. */
const unused: Readonly<Record<string, string>> = {
  "metadata.annotations": "eksctl keeps them in the file only",
  "metadata.forceUpdateVersion": "read when the version is updated, not when stacks are built",
  status: "written by eksctl, not read",
  "iam.serviceAccounts[].status": "written by eksctl, not read",
  "fargateProfiles[].status": "written by eksctl, not read",
  "nodeGroups[].ssh.enableSsm": "the SSM agent is always on",
  "managedNodeGroups[].ssh.enableSsm": "the SSM agent is always on",
  "nodeGroups[].updateConfig": "EKS updates managed groups only",
  "nodeGroups[].containerRuntime": "AmazonLinux2023 has containerd only",
  "managedNodeGroups[].securityGroups.withShared": "only false is valid, and the groups have none",
  "managedNodeGroups[].securityGroups.withLocal": "only false is valid, and the groups have none",
};

const notYet = (what: string, asks: (value: unknown) => boolean = asksForSomething): NotYet => ({ what, asks });

const member =
  (name: string) =>
  (value: unknown): boolean =>
    asksForSomething((value as Readonly<Record<string, unknown>> | null)?.[name]);

const otherThan =
  (...values: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === "string" && !values.includes(value.toLowerCase());

function onNodeGroups(fields: Readonly<Record<string, NotYet>>): [string, NotYet][] {
  return ["nodeGroups[].", "managedNodeGroups[]."].flatMap((prefix) =>
    Object.entries(fields).map(([name, entry]): [string, NotYet] => [prefix + name, entry]),
  );
}

const refused: Readonly<Record<string, NotYet>> = {
  "metadata.rollbackConfig": notYet("rolling a Kubernetes version back"),
  autoModeConfig: notYet("EKS Auto Mode", member("enabled")),
  remoteNetworkConfig: notYet("hybrid nodes (a remote network)"),
  "kubernetesNetworkConfig.ipFamily": notYet("an IPv6 cluster", otherThan("ipv4")),
  "kubernetesNetworkConfig.serviceIPv6CIDR": notYet("an IPv6 cluster"),
  "vpc.id": notYet("a VPC that exists already"),
  "vpc.subnets": notYet("subnets that exist already, or are cut by the file"),
  "vpc.securityGroup": notYet("a security group that exists already"),
  "vpc.sharedNodeSecurityGroup": notYet("a security group that exists already"),
  "vpc.controlPlaneSecurityGroupIDs": notYet("security groups that exist already"),
  "vpc.controlPlaneSubnetIDs": notYet("subnets that exist already"),
  "vpc.controlPlaneEgressMode": notYet("control-plane egress through the VPC"),
  "vpc.autoAllocateIPv6": notYet("IPv6 addresses in the VPC"),
  "vpc.ipv6Cidr": notYet("IPv6 addresses in the VPC"),
  "vpc.ipv6Pool": notYet("IPv6 addresses in the VPC"),
  "vpc.extraIPv6CIDRs": notYet("IPv6 addresses in the VPC"),
  privateCluster: notYet("a fully private cluster", member("enabled")),
  localZones: notYet("local zones"),
  karpenter: notYet("Karpenter"),
  gitops: notYet("GitOps with Flux"),
  outpost: notYet("AWS Outposts"),
  capabilities: notYet("EKS capabilities (ACK, kro, Argo CD)"),
  controlPlaneScalingConfig: notYet("a control-plane scaling tier"),
  kubeAPIServerConfig: notYet("settings of the API server"),
  kubeSchedulerConfig: notYet("settings of the scheduler"),
  kubeControllerManagerConfig: notYet("settings of the controller manager"),
  "iamIdentityMappings[].serviceName": notYet("access of AWS services by aws-auth"),
  "iamIdentityMappings[].namespace": notYet("access of AWS services by aws-auth"),
  "addons[].podIdentityAssociations[].createServiceAccount": notYet("service accounts for an add-on's pod identity"),
  "addons[].podIdentityAssociations[].targetRoleARN": notYet("a target role for an add-on's pod identity"),
  "addons[].podIdentityAssociations[].disableSessionTags": notYet("session tags of an add-on's pod identity"),
  "addons[].podIdentityAssociations[].policy": notYet("a session policy for an add-on's pod identity"),
  ...Object.fromEntries(
    onNodeGroups({
      amiFamily: notYet("nodes other than AmazonLinux2023", otherThan("amazonlinux2023")),
      ami: notYet("an image of your own", otherThan("auto", "auto-ssm")),
      bottlerocket: notYet("Bottlerocket nodes"),
      capacityReservation: notYet("capacity reservations"),
      instanceMarketOptions: notYet("capacity blocks"),
      efaEnabled: notYet("Elastic Fabric Adapters"),
      instanceSelector: notYet("instance types chosen by a selector"),
      outpostARN: notYet("AWS Outposts"),
      "placement.spreadLevel": notYet("AWS Outposts"),
    }),
  ),
  "nodeGroups[].localZones": notYet("local zones"),
  "managedNodeGroups[].launchTemplate": notYet("a launch template of your own"),
  "managedNodeGroups[].iam.instanceProfileARN": notYet("an instance profile for managed nodes"),
};

const registry: ReadonlyMap<string, Support> = new Map<string, Support>([
  ...built.map((path): [string, Support] => [path, "built"]),
  ...Object.keys(unused).map((path): [string, Support] => [path, "unused"]),
  // Last: where a field is built for some of its values, this says for which it isn't.
  ...Object.entries(refused),
]);

/** What becomes of a field, by its path with `[]` for every list index: `nodeGroups[].spot`. */
export function supportOf(path: string): Support | undefined {
  return registry.get(path);
}

/** Every path that is listed. */
export function supportedPaths(): readonly string[] {
  return [...registry.keys()];
}

/** Paths that builders must read. */
export function builtPaths(): readonly string[] {
  return built;
}
