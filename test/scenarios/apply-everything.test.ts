// Everything that a file in scope can ask for, at once: made, nothing left to do, taken down.
import { it } from "vitest";
import { destroy, planDestroy } from "../../src/lotse.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const file = String.raw`
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: sink, region: eu-central-1, tags: {a: b}}
vpc: {nat: {gateway: Single}, clusterEndpoints: {publicAccess: true, privateAccess: true}, publicAccessCIDRs: [203.0.113.0/24], extraCIDRs: [192.0.2.0/24]}
iam:
  withOIDC: true
  serviceRolePermissionsBoundary: arn:aws:iam::aws:policy/AdministratorAccess
  serviceAccounts:
    - {metadata: {name: x, namespace: yy}, roleName: named-role, attachPolicy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]}}
    - {metadata: {name: z, namespace: yy}, attachRoleARN: "arn:aws:iam::123456789012:role/given"}
    - {metadata: {name: w, namespace: yy}, roleOnly: true, wellKnownPolicies: {autoScaler: true, certManager: true, ebsCSIController: true, efsCSIController: true, imageBuilder: true, awsLoadBalancerController: true}}
  podIdentityAssociations:
    - {namespace: a, serviceAccountName: b, roleARN: "arn:aws:iam::123456789012:role/given"}
    - {namespace: a, serviceAccountName: c, wellKnownPolicies: {externalDNS: true}, roleName: pia-role, createServiceAccount: true}
addonsConfig: {autoApplyPodIdentityAssociations: true}
addons:
  - {name: eks-pod-identity-agent}
  - {name: vpc-cni, useDefaultPodIdentityAssociations: true}
  - {name: aws-ebs-csi-driver, configurationValues: "controller:\n  replicaCount: 1\n", tags: {t: "1"}, resolveConflicts: preserve}
  - {name: coredns, version: latest}
  - {name: kube-proxy, version: "1"}
  - {name: metrics-server}
accessConfig: {authenticationMode: API, accessEntries: [{principalARN: "arn:aws:iam::123456789012:role/given", accessPolicies: [{policyARN: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", accessScope: {type: namespace, namespaces: [a]}}]}]}
cloudWatch: {clusterLogging: {enableTypes: [all], logRetentionInDays: 14}}
managedNodeGroups:
  - {name: m1, instanceTypes: [t3.large, t3a.large], spot: true, minSize: 0, maxSize: 2, desiredCapacity: 1, propagateASGTags: true, labels: {x: yy}, taints: [{key: k, value: v, effect: NoSchedule}], tags: {n: m}, asgSuspendProcesses: [AZRebalance], privateNetworking: true}
  - {name: m2, instanceType: m6g.large, maxPodsPerNode: 30, preBootstrapCommands: ["echo hi"], updateConfig: {maxUnavailablePercentage: 33}, iam: {attachPolicyARNs: ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"], withAddonPolicies: {autoScaler: true, ebs: true, cloudWatch: true}}, instanceName: nn}
nodeGroups:
  - {name: s1, instancesDistribution: {instanceTypes: [t3.large, t3a.large], onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: 50, spotInstancePools: 2}, minSize: 1, maxSize: 3, propagateASGTags: true, labels: {q: r}, taints: {k: "v:NoSchedule"}, asgSuspendProcesses: [AZRebalance], kubeletExtraConfig: {maxPods: 20}}
  - {name: s2, instanceType: t3.medium, desiredCapacity: 1, iam: {instanceRoleARN: "arn:aws:iam::123456789012:role/given-node", instanceProfileARN: "arn:aws:iam::123456789012:instance-profile/given-node"}, cpuCredits: unlimited, enableDetailedMonitoring: true, volumeEncrypted: true, volumeSize: 50}
fargateProfiles:
  - {name: f1, selectors: [{namespace: kube-system, labels: {k8s-app: kube-dns}}], tags: {f: g}}
  - {name: f2, selectors: [{namespace: b}]}
  - {name: f3, selectors: [{namespace: c}]}
`;

/** Roles and profile that the file brings. */
function bring(world: World): void {
  const iam = (operation: string, input: object): unknown => world.send("iam", operation, input);
  const trust = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: ["ec2.amazonaws.com", "pods.eks.amazonaws.com"] },
        Action: ["sts:AssumeRole", "sts:TagSession"],
      },
    ],
  };
  for (const RoleName of ["given", "given-node"])
    iam("CreateRole", { RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
  iam("CreateInstanceProfile", { InstanceProfileName: "given-node" });
  iam("AddRoleToInstanceProfile", { InstanceProfileName: "given-node", RoleName: "given-node" });
  for (const name of ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"]) {
    iam("AttachRolePolicy", { RoleName: "given-node", PolicyArn: `arn:aws:iam::aws:policy/${name}` });
  }
}

it("is made, needs nothing more, and goes without a trace", async ({ expect }) => {
  await using world = await openWorld({ kubernetes: "off" });
  bring(world);
  const made = await world.apply(file);
  expect(made.failed.map(({ message }) => message)).toEqual([]);
  expect(made.done).toEqual(
    expect.arrayContaining([
      "fargateprofile/f3",
      "suspended-processes/m1",
      "asg-tags/m1",
      "accessentry/arn:aws:iam::123456789012:role/given-node",
      "pod-identity-association/a/c",
    ]),
  );
  expect(stepsOf(await world.plan(file))).toEqual([]);
  // EKS changes one profile at a time: each was made after the one before was there.
  const profiles = made.done.filter((step) => step.startsWith("fargateprofile/"));
  expect(profiles).toEqual(["fargateprofile/f1", "fargateprofile/f2", "fargateprofile/f3"]);

  const gone = await destroy(await planDestroy("sink", world.aws, { kubernetes: "never" }), world.aws, world.host);
  expect(gone.failed.map(({ message }) => message)).toEqual([]);
  expect(world.leftovers().toSorted()).toEqual([
    "iam/instance-profiles/given-node",
    "iam/roles/given",
    "iam/roles/given-node",
  ]);
});
