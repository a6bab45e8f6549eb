import { createSign } from "node:crypto";
import type { CreatePodIdentityAssociationResponse, DescribeClusterResponse } from "@aws-sdk/client-eks";
import { describe, it } from "vitest";
import { accessGuard } from "../../access/index.ts";
import type { Principal } from "../../core/index.ts";
import { servicePrincipal } from "../../core/index.ts";
import { refusal } from "../../testing.ts";
import { oidcKey } from "../eks/certificate.ts";
import { worldWithCluster } from "../eks/testing.ts";
import { services } from "../index.ts";
import { everywhere } from "../iam/state.ts";
import { sessions } from "../sts/state.ts";

const [account, region] = ["123456789012", "eu-central-1"];

interface Answer {
  assumedRoleUser: { arn: string; assumeRoleId: string };
  credentials: { accessKeyId: string; expiration: Date };
  subject: object;
}

const podTrust = (condition: object = {}): object => ({
  Effect: "Allow",
  Principal: { Service: "pods.eks.amazonaws.com" },
  Action: ["sts:AssumeRole", "sts:TagSession"],
  ...condition,
});

/** A cluster, a node's role, and a way to make roles, associations and tokens. */
function scene() {
  const here = worldWithCluster({ guards: accessGuard({ services }) });
  const { cluster } = here.eks<DescribeClusterResponse>("DescribeCluster", { name: "prod" });
  const issuer = cluster?.identity?.oidc?.issuer ?? "";
  const ctx = here.cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
  const roleId = here.call<{ Role: { RoleId: string } }>("iam", "GetRole", { RoleName: "nodes" }).Role.RoleId;
  const node: Principal = {
    type: "AssumedRole",
    account,
    arn: `arn:aws:sts::${account}:assumed-role/nodes/i-1`,
    principalId: `${roleId}:i-1`,
    name: "nodes",
    roleArn: here.nodeRole,
  };
  const role = (name: string, statement: object): string => {
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    return here.call<{ Role: { Arn: string } }>("iam", "CreateRole", { RoleName: name, AssumeRolePolicyDocument }).Role
      .Arn;
  };
  const token = (change: Record<string, unknown> = {}): string => {
    const key = here.cloud.store.transaction(() => oidcKey(ctx, "prod", issuer));
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      sub: "system:serviceaccount:shop:cart",
      aud: ["pods.eks.amazonaws.com"],
      iat: now,
      exp: now + 600,
      "kubernetes.io": { namespace: "shop", pod: { name: "cart-1", uid: "u-1" } },
      ...change,
    };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const content = `${part({ alg: "RS256", kid: key.kid })}.${part(claims)}`;
    return `${content}.${createSign("sha256").update(content).sign(key.privateKey).toString("base64url")}`;
  };
  const associate = (roleArn: string, more: object = {}) =>
    here.eks<CreatePodIdentityAssociationResponse>("CreatePodIdentityAssociation", {
      clusterName: "prod",
      namespace: "shop",
      serviceAccount: "cart",
      roleArn,
      ...more,
    }).association;
  const assume = (text: string = token(), principal: Principal = node): Answer =>
    here.cloud.invoke<Answer>({
      service: "eks-auth",
      operation: "AssumeRoleForPodIdentity",
      input: { clusterName: "prod", token: text },
      account,
      region,
      principal,
    });
  const session = (answer: Answer) => ctx.table(sessions, everywhere).get(answer.credentials.accessKeyId);
  return { here, node, role, token, associate, assume, session, cluster };
}

describe("AssumeRoleForPodIdentity", () => {
  it("gives the associated role, with the pod's six tags, for six hours", ({ expect }) => {
    const { role, associate, assume, session, cluster } = scene();
    associate(role("cart", podTrust()));
    const answer = assume();
    expect(answer.assumedRoleUser.arn).toMatch(
      /^arn:aws:sts::123456789012:assumed-role\/cart\/eks-prod-cart-1-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
    expect(answer.subject).toEqual({ namespace: "shop", serviceAccount: "cart" });
    expect((answer.credentials.expiration.getTime() - Date.now()) / 3600_000).toBeCloseTo(6, 1);
    const tags = {
      "eks-cluster-arn": cluster?.arn,
      "eks-cluster-name": "prod",
      "kubernetes-namespace": "shop",
      "kubernetes-service-account": "cart",
      "kubernetes-pod-name": "cart-1",
      "kubernetes-pod-uid": "u-1",
    };
    expect(session(answer)).toMatchObject({
      principal: { sessionTags: tags },
      transitiveTagKeys: Object.keys(tags),
    });
  });

  it("refuses tokens of another issuer, another audience, another life, and what is none", ({ expect }) => {
    const { role, associate, assume, token } = scene();
    associate(role("cart", podTrust()));
    expect(refusal(() => assume(token({ iss: "https://elsewhere" })))).toMatch(/InvalidToken/);
    expect(refusal(() => assume(token({ aud: ["sts.amazonaws.com"] })))).toMatch(/InvalidToken/);
    expect(refusal(() => assume(token({ exp: 1_000 })))).toMatch(/ExpiredToken/);
    expect(refusal(() => assume(`${token().slice(0, -9)}AAAAAAAAA`))).toMatch(/InvalidToken/);
    expect(refusal(() => assume("a.b.c"))).toMatch(/InvalidToken/);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${token().split(".")[1]}.AAAA`;
    expect(refusal(() => assume(unsigned))).toMatch(/InvalidToken/);
    expect(refusal(() => assume(token({ sub: "system:serviceaccount:shop:other" })))).toMatch(/ResourceNotFound/);
  });

  it("lets nobody ask but who has the right to: the node's role", ({ expect }) => {
    const { here, role, associate, assume, token, node } = scene();
    associate(role("cart", podTrust()));
    const fargate = here.call<{ Role: { RoleId: string } }>("iam", "GetRole", { RoleName: "fargate" }).Role.RoleId;
    const other: Principal = { ...node, name: "fargate", roleArn: here.fargateRole, principalId: `${fargate}:x` };
    expect(refusal(() => assume(token(), other))).toMatch(/AccessDenied/);
  });

  it("obeys the role's trust, down to the tags of the request", ({ expect }) => {
    const { role, associate, assume, token } = scene();
    const condition = {
      Condition: {
        StringEquals: { "aws:RequestTag/kubernetes-pod-name": "cart-1", "aws:SourceAccount": account },
        ArnEquals: { "aws:SourceArn": `arn:aws:eks:${region}:${account}:cluster/prod` },
      },
    };
    associate(role("cart", podTrust(condition)));
    expect(assume().assumedRoleUser.arn).toContain("assumed-role/cart/");
    const pod = { namespace: "shop", pod: { name: "cart-2", uid: "u-2" } };
    expect(refusal(() => assume(token({ "kubernetes.io": pod })))).toMatch(/AccessDenied.*associated role/);
  });

  it("refuses a role that doesn't let sessions be tagged, unless tags are switched off", ({ expect }) => {
    const { here, role, associate, assume, session } = scene();
    const arn = role("cart", { ...podTrust(), Action: "sts:AssumeRole" });
    const made = associate(arn);
    expect(refusal(() => assume())).toMatch(/AccessDenied/);
    const at = { clusterName: "prod", associationId: made?.associationId };
    here.eks("UpdatePodIdentityAssociation", { ...at, disableSessionTags: true });
    expect(session(assume())?.principal.sessionTags).toBeUndefined();
  });

  it("goes on to a target role, whose trust sees the tags or the external id", ({ expect }) => {
    const { here, role, associate, assume, session } = scene();
    const own = role("cart", podTrust());
    const trust = (Condition: object): object => ({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition,
    });
    const target = role("vault", trust({ StringEquals: { "aws:PrincipalTag/kubernetes-namespace": "shop" } }));
    const made = associate(own, { targetRoleArn: target });
    expect(refusal(() => assume())).toMatch(/AccessDenied.*target role/);
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: ["sts:AssumeRole", "sts:TagSession"], Resource: target }],
    });
    here.call("iam", "PutRolePolicy", { RoleName: "cart", PolicyName: "chain", PolicyDocument });
    const answer = assume();
    expect(answer.assumedRoleUser.arn).toContain("assumed-role/vault/");
    expect(session(answer)?.principal.sessionTags).toMatchObject({ "kubernetes-pod-uid": "u-1" });
    here.call("iam", "UpdateAssumeRolePolicy", {
      RoleName: "vault",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [trust({ StringEquals: { "sts:ExternalId": made?.externalId } })],
      }),
    });
    expect(refusal(() => assume())).toMatch(/AccessDenied/);
    const at = { clusterName: "prod", associationId: made?.associationId };
    here.eks("UpdatePodIdentityAssociation", { ...at, disableSessionTags: true });
    expect(assume().assumedRoleUser.arn).toContain("assumed-role/vault/");
  });

  it("names clusters and service accounts that it doesn't find", ({ expect }) => {
    const { here, assume, node, token } = scene();
    expect(refusal(() => assume())).toMatch(/ResourceNotFound.*shop\/cart/);
    const ask = (): unknown =>
      here.cloud.invoke({
        service: "eks-auth",
        operation: "AssumeRoleForPodIdentity",
        input: { clusterName: "none", token: token() },
        account,
        region,
        principal: node,
      });
    expect(refusal(ask)).toMatch(/ResourceNotFound|AccessDenied/);
  });
});
