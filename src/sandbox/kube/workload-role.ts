// As whom the pods of a service account call AWS: by a pod identity association, by the role that the account is
// annotated with (IRSA), or by the role of the node that they run on.
import type { AssumeRoleWithWebIdentityResponse } from "@aws-sdk/client-sts";
import type { GetInstanceProfileResponse, GetRoleResponse } from "@aws-sdk/client-iam";
import type { Cloud, Context, Principal } from "../aws/core/index.ts";
import { AwsError, servicePrincipal } from "../aws/core/index.ts";
import { podIdentities } from "../aws/services/eks/state.ts";
import type { KubeClient, KubeObject } from "./client.ts";
import type { ClusterKey } from "./cluster-key.ts";

export interface WorkloadRolesOptions {
  key: ClusterKey;
  cloud: Cloud;
  client: KubeClient;
}

/** Somebody, or why the workload is nobody. */
export type WorkloadRole = { principal: Principal } | { problem: string };

const roleAnnotation = "eks.amazonaws.com/role-arn";
/** What a role may do is asked at every call; who it is, is asked again after so long. */
const freshFor = 20_000;
/** Who is nobody asks again soon. */
const problemFor = 3_000;

interface Session {
  name: string;
  id: string;
  arn: string;
}

function sessionOf({ name, id, arn }: Session, session: string): Principal {
  const [, partition = "aws", , , account = ""] = arn.split(":");
  return {
    type: "AssumedRole",
    account,
    arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${session}`,
    principalId: `${id}:${session}`,
    name,
    roleArn: arn,
  };
}

/** The session of an instance's role. */
export function instanceRole(ctx: Context, instanceId: string, profileArn: string | undefined): WorkloadRole {
  const profile = profileArn?.split("/").at(-1);
  if (profile === undefined) return { problem: `instance ${instanceId} has no instance profile` };
  try {
    const found = ctx.call<GetInstanceProfileResponse>("iam", "GetInstanceProfile", { InstanceProfileName: profile });
    const role = found.InstanceProfile?.Roles?.[0];
    if (!role?.Arn || !role.RoleName || !role.RoleId) return { problem: `instance profile ${profile} has no role` };
    return { principal: sessionOf({ name: role.RoleName, id: role.RoleId, arn: role.Arn }, instanceId) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { problem: `${error.code}: ${error.message}` };
  }
}

export class WorkloadRoles {
  readonly #options: WorkloadRolesOptions;
  readonly #own: Map<string, { role: WorkloadRole | undefined; at: number }> = new Map();

  constructor(options: WorkloadRolesOptions) {
    this.#options = options;
  }

  /** Everything may have changed. */
  forget(): void {
    this.#own.clear();
  }

  /**
   * Role of a service account's own; undefined when its pods have the node's.
   *
   * @param namespace of the account
   */
  async own(namespace: string, account: string): Promise<WorkloadRole | undefined> {
    const key = `${namespace}/${account}`;
    const known = this.#own.get(key);
    const fresh = known?.role && "problem" in known.role ? problemFor : freshFor;
    if (known && Date.now() - known.at < fresh) return known.role;
    const role = this.#associated(namespace, account) ?? (await this.#annotated(namespace, account));
    this.#own.set(key, { role, at: Date.now() });
    return role;
  }

  /** Role of an instance: what its pods have when they have none of their own. */
  ofInstance(instanceId: string, profileArn: string | undefined): WorkloadRole {
    return instanceRole(this.#context(), instanceId, profileArn);
  }

  #context(): Context {
    const { cloud, key } = this.#options;
    const { account, region } = key;
    return cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
  }

  #associated(namespace: string, account: string): WorkloadRole | undefined {
    const ctx = this.#context();
    const row = ctx
      .table(podIdentities)
      .by("cluster", this.#options.key.name)
      .find((each) => each.namespace === namespace && each.serviceAccount === account);
    if (!row) return undefined;
    const eks = ctx.as(servicePrincipal("pods.eks.amazonaws.com", ctx.account));
    const conditions = {
      "aws:SourceAccount": ctx.account,
      "aws:RequestTag/eks-cluster-name": row.clusterName,
      "aws:RequestTag/kubernetes-namespace": namespace,
      "aws:RequestTag/kubernetes-service-account": account,
    };
    const needed = row.disableSessionTags === true ? ["sts:AssumeRole"] : ["sts:AssumeRole", "sts:TagSession"];
    if (!needed.every((action) => eks.allowed(action, row.roleArn, conditions)))
      return { problem: `AccessDeniedException: EKS does not have permissions to assume the role ${row.roleArn}` };
    return this.ofRole(row.roleArn, `eks-${account}`);
  }

  /** A session of a role, when there is such a role. */
  ofRole(roleArn: string, session: string): WorkloadRole {
    try {
      const { Role } = this.#context().call<GetRoleResponse>("iam", "GetRole", { RoleName: roleArn.split("/").at(-1) });
      if (!Role?.Arn || !Role.RoleName || !Role.RoleId) return { problem: `role ${roleArn} is gone` };
      return { principal: sessionOf({ name: Role.RoleName, id: Role.RoleId, arn: Role.Arn }, session) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { problem: `${error.code}: ${error.message}` };
    }
  }

  /** With a token of the cluster, as its pods do it: trust policy and issuer are judged by the emulated STS. */
  async #annotated(namespace: string, account: string): Promise<WorkloadRole | undefined> {
    const { client, cloud, key } = this.#options;
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}`;
    const found = await client.find<KubeObject>(path);
    const roleArn = found?.metadata.annotations?.[roleAnnotation];
    if (!roleArn) return undefined;
    const { status } = await client.create<{ status: { token: string } }>(`${path}/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: ["sts.amazonaws.com"], expirationSeconds: 3600 },
    });
    const principal: Principal = { type: "Anonymous", account: key.account, arn: "", principalId: "", name: "" };
    try {
      const answer = cloud
        .context({ account: key.account, region: key.region, principal })
        .call<AssumeRoleWithWebIdentityResponse>("sts", "AssumeRoleWithWebIdentity", {
          RoleArn: roleArn,
          RoleSessionName: `${namespace}-${account}`.slice(0, 64),
          WebIdentityToken: status.token,
        });
      const [, , , , owner = ""] = roleArn.split(":");
      const [id = "", session = ""] = (answer.AssumedRoleUser?.AssumedRoleId ?? "").split(":");
      const name = roleArn.split("/").at(-1) ?? "";
      return { principal: { ...sessionOf({ name, id, arn: roleArn }, session), account: owner } };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { problem: `failed to retrieve credentials, ${error.code}: ${error.message}` };
    }
  }
}
