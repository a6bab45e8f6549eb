// A pod and its world that this room's tests change one thing of.
import { read } from "../explanation.ts";
import type { RoleFacts } from "../iam/world.ts";
import { admitted } from "./admission.ts";
import type { NodeFacts, PodFacts, PodQuestion, PodWorld } from "./world.ts";

/** The account of the examples. */
export const account = "111122223333";
/** The cluster's issuer without its scheme. */
export const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";

/** A policy of one statement. */
export const policy = (statement: object): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

/** A role that may read parameters. */
export function role(name: string, trust: object, change: Partial<RoleFacts> = {}): RoleFacts {
  const text = read(policy({ Action: "ssm:GetParameter", Resource: "*" }));
  return {
    arn: `arn:aws:iam::${account}:role/${name}`,
    id: "AROAEXAMPLEEXAMPLE",
    trust: policy(trust),
    policies: read([{ name: "inline policy read", inline: "read", text }]),
    tags: read({}),
    ...change,
  };
}

const provider = `arn:aws:iam::${account}:oidc-provider/${issuer}`;

/** Trust in the tokens of service account shop/cart. */
export const cartTrust: object = {
  Principal: { Federated: provider },
  Action: "sts:AssumeRoleWithWebIdentity",
  Condition: {
    StringEquals: { [`${issuer}:sub`]: "system:serviceaccount:shop:cart", [`${issuer}:aud`]: "sts.amazonaws.com" },
  },
};

/** A pod that nobody has given anything. */
export const bare: PodFacts = {
  metadata: { name: "cart-1", namespace: "shop", uid: "u-1" },
  spec: { serviceAccountName: "cart", nodeName: "node-1", containers: [{ name: "app" }] },
};

/** A node whose metadata service answers pods. */
export const node: NodeFacts = {
  name: "node-1",
  kind: "ec2",
  instanceId: "i-0123456789abcdef0",
  roleArn: read(`arn:aws:iam::${account}:role/nodes`),
  metadata: read({ enabled: true, tokensRequired: true, hopLimit: 2 }),
};

const annotations = { "eks.amazonaws.com/role-arn": `arn:aws:iam::${account}:role/cart` };

/** A world in which the pod has role `cart` by IRSA, and may read parameters. */
export function podWorld(change: Partial<PodWorld> = {}): PodWorld {
  const roles = [
    role("cart", cartTrust),
    role("nodes", { Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }),
  ];
  return {
    cluster: {
      name: "quay",
      arn: `arn:aws:eks:eu-central-1:${account}:cluster/quay`,
      region: "eu-central-1",
      account,
      partition: "aws",
      issuer: read(`https://${issuer}`),
    },
    pod: admitted(bare, read({ annotations }), read(undefined)) ?? bare,
    sources: { configMaps: new Map(), secretKeys: new Map() },
    namespaceAnnotations: read({}),
    serviceAccount: read({ annotations }),
    association: read(undefined),
    agent: read(true),
    node: read(node),
    proxy: read(undefined),
    roles: new Map(roles.map((each) => [each.arn, read(each)])),
    providers: read([{ arn: provider, url: issuer, audiences: ["sts.amazonaws.com"] }]),
    target: { account: read(account), policy: read(undefined), mustAllow: false },
    ...change,
  };
}

/** Whether the pod may read a parameter. */
export const question: PodQuestion = {
  action: "ssm:GetParameter",
  resource: `arn:aws:ssm:eu-central-1:${account}:parameter/shop/vat`,
  now: Date.parse("2026-11-21T12:00:00Z"),
};
