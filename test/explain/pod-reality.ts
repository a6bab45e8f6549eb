// A case made real in a sandbox: roles, policies, a token that the cluster's key signed, and the call itself.
import { createSign } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { PodFacts } from "../../src/explain/index.ts";
import { admitted, read } from "../../src/explain/index.ts";
import { servicePrincipal } from "../../src/sandbox/aws/core/index.ts";
import { oidcKey } from "../../src/sandbox/aws/services/eks/certificate.ts";
import type { SandboxCredentials } from "../../src/sandbox/index.ts";
import { makeCluster } from "../helpers/eks-by-api.ts";
import type { World } from "../helpers/world.ts";
import type { PodCase, Policy } from "./cases.ts";

export interface Place {
  world: World;
  cluster: string;
  issuer: string;
  clusterArn: string;
}

/** Calls as somebody whom no bucket policy shuts out: those of the cases deny the administrator too. */
function unjudged({ world }: Place): World["send"] {
  const { cloud, account, region } = world.sandbox;
  const principal = servicePrincipal("eks.amazonaws.com", account);
  return (service, operation, input) => cloud.invoke({ service, operation, input, account, region, principal });
}

/** A cluster without Kubernetes, and a bucket with an object. */
export function makePlace(world: World): Place {
  makeCluster(world.sandbox, "quay");
  const { cluster } = world.send<{ cluster: { arn: string; identity: { oidc: { issuer: string } } } }>(
    "eks",
    "DescribeCluster",
    { name: "quay" },
  );
  world.send("s3", "CreateBucket", {
    Bucket: "data",
    CreateBucketConfiguration: { LocationConstraint: world.sandbox.region },
  });
  // Policies for everybody are part of the cases.
  world.send("s3", "DeletePublicAccessBlock", { Bucket: "data" });
  return { world, cluster: "quay", issuer: cluster.identity.oidc.issuer, clusterArn: cluster.arn };
}

const serverAudience = "https://kubernetes.default.svc";

function tokenOf({ world, issuer, cluster }: Place, pod: PodFacts, audience: string): string {
  const { account, region } = world.sandbox;
  const ctx = world.sandbox.cloud.context({
    account,
    region,
    principal: servicePrincipal("eks.amazonaws.com", account),
  });
  const key = world.sandbox.cloud.store.transaction(() => oidcKey(ctx, cluster, issuer));
  const now = Math.floor(Date.now() / 1000);
  const { namespace, name, uid } = pod.metadata;
  const serviceAccount = pod.spec.serviceAccountName ?? "default";
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    iss: issuer,
    sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    aud: [audience],
    iat: now,
    nbf: now,
    exp: now + 600,
    "kubernetes.io": { namespace, serviceaccount: { name: serviceAccount, uid: "sa-1" }, pod: { name, uid } },
  };
  const content = `${part({ alg: "RS256", kid: key.kid })}.${part(claims)}`;
  return `${content}.${createSign("sha256").update(content).sign(key.privateKey).toString("base64url")}`;
}

export interface MadeCase {
  case: PodCase;
  /** As the webhook leaves it. */
  pod: PodFacts;
  role: string;
  target: string;
  resource: string;
  clear(): void;
}

/** Makes everything that a case is about. */
export function makeCase(place: Place, one: PodCase, at: number): MadeCase {
  const { world, cluster, issuer, clusterArn } = place;
  const send = unjudged(place);
  const { account } = world.sandbox;
  const [role, target] = [`web-${at}`, `far-${at}`];
  const filled = (policy: Policy): string =>
    JSON.stringify(policy)
      .replaceAll("{account}", account)
      .replaceAll("{issuer}", issuer.replace("https://", ""))
      .replaceAll("{cluster}", clusterArn)
      .replaceAll("{role}", role)
      .replaceAll("{target}", target);
  const arnOf = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
  const undo: (() => void)[] = [];
  const makeRole = (name: string, trust: string, policies: readonly Policy[], boundary?: string): void => {
    const tags = Object.entries(one.tags).map(([Key, Value]) => ({ Key, Value }));
    send("iam", "CreateRole", {
      RoleName: name,
      AssumeRolePolicyDocument: trust,
      Tags: tags,
      ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
    });
    policies.forEach((policy, i) =>
      send("iam", "PutRolePolicy", { RoleName: name, PolicyName: `p${i}`, PolicyDocument: filled(policy) }),
    );
  };
  // A principal of a trust has to be there when it is named; roles name each other.
  const stub = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  let boundary: string | undefined;
  if (one.boundary) {
    const { Policy: made } = send<{ Policy: { Arn: string } }>("iam", "CreatePolicy", {
      PolicyName: `limit-${at}`,
      PolicyDocument: filled(one.boundary),
    });
    boundary = made.Arn;
  }
  makeRole(role, stub, one.identity, boundary);
  makeRole(target, stub, one.targetIdentity);
  send("iam", "UpdateAssumeRolePolicy", { RoleName: role, PolicyDocument: filled(one.trust) });
  send("iam", "UpdateAssumeRolePolicy", { RoleName: target, PolicyDocument: filled(one.targetTrust) });
  const url = issuer.replace("https://", "");
  if (one.provider !== "none") {
    const ClientIDList = one.provider === "own" ? ["sts.amazonaws.com", "other"] : ["someone-else"];
    send("iam", "CreateOpenIDConnectProvider", { Url: issuer, ClientIDList, ThumbprintList: ["9".repeat(40)] });
  }
  const associated = one.way === "pod-identity";
  const { disableSessionTags, policy, target: chained, gone } = one.association;
  let association: string | undefined;
  if (associated) {
    const made = send<{ association: { associationId: string } }>("eks", "CreatePodIdentityAssociation", {
      clusterName: cluster,
      namespace: one.namespace,
      serviceAccount: one.serviceAccount,
      roleArn: arnOf(role),
      disableSessionTags: disableSessionTags || policy !== undefined,
      ...(policy ? { policy: filled(policy) } : {}),
      ...(chained ? { targetRoleArn: arnOf(target) } : {}),
    });
    association = made.association.associationId;
    if (gone) send("eks", "DeletePodIdentityAssociation", { clusterName: cluster, associationId: association });
  }
  send("s3", "PutObject", { Bucket: "data", Key: "shop/a.txt", Body: new Uint8Array([1]) });
  if (one.bucket) send("s3", "PutBucketPolicy", { Bucket: "data", Policy: filled(one.bucket) });
  const bare: PodFacts = {
    metadata: { name: "cart-1", namespace: one.namespace, uid: "5f7c0f0e-0000-4000-8000-000000000001" },
    spec: {
      serviceAccountName: one.serviceAccount,
      containers: [
        {
          name: "app",
          env: one.sessionName === undefined ? [] : [{ name: "AWS_ROLE_SESSION_NAME", value: one.sessionName }],
        },
      ],
    },
  };
  const annotations = {
    "eks.amazonaws.com/role-arn": arnOf(role),
    ...(one.audience === undefined ? {} : { "eks.amazonaws.com/audience": one.audience }),
  };
  const pod = admitted(
    bare,
    read(associated ? undefined : { annotations }),
    read(associated ? { id: "", roleArn: arnOf(role) } : undefined),
  );
  const quietly = (service: string, operation: string, input: object): void => {
    try {
      send(service, operation, input);
    } catch {
      // What a remedy has taken away already is gone.
    }
  };
  undo.push(() => {
    for (const name of [role, target]) {
      const { PolicyNames } = send<{ PolicyNames: string[] }>("iam", "ListRolePolicies", { RoleName: name });
      for (const PolicyName of PolicyNames) send("iam", "DeleteRolePolicy", { RoleName: name, PolicyName });
      send("iam", "DeleteRole", { RoleName: name });
    }
    if (boundary !== undefined) {
      const { Versions } = send<{ Versions: { VersionId: string; IsDefaultVersion: boolean }[] }>(
        "iam",
        "ListPolicyVersions",
        { PolicyArn: boundary },
      );
      for (const { VersionId, IsDefaultVersion } of Versions)
        if (!IsDefaultVersion) send("iam", "DeletePolicyVersion", { PolicyArn: boundary, VersionId });
      send("iam", "DeletePolicy", { PolicyArn: boundary });
    }
    quietly("iam", "DeleteOpenIDConnectProvider", {
      OpenIDConnectProviderArn: `arn:aws:iam::${account}:oidc-provider/${url}`,
    });
    if (association !== undefined)
      quietly("eks", "DeletePodIdentityAssociation", { clusterName: cluster, associationId: association });
    send("s3", "DeleteBucketPolicy", { Bucket: "data" });
  });
  if (!pod) throw new Error("the webhook lets the pod be");
  const resource = one.action === "s3:ListBucket" ? "arn:aws:s3:::data" : "arn:aws:s3:::data/shop/a.txt";
  return { case: one, pod, role, target, resource, clear: () => undo.forEach((step) => step()) };
}

const refusals =
  /^(AccessDenied(Exception)?|InvalidIdentityToken(Exception)?|ResourceNotFoundException|InvalidTokenException)$/;

/** True when it was let through, a refusal's text when it wasn't; anything else is thrown. */
async function refused(attempt: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    const { name = "", code = name, message = "" } = error as { name?: string; code?: string; message?: string };
    const told = refusals.test(name) ? name : code;
    if (refusals.test(told)) return `${told}: ${message}`;
    throw error;
  }
}

/** What the pod is given. */
export async function credentialsOf(place: Place, made: MadeCase): Promise<SandboxCredentials> {
  const { world, cluster } = place;
  const { pod } = made;
  if (made.case.way === "pod-identity") {
    const token = tokenOf(place, pod, "pods.eks.amazonaws.com");
    const { credentials } = world.send<{ credentials: SandboxCredentials }>("eks-auth", "AssumeRoleForPodIdentity", {
      clusterName: cluster,
      token,
    });
    return credentials;
  }
  const projected = pod.spec.volumes?.[0]?.projected?.sources?.[0]?.serviceAccountToken;
  const role = pod.spec.containers[0]?.env?.find(({ name }) => name === "AWS_ROLE_ARN")?.value;
  const sts = new STSClient(world.sandbox.clientConfig());
  const { Credentials } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: role,
      RoleSessionName: made.case.sessionName ?? "botocore-session-1",
      WebIdentityToken: tokenOf(place, pod, projected?.audience ?? serverAudience),
    }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
}

/** Makes the call as the pod would; a refusal's text, or undefined when it was allowed. */
export async function reality(place: Place, made: MadeCase): Promise<string | undefined> {
  let credentials: SandboxCredentials | undefined;
  const closed = await refused(async () => {
    credentials = await credentialsOf(place, made);
  });
  if (closed !== undefined || !credentials) return closed ?? "no credentials";
  const s3 = new S3Client({ ...place.world.sandbox.clientConfig({ credentials }), forcePathStyle: true });
  const object = { Bucket: "data", Key: "shop/a.txt" };
  const calls = {
    "s3:GetObject": async () => s3.send(new GetObjectCommand(object)),
    "s3:PutObject": async () => s3.send(new PutObjectCommand({ ...object, Body: "x" })),
    "s3:DeleteObject": async () => s3.send(new DeleteObjectCommand(object)),
    "s3:ListBucket": async () => s3.send(new ListObjectsV2Command({ Bucket: "data" })),
  };
  const answer = await refused(calls[made.case.action]);
  unjudged(place)("s3", "PutObject", { ...object, Body: new Uint8Array([1]) });
  return answer;
}

/** The words of a line of the shell. */
export const words = (line: string): string[] =>
  [...line.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll(String.raw`'\''`, "'"),
  );

const pascal = (text: string): string =>
  text
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("")
    .replace("ClientId", "ClientID")
    .replace("OpenId", "OpenID");

/** Carries out a command of the AWS CLI, as it is proposed. */
export function carryOut(place: Place, command: string): void {
  const [program, service = "", operation = "", ...options] = words(command);
  if (program !== "aws") throw new Error(`no command of the AWS CLI: ${command}`);
  const lower = service === "eks";
  const input: Record<string, unknown> = {};
  for (let i = 0; i < options.length; i += 1) {
    const name = pascal((options[i] ?? "").slice(2));
    const key = lower ? name.charAt(0).toLowerCase() + name.slice(1) : name;
    const value = options[i + 1];
    if (value === undefined || value.startsWith("--")) input[key] = true;
    else {
      input[key] = key.endsWith("List") ? [value] : value;
      i += 1;
    }
  }
  unjudged(place)(service === "s3api" ? "s3" : service, pascal(operation), input);
}
