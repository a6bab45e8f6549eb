// Whether a cluster lets a node in: its role must be mapped to the node's own name, in the group of nodes.
import type { AwsAuthData, Identity } from "../../../identity/index.ts";
import { clusterMappers, decideMapping } from "../../../identity/index.ts";
import type { Cloud, Principal } from "../../aws/core/index.ts";
import type { ClusterKey } from "../cluster-key.ts";
import { accessWorld } from "../webhooks/access.ts";
import type { WorkloadRoles } from "../workload-role.ts";
import type { Admission } from "./fleet.ts";
import type { NodeSpec } from "./membership.ts";

export interface AdmissionsOptions {
  key: ClusterKey;
  cloud: Cloud;
  roles: WorkloadRoles;
  awsAuth(): AwsAuthData | undefined;
}

/** Access that changes is seen after so long, wall milliseconds. */
const freshFor = 2_000;
const refused = (reason: string): Admission => ({ allowed: false, reason });

function identityOf({ arn, principalId, roleArn = "" }: Principal): Identity {
  const [, partition = "aws", , , account = ""] = roleArn.split(":");
  const [id = "", sessionName = ""] = principalId.split(":");
  return {
    arn,
    canonicalArn: `arn:${partition}:iam::${account}:role/${roleArn.split("/").at(-1)}`,
    type: "assumed-role",
    accountId: account,
    userId: principalId,
    principalId: id,
    sessionName,
    accessKeyId: "",
  };
}

export class Admissions {
  readonly #options: AdmissionsOptions;
  /** By role: nodes of one role are let in together. */
  readonly #known: Map<string, { admission: Admission; at: number }> = new Map();

  constructor(options: AdmissionsOptions) {
    this.#options = options;
  }

  /** Access may have changed. */
  forget(): void {
    this.#known.clear();
  }

  admit(node: NodeSpec): Admission {
    const key = `${node.profileArn ?? ""} ${node.system === "fargate"}`;
    const known = this.#known.get(key);
    if (known?.admission.allowed && Date.now() - known.at < freshFor) return known.admission;
    const admission = this.#ask(node);
    this.#known.set(key, { admission, at: Date.now() });
    return admission;
  }

  /** Why Fargate's nodes with this role aren't let in, or undefined. */
  fargateProblem(roleArn: string): string | undefined {
    const role = this.#options.roles.ofRole(roleArn, "fargate-node");
    if ("problem" in role) return role.problem;
    const world = accessWorld(this.#options.cloud, this.#options.key, this.#options.awsAuth());
    if (!world) return "the cluster is gone";
    const decision = decideMapping(identityOf(role.principal), clusterMappers(world.access), world.decide);
    if (!decision.allowed) return decision.reason;
    return decision.user.groups.includes("system:nodes") ? undefined : `${roleArn} is not in group system:nodes`;
  }

  /** The role as the kubelet would present it: a session named after the instance. */
  #identity(node: NodeSpec): Identity | string {
    const role = this.#options.roles.ofInstance(node.instanceId, node.profileArn);
    if ("problem" in role) return role.problem;
    return identityOf(role.principal);
  }

  #ask(node: NodeSpec): Admission {
    // Fargate's nodes are let in with their profile's role, which was looked at when the profile was made.
    if (node.system === "fargate") return { allowed: true };
    const identity = this.#identity(node);
    if (typeof identity === "string") return refused(identity);
    const world = accessWorld(this.#options.cloud, this.#options.key, this.#options.awsAuth());
    if (!world) return refused("the cluster is gone");
    const decision = decideMapping(identity, clusterMappers(world.access), world.decide);
    if (!decision.allowed) return refused(decision.reason);
    const { username, groups } = decision.user;
    if (username === `system:node:${node.name}` && groups.includes("system:nodes")) return { allowed: true };
    return refused(
      `${identity.canonicalArn} is ${username} [${groups.join(", ")}] in the cluster, and a node has to be system:node:${node.name} in system:nodes`,
    );
  }
}
