// The sessions behind an association: its role with the pod's tags, and from there the target role.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html and …/pod-id-assign-target-role.html
import type { AssumeRoleResponse } from "@aws-sdk/client-sts";
import type { PodToken } from "../../../../identity/index.ts";
import type { Context, Principal } from "../../core/index.ts";
import { AwsError, servicePrincipal } from "../../core/index.ts";
import type { ClusterRow, PodIdentityRow } from "../eks/state.ts";
import { everywhere } from "../iam/state.ts";
import { sessions } from "../sts/state.ts";
import { accessDenied, invalidRequest } from "./errors.ts";

/** Credentials live six hours; through a target role an hour, as chained sessions do. */
const [direct, chained] = [6 * 3600, 3600];

/** Whose pod asks, and what its service account is associated with. */
export interface PodRequest {
  cluster: Readonly<ClusterRow>;
  association: Readonly<PodIdentityRow>;
  token: PodToken;
}

function tagsOf({ cluster, token }: PodRequest): Record<string, string> {
  return {
    "eks-cluster-arn": cluster.arn,
    "eks-cluster-name": cluster.name,
    "kubernetes-namespace": token.namespace,
    "kubernetes-service-account": token.serviceAccount,
    "kubernetes-pod-name": token.pod?.name ?? "",
    "kubernetes-pod-uid": token.pod?.uid ?? "",
  };
}

/** `eks-CLUSTER-POD-UUID`; names are cut so that all of it fits into a session name's 64 characters. */
function sessionName(ctx: Context, { cluster, token }: PodRequest): string {
  const hex = ctx.ids.random.text("0123456789abcdef", 32);
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  const pod = token.pod?.name ?? token.serviceAccount;
  return `eks-${cluster.name.slice(0, 11)}-${pod.replaceAll(".", "-").slice(0, 11)}-${uuid}`;
}

const refused = "Unauthorized Exception! EKS does not have permissions to assume the associated role.";

/** Assumes the association's role as EKS does: by the role's trust alone. */
function assumeOwn(ctx: Context, request: PodRequest, name: string): AssumeRoleResponse {
  const { association, cluster } = request;
  const tagged = association.disableSessionTags !== true;
  const tags = tagged ? tagsOf(request) : {};
  const eks = ctx.as(servicePrincipal("pods.eks.amazonaws.com", ctx.account));
  const conditions = {
    "aws:SourceAccount": ctx.account,
    "aws:SourceArn": cluster.arn,
    "sts:RoleSessionName": name,
    ...(tagged ? { "aws:TagKeys": Object.keys(tags), "sts:TransitiveTagKeys": Object.keys(tags) } : {}),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
  const needed = tagged ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"];
  if (!needed.every((action) => eks.allowed(action, association.roleArn, conditions))) throw accessDenied(refused);
  return eks.call<AssumeRoleResponse>("sts", "AssumeRole", {
    RoleArn: association.roleArn,
    RoleSessionName: name,
    DurationSeconds: association.targetRoleArn === undefined ? direct : chained,
    // With a target role the policy is for that one.
    ...(association.policy !== undefined && association.targetRoleArn === undefined
      ? { Policy: association.policy }
      : {}),
    ...(tagged
      ? {
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          TransitiveTagKeys: Object.keys(tags),
        }
      : {}),
  });
}

function principalOf(ctx: Context, { Credentials }: AssumeRoleResponse): Principal {
  const session = ctx.table(sessions, everywhere).get(Credentials?.AccessKeyId ?? "");
  if (!session) throw accessDenied(refused);
  return session.principal;
}

/** From the association's role into another account's, perhaps; tags go along by themselves. */
function assumeTarget(ctx: Context, { association }: PodRequest, name: string, own: Principal): AssumeRoleResponse {
  const { targetRoleArn = "", disableSessionTags, externalId, policy } = association;
  const role = ctx.as(own);
  const problem = `Unauthorized Exception! The associated role ${association.roleArn} cannot assume the target role ${targetRoleArn}.`;
  if (disableSessionTags !== true && !role.allowed("sts:TagSession", targetRoleArn)) throw accessDenied(problem);
  try {
    return role.call<AssumeRoleResponse>("sts", "AssumeRole", {
      RoleArn: targetRoleArn,
      RoleSessionName: name,
      DurationSeconds: chained,
      ...(disableSessionTags === true && externalId !== undefined ? { ExternalId: externalId } : {}),
      ...(policy === undefined ? {} : { Policy: policy }),
    });
  } catch (error) {
    if (error instanceof AwsError && error.code === "AccessDenied") throw accessDenied(problem);
    throw error;
  }
}

/**
 * Opens the session that a pod gets.
 *
 * @throws AwsError AccessDeniedException when a role's trust or rights don't let it happen
 */
export function openPodSession(ctx: Context, request: PodRequest): AssumeRoleResponse {
  const name = sessionName(ctx, request);
  try {
    const own = assumeOwn(ctx, request, name);
    if (request.association.targetRoleArn === undefined) return own;
    return assumeTarget(ctx, request, name, principalOf(ctx, own));
  } catch (error) {
    // Tags and policy together are more than a session may carry.
    if (error instanceof AwsError && error.code === "PackedPolicyTooLarge")
      throw invalidRequest(`PackedPolicyTooLarge: ${error.message}`);
    throw error;
  }
}
