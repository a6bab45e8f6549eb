// What stands beside the stacks in the account: OIDC provider, log retention, key pairs, wishes about Auto Scaling groups.
import type { Context } from "../context.ts";
import { enabledLogTypes } from "../cluster/control-plane.ts";
import type {
  DesiredAsgTags,
  DesiredKeyPair,
  DesiredLogRetention,
  DesiredOidcProvider,
  DesiredSuspendedProcesses,
} from "../desired.ts";
import { eksctlVersion, tagKeys, toTags } from "../names.ts";
import { autoscalerTags, managedGroups, selfManagedGroups } from "../nodegroup/group.ts";
import type { Group } from "../nodegroup/group.ts";
import { nodeKey } from "../nodegroup/ssh.ts";

/** The OIDC provider, when the file wants one. */
export function desiredOidcProvider(context: Context): DesiredOidcProvider[] {
  if (!context.withOidc) return [];
  return [
    {
      kind: "oidc-provider",
      id: "oidc-provider/oidc-provider",
      name: "oidc-provider",
      clientIds: ["sts.amazonaws.com"],
      tags: toTags({
        ...context.config.metadata.tags,
        [tagKeys.clusterName]: context.name,
        [tagKeys.eksctlVersion]: eksctlVersion,
      }),
      source: [["iam", "withOIDC"]],
      after: [context.clusterStack],
    },
  ];
}

/** Retention of the control plane's logs. */
export function desiredLogRetention(context: Context): DesiredLogRetention[] {
  const days = context.config.cloudWatch?.clusterLogging?.logRetentionInDays ?? 0;
  if (days === 0 || enabledLogTypes(context).length === 0) return [];
  const logGroup = `/aws/eks/${context.name}/cluster`;
  const source = [["cloudWatch", "clusterLogging", "logRetentionInDays"]];
  return [
    {
      kind: "log-retention",
      id: "log-retention/cluster",
      name: logGroup,
      logGroup,
      days,
      source,
      after: [context.clusterStack],
    },
  ];
}

const groups = (context: Context): Group[] => [...managedGroups(context), ...selfManagedGroups(context)];

/** Key pairs to import before the groups that use them. */
export function desiredKeyPairs(context: Context): DesiredKeyPair[] {
  return groups(context).flatMap((group): DesiredKeyPair[] => {
    const key = nodeKey(context, group);
    if (key?.publicKey === undefined) return [];
    const { name, publicKey } = key;
    const source = [[...group.path, "ssh"]];
    return [{ kind: "key-pair", id: `key-pair/${name}`, name, publicKey, nodeGroup: group.name, source, after: [] }];
  });
}

/** Scaling processes to suspend, once a group is there. */
export function desiredSuspensions(context: Context): DesiredSuspendedProcesses[] {
  return groups(context).flatMap((group): DesiredSuspendedProcesses[] => {
    const processes = group.spec.asgSuspendProcesses ?? [];
    if (processes.length === 0) return [];
    const source = [[...group.path, "asgSuspendProcesses"]];
    const { name, managed } = group;
    const id = `suspended-processes/${name}`;
    return [
      { kind: "suspended-processes", id, name, nodeGroup: name, managed, processes, source, after: [group.stackName] },
    ];
  });
}

/** Tags for the Auto Scaling groups behind managed groups; self-managed ones carry theirs in the stack. */
export function desiredAsgTags(context: Context): DesiredAsgTags[] {
  return managedGroups(context).flatMap((group): DesiredAsgTags[] => {
    if (!group.spec.propagateASGTags) return [];
    const source = [[...group.path, "propagateASGTags"]];
    const tags = { ...autoscalerTags(group), ...group.tags };
    const { name } = group;
    return [
      { kind: "asg-tags", id: `asg-tags/${name}`, name, nodeGroup: name, tags, source, after: [group.stackName] },
    ];
  });
}
