// The roles that pods of a living cluster have by annotation (kube2iam, kiam), and the plan that brings them to their service
// accounts. Reads only.
import type { Aws } from "../aws/index.ts";
import { allPages, isGone } from "../aws/index.ts";
import { LotseError } from "../base/index.ts";
import type {
  AnnotatedWorkload,
  GivenPodRoleSettings,
  KnownRole,
  MigrationTarget,
  PodRolePlan,
  PodRoleWorld,
  TrustDocument,
} from "../identity/index.ts";
import { planPodRoleMigration, podRole, podRoleSettingsOf } from "../identity/index.ts";
import type { Kube, KubeObject, Resource } from "../kube/index.ts";
import { resources } from "../kube/index.ts";
import { describeCluster, openCluster } from "./living-cluster.ts";

interface PodSpec {
  serviceAccountName?: string;
  nodeSelector?: Record<string, string>;
  os?: { name?: string };
}

interface Template {
  metadata?: { annotations?: Record<string, string> };
  spec?: PodSpec;
}

interface Workload extends KubeObject {
  spec?: { template?: Template; jobTemplate?: { spec?: { template?: Template } } };
}

const cronJobs: Resource = { group: "batch", version: "v1", plural: "cronjobs", kind: "CronJob", namespaced: true };
/** What people write; ReplicaSets and Jobs that these make follow them. */
const kinds: readonly Resource[] = [resources.deployments, resources.daemonSets, resources.statefulSets, cronJobs];

const isWindows = ({ nodeSelector = {}, os }: PodSpec): boolean =>
  os?.name === "windows" || nodeSelector["kubernetes.io/os"] === "windows";

function workloadOf(kind: string, { metadata }: KubeObject, template: Template): AnnotatedWorkload {
  const { spec = {}, metadata: { annotations = {} } = {} } = template;
  return {
    kind,
    namespace: metadata.namespace ?? "default",
    name: metadata.name,
    serviceAccount: spec.serviceAccountName || "default",
    annotations,
    ...(isWindows(spec) ? { windows: true } : {}),
  };
}

async function readWorkloads(kube: Kube): Promise<AnnotatedWorkload[]> {
  const lists = await Promise.all(
    kinds.map(async (resource) =>
      (await kube.list<Workload>(resource)).map((object) =>
        workloadOf(resource.kind, object, object.spec?.template ?? object.spec?.jobTemplate?.spec?.template ?? {}),
      ),
    ),
  );
  const pods = await kube.list<KubeObject & { spec: PodSpec }>(resources.pods);
  const bare = pods
    .filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0)
    // What the control plane itself runs on a node has no way to a role.
    .filter(({ metadata }) => metadata.annotations?.["kubernetes.io/config.mirror"] === undefined)
    .map((pod) => workloadOf("Pod", pod, { metadata: pod.metadata, spec: pod.spec }));
  return [...lists.flat(), ...bare];
}

async function annotationsOf(kube: Kube, resource: Resource): Promise<Map<string, Readonly<Record<string, string>>>> {
  const all = await kube.list(resource);
  return new Map(
    all.map(({ metadata: { namespace, name, annotations = {} } }) => [
      namespace === undefined ? name : `${namespace}/${name}`,
      annotations,
    ]),
  );
}

async function readRole(aws: Aws, arn: string, account: string): Promise<KnownRole> {
  if (arn.split(":")[4] !== account) return "foreign";
  try {
    const { Role } = await aws.call("iam", "GetRole", { RoleName: arn.slice(arn.lastIndexOf("/") + 1) });
    if (Role?.Arn !== arn) return undefined;
    return { trust: JSON.parse(decodeURIComponent(Role.AssumeRolePolicyDocument ?? "{}")) as TrustDocument };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function exists(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function readAssociations(aws: Aws, clusterName: string): Promise<PodRoleWorld["associations"]> {
  const listed = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListPodIdentityAssociations", {
      clusterName,
      ...(nextToken ? { nextToken } : {}),
    });
    return { items: page.associations, next: page.nextToken };
  });
  return Promise.all(
    listed.map(async ({ associationId = "", namespace = "", serviceAccount = "" }) => {
      const { association } = await aws.call("eks", "DescribePodIdentityAssociation", { clusterName, associationId });
      return { namespace, serviceAccount, roleArn: association?.roleArn ?? "" };
    }),
  );
}

/**
 * Plans the way of every pod's role to its service account.
 *
 * @param given how the proxy that is left was started
 * @throws LotseError `access/role-base`, `access/no-cluster`, `access/cluster-status`, `aws/…`, `kube/…`
 */
export async function planPodRoles(
  aws: Aws,
  clusterName: string,
  given: GivenPodRoleSettings,
  target: MigrationTarget,
): Promise<PodRolePlan> {
  const settings = podRoleSettingsOf(given);
  if ("problem" in settings)
    throw new LotseError("access/role-base", {
      title: settings.problem,
      remedy:
        "A base is arn:aws:iam::123456789012:role/, with a path or without; a role is an ARN, or a name below it.",
    });
  const cluster = await describeCluster(aws, clusterName);
  const { account, partition, arn, name } = cluster;
  const { cluster: described } = await aws.call("eks", "DescribeCluster", { name });
  const issuer = described?.identity?.oidc?.issuer ?? "";
  const provider = `arn:${partition}:iam::${account}:oidc-provider/${issuer.replace("https://", "")}`;
  const kube = openCluster(aws, cluster);
  try {
    const [workloads, namespaces, serviceAccounts, hasProvider, hasAgent, associations] = await Promise.all([
      readWorkloads(kube),
      annotationsOf(kube, resources.namespaces),
      annotationsOf(kube, resources.serviceAccounts),
      exists(() => aws.call("iam", "GetOpenIDConnectProvider", { OpenIDConnectProviderArn: provider })),
      exists(() => aws.call("eks", "DescribeAddon", { clusterName: name, addonName: "eks-pod-identity-agent" })),
      readAssociations(aws, name),
    ]);
    const asked = workloads.flatMap((workload) => {
      const role = podRole({ ...workload, namespaceAnnotations: namespaces.get(workload.namespace) }, settings);
      return "roleArn" in role ? [role.roleArn] : [];
    });
    const roles = await Promise.all(
      [...new Set(asked)].map(async (each) => [each, await readRole(aws, each, account)] as const),
    );
    return planPodRoleMigration(
      {
        cluster: { name, arn, account, partition, issuer },
        hasProvider,
        hasAgent,
        workloads,
        namespaces,
        serviceAccounts,
        roles: new Map(roles),
        associations,
      },
      settings,
      target,
    );
  } finally {
    kube.close();
  }
}
