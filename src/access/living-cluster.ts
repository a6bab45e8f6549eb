// A cluster as EKS describes it, as far as getting to it needs, and the way to its API server.
import type { Aws } from "../aws/index.ts";
import { isGone } from "../aws/index.ts";
import { LotseError } from "../base/index.ts";
import type { AuthenticationMode } from "../identity/index.ts";
import { bearerToken } from "../identity/index.ts";
import type { Kube } from "../kube/index.ts";
import { openKube } from "../kube/index.ts";

/** A cluster that can be reached. */
export interface LivingCluster {
  name: string;
  arn: string;
  partition: string;
  account: string;
  region: string;
  status: string;
  version: string;
  /** `https://…` */
  server: string;
  /** PEM in base64, as EKS gives it. */
  authority: string;
  mode: AuthenticationMode;
  /** Of a local cluster on Outposts: tokens are for this instead of the name. */
  localId?: string;
  /** Of its service accounts' tokens: `https://oidc.eks.…/id/…`. */
  issuer?: string;
}

/** What tokens for the cluster are bound to. */
export const tokenName = ({ name, localId }: Pick<LivingCluster, "name" | "localId">): string => localId ?? name;

/** Statuses in which the API server answers; the AWS CLI asks for the same. */
const reachable = new Set(["ACTIVE", "UPDATING"]);

/**
 * Asks EKS.
 *
 * @throws LotseError `access/no-cluster`, `access/cluster-status`, `aws/…`
 */
export async function describeCluster(aws: Aws, name: string): Promise<LivingCluster> {
  const found = await aws.call("eks", "DescribeCluster", { name }).catch((error: unknown) => {
    if (!isGone(error)) throw error;
    return undefined;
  });
  const cluster = found?.cluster;
  if (!cluster)
    throw new LotseError("access/no-cluster", {
      title: `There is no cluster ${name} in ${aws.region}`,
      remedy: "`lotse get cluster` lists those of the region; give --region for another one.",
    });
  const { status = "", arn = "", endpoint, certificateAuthority, version = "", accessConfig, outpostConfig } = cluster;
  if (!reachable.has(status) || !endpoint || !certificateAuthority?.data)
    throw new LotseError("access/cluster-status", {
      title: `Cluster status is ${status}`,
      detail: `${name} has no API server that could be reached now.`,
      remedy: "Wait until it is ACTIVE: `lotse status` tells.",
      subject: `cluster/${name}`,
    });
  const [, partition = "aws", , region = aws.region, account = ""] = arn.split(":");
  return {
    name,
    arn,
    partition,
    account,
    region,
    status,
    version,
    server: endpoint,
    authority: certificateAuthority.data,
    mode: accessConfig?.authenticationMode ?? "CONFIG_MAP",
    ...(outpostConfig && cluster.id !== undefined ? { localId: cluster.id } : {}),
    ...(cluster.identity?.oidc?.issuer === undefined ? {} : { issuer: cluster.identity.oidc.issuer }),
  };
}

/** Opens the way to the API server, as the caller; nothing is sent yet. `retries` as in `KubeTarget`. */
export function openCluster(aws: Aws, cluster: LivingCluster, options: { retries?: number } = {}): Kube {
  return openKube({
    ...options,
    server: cluster.server,
    authority: Buffer.from(cluster.authority, "base64").toString("utf8"),
    ...(aws.signal ? { signal: aws.signal } : {}),
    token: async () => {
      const { token, expiresAt } = bearerToken({
        cluster: tokenName(cluster),
        region: cluster.region,
        credentials: await aws.credentials(),
        endpoint: aws.endpoint,
        at: Date.now(),
      });
      return { token, expires: expiresAt };
    },
  });
}
