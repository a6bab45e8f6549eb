// What `sandbox exec` asks the sandbox's process: a way into a cluster, what an instance's metadata service says, and
// credentials as the EKS Pod Identity agent of a node gets them.
import type { AssumeRoleResponse } from "@aws-sdk/client-sts";
import { issueCertificate, LotseError } from "../../base/index.ts";
import type { Cloud, Context } from "../aws/core/index.ts";
import { AwsError, servicePrincipal } from "../aws/core/index.ts";
import { instances } from "../aws/services/ec2/state.ts";
import { authority } from "../aws/services/eks/certificate.ts";
import { addonTable } from "../aws/services/eks/state.ts";
import type { ClusterStatus } from "../kube/index.ts";
import type { ClientFiles } from "../kube/control-plane/files.ts";
import { instanceRole } from "../kube/workload-role.ts";

/** A way into a cluster that may do everything. */
export interface ClusterDoor extends ClientFiles {
  account: string;
  region: string;
  name: string;
  /** Of its API server on 127.0.0.1. */
  port: number;
  /** Whether the add-on with the EKS Pod Identity agent is installed. */
  agent: boolean;
  /** Why nobody gets in, where that is known. */
  problem?: string;
}

/** Temporary credentials as instances and pods get them. */
export interface RoleCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** Epoch milliseconds. */
  expires: number;
}

/** What an instance's metadata service knows. */
export interface InstanceFacts {
  id: string;
  type: string;
  imageId: string;
  account: string;
  region: string;
  zone: string;
  privateIp: string;
  architecture: string;
  launchedAt: number;
  /** `required` or `optional`. */
  tokens: string;
  hopLimit: number;
  /** `enabled` or `disabled`. */
  endpoint: string;
  role?: { name: string; profileArn: string; profileId: string; credentials?: RoleCredentials; problem?: string };
}

/** An answer of EKS Auth, or its error. */
export type PodCredentials =
  | { credentials: RoleCredentials; account: string }
  | { code: string; message: string; status: number };

const places = ({ region, name }: { region: string; name: string }): string => `${name} (${region})`;

function chooseCluster(
  all: readonly ClusterStatus[],
  name: string | undefined,
  region: string | undefined,
): ClusterStatus {
  const fitting = all.filter(
    (each) => (name === undefined || each.name === name) && (region === undefined || each.region === region),
  );
  const [found, ...others] = fitting;
  if (found && others.length === 0) return found;
  throw new LotseError("sandbox/which-cluster", {
    title: found
      ? `More than one cluster may be meant: ${fitting.map(places).join(", ")}`
      : `The sandbox has no cluster ${name ?? ""}${region === undefined ? "" : ` in ${region}`}`.trim(),
    remedy: found
      ? "Name it: --cluster, and --region where two have the same name."
      : all.length > 0
        ? `It has ${all.map(places).join(", ")}.`
        : "Make one: lotse apply -f cluster.yaml --sandbox",
    blame: "user",
  });
}

/** The door of a cluster; of the only one when none is named. */
export function clusterDoor(
  cloud: Cloud,
  clusters: readonly ClusterStatus[] | undefined,
  wanted: { name?: string | undefined; region?: string | undefined },
): ClusterDoor {
  if (!clusters)
    throw new LotseError("sandbox/no-cluster", {
      title: "This sandbox runs no Kubernetes, so it has no pods",
      remedy: "Start it with --kubernetes lazy.",
      blame: "user",
    });
  const { account, region, name, endpoint, problem, note } = chooseCluster(clusters, wanted.name, wanted.region);
  const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
  const issuer = cloud.store.transaction(() => authority(ctx, name));
  const request = { commonName: "lotse:sandbox", organizations: ["system:masters"], usage: "client" as const, days: 1 };
  const { certificate, privateKey } = issueCertificate(issuer, request, Date.now());
  return {
    account,
    region,
    name,
    port: Number(endpoint.split(":").at(-1)),
    certificate,
    key: privateKey,
    authority: issuer.certificate,
    agent: ctx
      .table(addonTable)
      .by("cluster", name)
      .some(({ addonName }) => addonName === "eks-pod-identity-agent"),
    ...((problem ?? note) === undefined ? {} : { problem: (problem ?? note) as string }),
  };
}

/** Six hours, as EC2 gives them out. */
const instanceSession = 6 * 3600;

/** EC2 assumes the role for the instance when the role's trust lets it. */
function instanceCredentials(ctx: Context, roleArn: string, instanceId: string): RoleCredentials | undefined {
  const ec2 = ctx.as(servicePrincipal("ec2.amazonaws.com", ctx.account));
  if (!ec2.allowed("sts:AssumeRole", roleArn)) return undefined;
  const { Credentials } = ec2.call<AssumeRoleResponse>("sts", "AssumeRole", {
    RoleArn: roleArn,
    RoleSessionName: instanceId,
    DurationSeconds: instanceSession,
  });
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
    expires: Credentials?.Expiration?.getTime() ?? 0,
  };
}

interface InstancePlace {
  account: string;
  region: string;
  instance: string;
}

/** What the metadata service of an instance says; undefined when there is no such instance. */
export function instanceFacts(cloud: Cloud, { account, region, instance }: InstancePlace): InstanceFacts | undefined {
  const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
  const row = ctx.table(instances).get(instance);
  if (!row) return undefined;
  const { id, type, imageId, zone, architecture, launchedAt, metadata, profile } = row;
  const found = profile && instanceRole(ctx, id, profile.arn);
  const role = found && "principal" in found ? found.principal : undefined;
  const credentials =
    role?.roleArn === undefined
      ? undefined
      : cloud.store.transaction(() => instanceCredentials(ctx, role.roleArn ?? "", id));
  return {
    id,
    type,
    imageId,
    account,
    region,
    zone,
    privateIp: row.privateIp ?? "",
    architecture,
    launchedAt,
    tokens: metadata.tokens,
    hopLimit: metadata.hopLimit,
    endpoint: metadata.endpoint,
    ...(profile && role
      ? {
          role: {
            name: role.name,
            profileArn: profile.arn,
            profileId: profile.id,
            ...(credentials ? { credentials } : { problem: "EC2 cannot assume the role" }),
          },
        }
      : {}),
  };
}

interface EksAuthAnswer {
  assumedRoleUser: { arn: string };
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: Date };
}

/** Asks EKS Auth as the role of a node, as the node's agent does. */
export function podCredentials(
  cloud: Cloud,
  { account, region, instance, cluster, token }: InstancePlace & { cluster: string; token: string },
): PodCredentials {
  const eks = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
  const role = instanceRole(eks, instance, eks.table(instances).get(instance)?.profile?.arn);
  if ("problem" in role)
    return { code: "AccessDeniedException", message: `the agent has no credentials: ${role.problem}`, status: 400 };
  const service = "eks-auth";
  try {
    const answer = cloud.invoke<EksAuthAnswer>({
      service,
      operation: "AssumeRoleForPodIdentity",
      input: { clusterName: cluster, token },
      account,
      region,
      principal: role.principal,
    });
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = answer.credentials;
    return {
      credentials: { accessKeyId, secretAccessKey, sessionToken, expires: expiration.getTime() },
      account: answer.assumedRoleUser.arn.split(":")[4] ?? account,
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { code: error.code, message: error.message, status: error.status ?? 400 };
  }
}
