// AssumeRoleForPodIdentity: a node's agent shows a pod's token and gets credentials of the role that the token's service
// account is associated with.
import { readPodToken } from "../../../../identity/index.ts";
import type { PodToken } from "../../../../identity/index.ts";
import type { Context, Operation } from "../../core/index.ts";
import { operation } from "../../core/index.ts";
import { isSignedBy, readJwt } from "../../jwt.ts";
import { createPublicKey } from "node:crypto";
import type { ClusterRow } from "../eks/state.ts";
import { clusters, oidcKeys, podIdentities } from "../eks/state.ts";
import { expiredToken, invalidParameter, invalidToken, notFound } from "./errors.ts";
import { openPodSession } from "./pod-session.ts";

interface Request {
  clusterName: string;
  token: string;
}

interface Response {
  subject: { namespace: string; serviceAccount: string };
  audience: string;
  podIdentityAssociation: { associationArn: string; associationId: string };
  assumedRoleUser: { arn: string; assumeRoleId: string };
  credentials: { sessionToken: string; secretAccessKey: string; accessKeyId: string; expiration: Date };
}

const audience = "pods.eks.amazonaws.com";
const clusterName = /^[0-9A-Za-z][A-Za-z0-9\-_]{0,99}$/;
/** Clocks differ by so much, seconds. */
const leeway = 60;

/** The cluster's keys made the signature; every other issuer's tokens are refused. */
function isGenuine(ctx: Context, { name, identity }: Readonly<ClusterRow>, token: string): boolean {
  const jwt = readJwt(token);
  const row = ctx.table(oidcKeys).get(name);
  if (!jwt || !row || row.issuer !== identity?.oidc?.issuer || jwt.claims["iss"] !== row.issuer) return false;
  const key = createPublicKey(row.publicKey).export({ format: "jwk" }) as Record<string, string>;
  return isSignedBy(jwt, [{ ...key, kid: row.kid }]);
}

/** Tokens are judged by wall time, like everything that real processes hold. */
function checkToken(ctx: Context, cluster: Readonly<ClusterRow>, text: string): PodToken {
  const token = readPodToken(text);
  if (!token || !isGenuine(ctx, cluster, text))
    throw invalidToken("The token included in the request is not a service account token of this cluster.");
  if (!token.audiences.includes(audience))
    throw invalidToken(`The token's audience is ${token.audiences.join(", ")}, and not ${audience}.`);
  const now = Date.now() / 1000;
  if (token.expires === undefined || now >= token.expires)
    throw expiredToken("The token included in the request is expired.");
  if (token.notBefore !== undefined && token.notBefore > now + leeway)
    throw invalidToken("The token included in the request is not valid yet.");
  return token;
}

function run(input: Request, ctx: Context): Response {
  const cluster = ctx.table(clusters).get(input.clusterName);
  if (!clusterName.test(input.clusterName)) throw invalidParameter("clusterName is not a name of a cluster.");
  if (!cluster) throw notFound(`No cluster found for name: ${input.clusterName}.`);
  const token = checkToken(ctx, cluster, input.token);
  const { namespace, serviceAccount } = token;
  const association = ctx
    .table(podIdentities)
    .by("cluster", cluster.name)
    .find((row) => row.namespace === namespace && row.serviceAccount === serviceAccount);
  if (!association)
    throw notFound(
      `No pod identity association found for service account ${namespace}/${serviceAccount} in cluster ${cluster.name}.`,
    );
  const { Credentials, AssumedRoleUser } = openPodSession(ctx, { cluster, association, token });
  return {
    subject: { namespace, serviceAccount },
    audience,
    podIdentityAssociation: {
      associationArn: association.associationArn,
      associationId: association.associationId,
    },
    assumedRoleUser: { arn: AssumedRoleUser?.Arn ?? "", assumeRoleId: AssumedRoleUser?.AssumedRoleId ?? "" },
    credentials: {
      sessionToken: Credentials?.SessionToken ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      accessKeyId: Credentials?.AccessKeyId ?? "",
      expiration: Credentials?.Expiration ?? new Date(0),
    },
  };
}

export const assumeRoleForPodIdentity: Operation = operation<Request, Response>({
  readOnly: true,
  permissions: (input, ctx) => [
    {
      action: "eks-auth:AssumeRoleForPodIdentity",
      resource: `arn:${ctx.partition}:eks:${ctx.region}:${ctx.account}:cluster/${input.clusterName}`,
    },
  ],
  run,
});
