// What eksctl makes inside Kubernetes: service accounts, aws-auth entries, CoreDNS on Fargate, device plugins.
import { isWindows } from "../../config/index.ts";
import type { Context } from "../context.ts";
import type {
  DesiredAuthMapping,
  DesiredCorednsOnFargate,
  DesiredDevicePlugin,
  DesiredServiceAccount,
  RoleReference,
} from "../desired.ts";
import { acceleratorOf } from "../nodegroup/ami-type.ts";
import { instanceTypesOf, managedGroups, selfManagedGroups } from "../nodegroup/group.ts";
import { usesAccessEntries } from "../nodegroup/self-managed.ts";
import { podIdentities } from "../roles/pod-identity.ts";
import { serviceAccounts } from "../roles/service-accounts.ts";
import { roleStacks } from "./eks.ts";

/** Label on every service account that eksctl makes. */
const managedBy = { "app.kubernetes.io/managed-by": "eksctl" };

/** Service accounts of `iam.serviceAccounts` (with their role) and of pod identities that ask for one. */
export function desiredServiceAccounts(context: Context): DesiredServiceAccount[] {
  const withRole = serviceAccounts(context)
    .filter(({ spec }) => !spec.roleOnly)
    .map(({ spec, namespace, name, path, role }): DesiredServiceAccount => ({
      kind: "service-account",
      id: `service-account/${namespace}/${name}`,
      name: `${namespace}/${name}`,
      namespace,
      serviceAccount: name,
      labels: { ...managedBy, ...spec.metadata?.labels },
      annotations: spec.metadata?.annotations ?? {},
      role,
      source: [path],
      after: [context.clusterStack, ...roleStacks(role)],
    }));
  const forPodIdentity = podIdentities(context)
    .filter(({ spec }) => spec.createServiceAccount)
    .map(({ namespace, serviceAccount, path }): DesiredServiceAccount => ({
      kind: "service-account",
      id: `service-account/${namespace}/${serviceAccount}`,
      name: `${namespace}/${serviceAccount}`,
      namespace,
      serviceAccount,
      labels: managedBy,
      annotations: {},
      source: [path],
      after: [context.clusterStack],
    }));
  return [...withRole, ...forPodIdentity];
}

const nodeGroups: readonly string[] = ["system:bootstrappers", "system:nodes"];
/** Nodes of Windows run kube-proxy as themselves: https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html */
const windowsProxy = "eks:kube-proxy-windows";

/** Entries of aws-auth: those of the file, and node roles where the cluster has no access entries. */
export function desiredAuthMappings(context: Context): DesiredAuthMapping[] {
  const listed = (context.config.iamIdentityMappings ?? []).map((mapping, i): DesiredAuthMapping => {
    const name = mapping.arn ?? mapping.account ?? "";
    return {
      kind: "aws-auth",
      id: `aws-auth/${i}/${name}`,
      name,
      principal: mapping.arn ? { arn: mapping.arn } : { account: mapping.account ?? "" },
      ...(mapping.username ? { username: mapping.username } : {}),
      groups: mapping.groups ?? [],
      noDuplicateArns: mapping.noDuplicateARNs ?? false,
      source: [["iamIdentityMappings", i]],
      after: [context.clusterStack],
    };
  });
  if (usesAccessEntries(context)) return listed;
  const nodes = selfManagedGroups(context).map((group): DesiredAuthMapping => {
    const given = group.spec.iam?.instanceRoleARN;
    const principal: RoleReference = given ? { arn: given } : { stack: group.stackName, output: "InstanceRoleARN" };
    return {
      kind: "aws-auth",
      id: `aws-auth/nodegroup/${group.name}`,
      name: group.name,
      principal,
      username: "system:node:{{EC2PrivateDNSName}}",
      groups: isWindows(group.spec.amiFamily) ? [windowsProxy, ...nodeGroups] : nodeGroups,
      noDuplicateArns: false,
      source: [group.path],
      after: [group.stackName],
    };
  });
  return [...listed, ...nodes];
}

/** The annotation that lets CoreDNS run on Fargate, when a profile selects its pods. */
export function desiredCoredns(context: Context): DesiredCorednsOnFargate[] {
  const profiles = context.config.fargateProfiles ?? [];
  const index = profiles.findIndex((profile) =>
    profile.selectors?.some(
      ({ namespace, labels = {} }) =>
        namespace === "kube-system" &&
        (Object.keys(labels).length === 0 || labels["eks.amazonaws.com/component"] === "coredns"),
    ),
  );
  if (index < 0) return [];
  return [
    {
      kind: "coredns-on-fargate",
      id: "coredns-on-fargate/coredns",
      name: "coredns",
      annotations: { "eks.amazonaws.com/compute-type": "fargate" },
      source: [["fargateProfiles", index]],
      after: ["addon/coredns", ...profiles.map(({ name }) => `fargate-profile/${name}`)],
    },
  ];
}

/** Device plugins for accelerators of the nodes. */
export function desiredDevicePlugins(context: Context): DesiredDevicePlugin[] {
  const groups = [...managedGroups(context), ...selfManagedGroups(context)];
  return (["nvidia", "neuron"] as const).flatMap((plugin): DesiredDevicePlugin[] => {
    const group = groups.find((candidate) => instanceTypesOf(candidate).some((type) => acceleratorOf(type) === plugin));
    if (!group) return [];
    const id = `device-plugin/${plugin}`;
    return [{ kind: "device-plugin", id, name: plugin, plugin, source: [group.path], after: [group.stackName] }];
  });
}
