// A cluster out of its manifests and its eksctl file, as far as they say.
import type { Cluster } from "../../config/index.ts";
import type { AwsAuthData } from "../../identity/index.ts";
import { addAccount, addMapping } from "../../identity/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import type { AccountFacts, WorkloadFacts } from "../graph/pods.ts";
import type { AssociationFacts, PodFacts } from "../pod/world.ts";
import type { Rbac, RbacBinding, RbacRole } from "../principal/rbac.ts";
import type { EntryFacts } from "../principal/world.ts";

interface Templated extends KubeObject {
  spec?: {
    template?: { metadata?: KubeObject["metadata"]; spec?: PodFacts["spec"] };
    jobTemplate?: { spec?: { template?: { metadata?: KubeObject["metadata"]; spec?: PodFacts["spec"] } } };
  };
}

const namespaceOf = ({ metadata }: Pick<KubeObject, "metadata">): string => metadata.namespace ?? "default";

/** Pods, and the pods that Deployments and their like would make. */
export function workloadsOf(objects: readonly KubeObject[]): WorkloadFacts[] {
  return objects.flatMap((object): WorkloadFacts[] => {
    const { kind, metadata } = object;
    const spec = (object as Templated).spec;
    const template = kind === "Pod" ? object : (spec?.jobTemplate?.spec?.template ?? spec?.template);
    const podSpec = (template as { spec?: PodFacts["spec"] } | undefined)?.spec;
    if (!podSpec || !Array.isArray(podSpec.containers)) return [];
    const { labels, annotations } = (template as Partial<KubeObject>).metadata ?? {};
    const pod: PodFacts = {
      metadata: {
        name: metadata.name,
        namespace: namespaceOf(object),
        ...(labels ? { labels } : {}),
        ...(annotations ? { annotations } : {}),
      },
      spec: podSpec,
    };
    return [{ label: `${kind} ${metadata.name}`, pod }];
  });
}

/** Roles and bindings. */
export function rbacOf(objects: readonly KubeObject[]): Rbac {
  const of = <T>(kind: string): (T & KubeObject)[] =>
    objects.filter((object) => object.kind === kind).map((object) => object as T & KubeObject);
  const placed = <T extends { metadata: KubeObject["metadata"] }>(object: T): T => ({
    ...object,
    metadata: { ...object.metadata, namespace: object.metadata.namespace ?? "default" },
  });
  return {
    roles: of<RbacRole>("Role").map(placed),
    clusterRoles: of<RbacRole>("ClusterRole"),
    roleBindings: of<RbacBinding>("RoleBinding").map(placed),
    clusterRoleBindings: of<RbacBinding>("ClusterRoleBinding"),
  };
}

/** `data` of kube-system/aws-auth, with what the eksctl file adds to it. */
export function awsAuthOf(objects: readonly KubeObject[], cluster: Cluster | undefined): AwsAuthData | undefined {
  const map = objects.find(
    ({ kind, metadata }) =>
      kind === "ConfigMap" && metadata.name === "aws-auth" && metadata.namespace === "kube-system",
  ) as (KubeObject & { data?: AwsAuthData }) | undefined;
  let data = map ? (map.data ?? {}) : undefined;
  for (const { arn, username, groups, account } of cluster?.config.iamIdentityMappings ?? []) {
    if (account !== undefined) ({ data } = addAccount(data, account));
    else if (arn !== undefined) {
      ({ data } = addMapping(data, {
        arn,
        ...(username === undefined ? {} : { username }),
        ...(groups ? { groups } : {}),
      }));
    }
  }
  return data;
}

/** Access entries of the eksctl file. */
export function entriesOf(cluster: Cluster | undefined): EntryFacts[] {
  return (cluster?.config.accessConfig?.accessEntries ?? []).map((entry): EntryFacts => {
    const { principalARN = "", type, kubernetesUsername, kubernetesGroups, accessPolicies = [] } = entry;
    return {
      principalArn: principalARN,
      ...(type === undefined ? {} : { type }),
      ...(kubernetesUsername === undefined ? {} : { username: kubernetesUsername }),
      ...(kubernetesGroups === undefined ? {} : { kubernetesGroups }),
      policies: accessPolicies.map(({ policyARN = "", accessScope = {} }) => ({
        policyArn: policyARN,
        accessScope: { type: accessScope.type, namespaces: accessScope.namespaces },
      })),
    };
  });
}

/** Associations of the eksctl file; without a role of its own one gets a role that isn't there yet. */
export function associationsOf(
  cluster: Cluster | undefined,
): (AssociationFacts & { namespace: string; serviceAccount: string })[] {
  return (cluster?.config.iam?.podIdentityAssociations ?? []).map((association, i) => {
    const {
      namespace = "",
      serviceAccountName = "",
      roleARN,
      roleName,
      targetRoleARN,
      disableSessionTags,
      policy,
    } = association;
    return {
      id: `iam.podIdentityAssociations[${i}]`,
      namespace,
      serviceAccount: serviceAccountName,
      roleArn: roleARN ?? roleName ?? `(role that the file makes for ${namespace}/${serviceAccountName})`,
      ...(targetRoleARN === undefined ? {} : { targetRoleArn: targetRoleARN }),
      ...(disableSessionTags === undefined ? {} : { disableSessionTags }),
      ...(policy === undefined ? {} : { policy }),
    };
  });
}

/** Service accounts of manifests and of the eksctl file. */
export function accountsOf(objects: readonly KubeObject[], cluster: Cluster | undefined): AccountFacts[] {
  const written = objects
    .filter(({ kind }) => kind === "ServiceAccount")
    .map((object) => ({
      namespace: namespaceOf(object),
      name: object.metadata.name,
      annotations: object.metadata.annotations ?? {},
    }));
  const made = (cluster?.config.iam?.serviceAccounts ?? []).map(({ metadata = {}, attachRoleARN, roleName }) => {
    const { namespace = "default", name = "", annotations = {} } = metadata;
    const role = attachRoleARN ?? roleName ?? `(role that the file makes for ${namespace}/${name})`;
    return { namespace, name, annotations: { ...annotations, "eks.amazonaws.com/role-arn": role } };
  });
  const used = workloadsOf(objects).map(({ pod }) => ({
    namespace: pod.metadata.namespace,
    name: pod.spec.serviceAccountName ?? "default",
    annotations: {},
  }));
  const all = new Map<string, AccountFacts>();
  for (const account of [...used, ...written, ...made]) all.set(`${account.namespace}/${account.name}`, account);
  return [...all.values()];
}
