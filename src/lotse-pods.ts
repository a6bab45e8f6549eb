// The library's verbs about pods' identity; a part of lotse.ts, which is their door.
import type { ListedIdentityProvider, NewIdentityProvider, ProviderWait } from "./access/index.ts";
import type { Aws } from "./aws/index.ts";
import type { Cluster } from "./config/index.ts";
import type { PolicyScope, WorkloadDefinition, WorkloadPolicy } from "./iam/index.ts";
import type { GivenPodRoleSettings, MadeTrust, MigrationTarget, PodRolePlan } from "./identity/index.ts";
import type { AssociationChoice, Plan, PodIdentityAssociationSummary, ServiceAccountsOptions } from "./plan/index.ts";

export type { AssociationChoice, PodIdentityAssociationSummary, ServiceAccountsOptions } from "./plan/index.ts";

/** What making service accounts with roles, or taking them down, would do; nothing else of the file. `runSteps` does it. */
export async function planServiceAccounts(
  cluster: Cluster,
  aws: Aws,
  options: ServiceAccountsOptions = {},
): Promise<Plan> {
  return (await import("./plan/index.ts")).planServiceAccounts(cluster, aws, options);
}

/** What making the cluster's OIDC provider in IAM would do; nothing else of the file. `runSteps` does it. */
export async function planOidcProvider(cluster: Cluster, aws: Aws): Promise<Plan> {
  return (await import("./plan/index.ts")).planOidcProvider(cluster, aws);
}

/** EKS Pod Identity's associations of a cluster, in eksctl's JSON shape. */
export const podIdentityAssociations = {
  list: async (aws: Aws, cluster: string, choice?: AssociationChoice): Promise<PodIdentityAssociationSummary[]> =>
    (await import("./plan/index.ts")).getPodIdentityAssociations(aws, cluster, choice),
};

/** Policies of well-known workloads: what each needs and why, as narrow as the scope makes it. */
export const workloadPolicies = {
  list: async (): Promise<readonly WorkloadDefinition[]> => (await import("./iam/index.ts")).workloads,
  /** By a name of {@link workloadPolicies.list}, or another name of the same. @throws RangeError when it is none, or the scope lacks what it needs */
  make: async (name: string, scope: PolicyScope = {}): Promise<WorkloadPolicy> => {
    const { workloadNamed, workloadPolicy, workloads } = await import("./iam/index.ts");
    const workload = workloadNamed(name);
    if (workload) return workloadPolicy(workload, scope);
    throw new RangeError(
      `there is no policy for ${JSON.stringify(name)}; known are ${workloads.map((each) => each.name).join(", ")}`,
    );
  },
};

/** The way from roles by annotation (kube2iam, kiam) to roles of service accounts; nothing is changed. */
export async function planPodRoles(
  aws: Aws,
  cluster: string,
  given: GivenPodRoleSettings,
  target: MigrationTarget,
): Promise<PodRolePlan> {
  return (await import("./access/index.ts")).planPodRoles(aws, cluster, given, target);
}

/** Whom a role for pods is to trust. */
export interface TrustRequest {
  /** Service accounts; names may be patterns. */
  accounts: readonly { namespace: string; name: string }[];
  /** Clusters that are looked up. */
  clusters: readonly string[];
  /** OIDC issuers that are taken as they are. */
  issuers: readonly string[];
  /** Of the tokens; none: `sts.amazonaws.com`. */
  audiences: readonly string[];
  /** For EKS Pod Identity instead of tokens. */
  podIdentity: boolean;
  /** Of the role; default: the caller's. */
  account?: string;
  partition?: string;
}

/** Trust policies of roles for pods, with warnings about what they leave open. */
export const trustPolicies = {
  /**
   * @param aws needed for clusters, and where no account is given
   * @throws LotseError `access/no-cluster`; RangeError when nobody is trusted
   */
  make: async (request: TrustRequest, aws?: Aws): Promise<MadeTrust> => {
    const { podIdentityTrust, webIdentityTrust } = await import("./identity/index.ts");
    const caller = request.account === undefined || request.clusters.length > 0 ? await aws?.identity() : undefined;
    const { account = caller?.account ?? "", partition = caller?.arn.split(":")[1] ?? "aws" } = request;
    const found: { arn: string; issuer: string }[] = [];
    for (const name of request.clusters) {
      if (!aws) throw new RangeError("clusters can't be looked up without a connection");
      const { describeCluster } = await import("./access/index.ts");
      const { arn, issuer = "" } = await describeCluster(aws, name);
      found.push({ arn, issuer });
    }
    const { accounts } = request;
    if (request.podIdentity) {
      const clusterArns = found.map(({ arn }) => arn);
      return podIdentityTrust({ ...(account === "" ? {} : { account }), clusterArns, accounts });
    }
    const issuers = [...found.map(({ issuer }) => issuer), ...request.issuers];
    const { audiences } = request;
    return webIdentityTrust({
      issuers: issuers.map((issuer) => ({ issuer, account, partition })),
      accounts,
      ...(audiences.length === 0 ? {} : { audiences }),
    });
  },
};

/** OpenID Connect providers of a cluster, by EKS. */
export const identityProviders = {
  list: async (aws: Aws, cluster: string): Promise<ListedIdentityProvider[]> =>
    (await import("./access/index.ts")).readIdentityProviders(aws, cluster),
  /** False when it is associated already. @throws LotseError `access/bad-provider`, `access/provider-update` */
  associate: async (aws: Aws, cluster: string, provider: NewIdentityProvider, how: ProviderWait): Promise<boolean> =>
    (await import("./access/index.ts")).associateIdentityProvider(aws, cluster, provider, how),
  /** @throws LotseError `access/no-provider`, `access/provider-update` */
  disassociate: async (aws: Aws, cluster: string, name: string, how: ProviderWait): Promise<void> =>
    (await import("./access/index.ts")).disassociateIdentityProvider(aws, cluster, name, how),
};
