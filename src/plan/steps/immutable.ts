// What AWS can't change once a cluster lives: said with the line of the file, before anything is tried.
import type { Cluster as EksCluster } from "@aws-sdk/client-eks";
import type { ConfigPath } from "../../config/index.ts";
import type { Template, TemplateValue } from "../../stacks/index.ts";
import { zonesOf } from "../known.ts";
import { isWritten, refuse, type Draft, type Planning } from "../planning.ts";

interface Fixed {
  path: ConfigPath;
  /** What it is, as a subject: "The zones of a living cluster". */
  what: string;
  have: string;
  want: string;
  /** What to do instead of changing it back. */
  remedy?: string;
}

/** What is compared: the wanted cluster stack with the living one, and the control plane as EKS describes it. */
interface Both {
  planning: Planning;
  cluster: EksCluster;
  wanted: Template;
  /** Absent when the stack's template can't be read. */
  living: Template | undefined;
}

const propertyOf = (template: Template | undefined, id: string, ...keys: string[]): TemplateValue | undefined =>
  keys.reduce<TemplateValue | undefined>(
    (value, key) => (value as Readonly<Record<string, TemplateValue>> | undefined)?.[key],
    template?.Resources[id]?.Properties as TemplateValue | undefined,
  );

function zones({ planning, wanted, living }: Both): Fixed | undefined {
  const [have, want] = [zonesOf(living), zonesOf(wanted)];
  const path = ["availabilityZones"];
  if (have.length === 0 || want.length === 0 || have.join() === want.join() || !isWritten(planning.cluster, path))
    return undefined;
  return {
    path,
    what: "The zones of a living cluster, and their order, by which its network was cut",
    have: `[${have.join(", ")}]`,
    want: `[${want.join(", ")}]`,
  };
}

function network({ wanted, living }: Both): Fixed | undefined {
  const [have, want] = [propertyOf(living, "VPC", "CidrBlock"), propertyOf(wanted, "VPC", "CidrBlock")];
  if (typeof have !== "string" || typeof want !== "string" || have === want) return undefined;
  return { path: ["vpc", "cidr"], what: "The network of a living cluster", have, want };
}

function serviceNetwork({ cluster, wanted }: Both): Fixed | undefined {
  const want = propertyOf(wanted, "ControlPlane", "KubernetesNetworkConfig", "ServiceIpv4Cidr");
  const have = cluster.kubernetesNetworkConfig?.serviceIpv4Cidr;
  if (typeof want !== "string" || have === undefined || want === have) return undefined;
  return {
    path: ["kubernetesNetworkConfig", "serviceIPv4CIDR"],
    what: "The service network of a living cluster",
    have,
    want,
  };
}

function role({ cluster, wanted, living }: Both): Fixed | undefined {
  const want = propertyOf(wanted, "ControlPlane", "RoleArn");
  const have = cluster.roleArn;
  const path = ["iam", "serviceRoleARN"];
  const what = "The role of a living control plane";
  if (have === undefined) return undefined;
  if (typeof want === "string") return want === have ? undefined : { path, what, have, want };
  const isItsOwn = !living || living.Resources["ServiceRole"] !== undefined;
  return isItsOwn ? undefined : { path, what, have, want: "one of its own" };
}

function creator({ planning, cluster }: Both): Fixed | undefined {
  const path = ["accessConfig", "bootstrapClusterCreatorAdminPermissions"];
  const have = cluster.accessConfig?.bootstrapClusterCreatorAdminPermissions;
  const want = planning.cluster.config.accessConfig?.bootstrapClusterCreatorAdminPermissions;
  if (have === undefined || want === undefined || want === have || !isWritten(planning.cluster, path)) return undefined;
  return {
    path,
    what: "Whether the creator of a living cluster is its administrator",
    have: String(have),
    want: String(want),
    remedy: want
      ? "Give the creator an access entry of its own under accessConfig.accessEntries"
      : "Delete the creator's access entry: aws eks delete-access-entry",
  };
}

const areas: readonly ((both: Both) => Fixed | undefined)[] = [zones, network, serviceNetwork, role, creator];

/** Refuses what can't be changed; makes no steps. */
export function immutable(planning: Planning): Draft[] {
  const { cluster, stacks } = planning.found;
  const wanted = planning.stacks.find(({ kind }) => kind === "cluster")?.template;
  if (!cluster || !wanted) return [];
  const living = stacks.get(`eksctl-${planning.found.name}-cluster`)?.template;
  for (const area of areas) {
    const fixed = area({ planning, cluster, wanted, living });
    if (!fixed) continue;
    const { path, what, have, want, remedy } = fixed;
    const back = `Set ${path.join(".")} to ${have}`;
    refuse(planning, "plan/immutable", `${what} can't change: ${have} → ${want}`, path, remedy ?? back);
  }
  return [];
}
