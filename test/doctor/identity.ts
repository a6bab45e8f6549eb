// Worlds of the checks of identity and access.
import type { RoleFacts } from "../../src/doctor/account/facts.ts";
import { account, file, object, pod, workload } from "../../src/doctor/testing.ts";
import type { Worlds } from "./worlds.ts";
import { anywhere, live } from "./worlds.ts";

const arn = (name: string): string => `arn:aws:iam::111122223333:${name}`;
const aws = (parts: object): ReturnType<typeof account> => account(parts as Parameters<typeof account>[0]);
const entry = (name: string, more: object = {}): object => ({
  arn: arn(name),
  type: "STANDARD",
  groups: [],
  policies: ["AmazonEKSClusterAdminPolicy"],
  ...more,
});
const byApi = { accessConfig: { authenticationMode: "API" } };
const entries = (...names: string[]): string =>
  `accessConfig: {authenticationMode: API, accessEntries: [${names.map((name) => `{principalARN: "${arn(name)}", accessPolicies: [{policyARN: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", accessScope: {type: cluster}}]}`).join(", ")}]}`;
const awsAuth = (mapRoles: string): object =>
  object("v1", "ConfigMap", "aws-auth", { data: { mapRoles } }, { namespace: "kube-system" });
const mapping = (name: string, group: string): string =>
  `- rolearn: ${arn(name)}\n  username: someone\n  groups: [${group}]\n`;
const rbac = "rbac.authorization.k8s.io/v1";
const binding = (roleName: string, subject: object): object =>
  object(
    rbac,
    "ClusterRoleBinding",
    "b",
    { roleRef: { kind: "ClusterRole", name: roleName }, subjects: [subject] },
    { namespace: undefined },
  );
const role = (rules: object[], kind = "ClusterRole"): object =>
  object(rbac, kind, "some", { rules }, kind === "ClusterRole" ? { namespace: undefined } : {});
const user = { kind: "User", name: "ann" };
const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/ABC";
const withIssuer = { cluster: { identity: { oidc: { issuer: `https://${issuer}` } } } };
const irsa = (more: Record<string, string> = {}): object =>
  object(
    "v1",
    "ServiceAccount",
    "web",
    {},
    { annotations: { "eks.amazonaws.com/role-arn": arn("role/web"), ...more } },
  );
/** A role with a statement for each condition. */
const trusting = (conditions: object | object[]): RoleFacts => ({
  arn: arn("role/web"),
  name: "web",
  uses: [],
  attached: [],
  inline: [],
  trust: {
    Statement: [conditions].flat().map((condition) => ({
      Effect: "Allow",
      Action: "sts:AssumeRoleWithWebIdentity",
      Principal: { Federated: arn(`oidc-provider/${issuer}`) },
      Condition: condition as Record<string, Record<string, string>>,
    })),
  },
});
const aud = { [`${issuer}:aud`]: "sts.amazonaws.com" };
const sub = (value: string): object => ({ StringEquals: { ...aud, [`${issuer}:sub`]: value } });
const irsaWorld = (condition: object | object[], audience?: string): object => ({
  ...account(withIssuer as Parameters<typeof account>[0], [], [trusting(condition)]),
  ...live(irsa(audience === undefined ? {} : { "eks.amazonaws.com/audience": audience })),
});
/** The web's subject, or its audience, compared by another operator than StringEquals. */
const by = (operator: string, key: "sub" | "aud", value: string | string[]): object => {
  const usual = { sub: "system:serviceaccount:shop:web", aud: "sts.amazonaws.com" };
  const other = key === "sub" ? "aud" : "sub";
  return {
    StringEquals: { [`${issuer}:${other}`]: usual[other] },
    [operator]: {
      ...(operator === "StringEquals" && { [`${issuer}:${other}`]: usual[other] }),
      [`${issuer}:${key}`]: value,
    },
  };
};
const iamRole = (uses: string, service: string, more: object = {}): object => ({
  arn: arn(`role/${uses}`),
  name: uses,
  uses: [uses],
  attached: [],
  inline: [],
  trust: { Statement: [{ Effect: "Allow", Principal: { Service: `${service}.amazonaws.com` } }] },
  ...more,
});
const association = { namespace: "shop", serviceAccount: "web" };
const usesAws = workload(
  "Deployment",
  "web",
  pod({ env: [{ name: "AWS_REGION", value: "eu-central-1" }] }, { serviceAccountName: "web" }),
);
const runningPod = (env: object[]): object =>
  object("v1", "Pod", "web-1", { spec: pod({ env }, { serviceAccountName: "web" }), status: { phase: "Running" } });

export const identity: Readonly<Record<string, Worlds>> = {
  "LT-I001": {
    fires: [
      file("iam: {withOIDC: true}"),
      aws({ cluster: byApi, entries: [entry("user/ann")] }),
      aws({ cluster: byApi, entries: [entry("role/ops")] }),
      // Where only aws-auth counts it is judged by that.
      { ...aws({}), ...live(awsAuth(mapping("role/dev", "dev"))) },
    ],
    silent: [
      { ...aws({}), ...live(awsAuth(mapping("role/ops", "system:masters"))) },
      file(entries("role/ops", "role/emergency")),
      aws({ cluster: byApi, entries: [entry("role/ops"), entry("role/emergency")] }),
    ],
  },
  "LT-I002": {
    fires: [aws({ lostPrincipals: [arn("role/gone")] }), { ...aws({}), ...live(awsAuth(mapping("role/gone", "dev"))) }],
    silent: [aws({}), { ...aws({}), ...live() }],
  },
  "LT-I003": {
    fires: [file(entries("user/ann")), aws({ entries: [entry("user/ann")] })],
    silent: [file(entries("role/ops")), aws({ entries: [entry("role/ops")] })],
  },
  "LT-I004": {
    fires: [file("accessConfig: {authenticationMode: CONFIG_MAP}"), aws({})],
    silent: [file("accessConfig: {authenticationMode: API}"), aws({ cluster: byApi })],
  },
  "LT-I005": {
    fires: [live(awsAuth(mapping("role/team/dev", "dev")))],
    silent: [live(awsAuth(mapping("role/dev", "dev"))), live()],
  },
  "LT-I006": {
    fires: [{ ...aws({ entries: [entry("role/dev")] }), ...live(awsAuth(mapping("role/dev", "dev"))) }],
    silent: [{ ...aws({ entries: [entry("role/ops")] }), ...live(awsAuth(mapping("role/dev", "dev"))) }],
  },
  "LT-I007": {
    fires: [
      file(`iamIdentityMappings: [{arn: "${arn("role/dev")}", username: dev, groups: ["system:masters"]}]`),
      live(awsAuth(mapping("role/dev", "system:masters"))),
    ],
    silent: [
      file(`iamIdentityMappings: [{arn: "${arn("role/dev")}", username: dev, groups: [dev]}]`),
      live(awsAuth(mapping("role/dev", "dev"))),
    ],
  },
  "LT-I008": { fires: anywhere(binding("cluster-admin", user)), silent: anywhere(binding("view", user)) },
  "LT-I009": {
    fires: anywhere(binding("view", { kind: "Group", name: "system:unauthenticated" })),
    silent: anywhere(binding("view", user)),
  },
  "LT-I010": {
    fires: [{ ...aws({}), ...live(usesAws) }],
    silent: [
      { ...aws({ associations: [association] }), ...live(usesAws) },
      { ...aws({}), ...live(usesAws, irsa()) },
    ],
  },
  "LT-I011": {
    fires: [
      file(
        `managedNodeGroups: [{name: web, iam: {attachPolicyARNs: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}]`,
      ),
      file("managedNodeGroups: [{name: web, iam: {withAddonPolicies: {ebs: true}}}]"),
      aws({ roles: [iamRole("node", "ec2", { attached: ["arn:aws:iam::aws:policy/AdministratorAccess"] })] }),
      aws({
        roles: [
          iamRole("node", "ec2", {
            inline: [{ name: "all", document: { Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] } }],
          }),
        ],
      }),
    ],
    silent: [
      file("managedNodeGroups: [{name: web}]"),
      aws({ roles: [iamRole("node", "ec2", { attached: ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"] })] }),
    ],
  },
  "LT-I012": {
    fires: [
      file("managedNodeGroups: [{name: web}]"),
      aws({ roles: [iamRole("node", "ec2", { attached: ["arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"] })] }),
    ],
    silent: [
      file(
        "managedNodeGroups: [{name: web}]\naddonsConfig: {autoApplyPodIdentityAssociations: true}\naddons: [{name: vpc-cni}, {name: eks-pod-identity-agent}]",
      ),
      aws({ roles: [iamRole("node", "ec2")] }),
    ],
  },
  "LT-I013": {
    fires: [
      irsaWorld({ StringEquals: aud }),
      irsaWorld(sub("system:serviceaccount:shop:other")),
      irsaWorld(sub("system:serviceaccount:shop:*")),
      irsaWorld({ StringEquals: { [`${issuer}:sub`]: "system:serviceaccount:shop:web" } }),
      irsaWorld({ StringLike: { ...aud, [`${issuer}:sub`]: "*" } }),
      irsaWorld({ StringLike: { ...aud, [`${issuer}:sub`]: "system:serviceaccount:dev:*" } }),
      irsaWorld({
        StringEquals: { [`${issuer}:aud`]: "sts.amazon.com", [`${issuer}:sub`]: "system:serviceaccount:shop:web" },
      }),
      irsaWorld([sub("system:serviceaccount:shop:web"), { StringEquals: aud }]),
      irsaWorld([sub("system:serviceaccount:shop:a"), sub("system:serviceaccount:shop:b")]),
      irsaWorld(by("StringLike", "sub", "system:serviceaccount:SHOP:*")),
      irsaWorld(by("ForAnyValue:StringLike", "sub", "system:serviceaccount:*")),
      irsaWorld(by("StringEqualsIfExists", "sub", "system:serviceaccount:shop:other")),
      irsaWorld(sub("system:serviceaccount:shop:web"), "vault"),
    ],
    silent: [
      irsaWorld([sub("system:serviceaccount:shop:other"), sub("system:serviceaccount:shop:web")]),
      irsaWorld(by("ForAnyValue:StringLike", "sub", ["system:serviceaccount:shop:w*", "system:serviceaccount:dev:*"])),
      irsaWorld(by("StringEqualsIgnoreCase", "sub", "system:serviceaccount:Shop:Web")),
      irsaWorld(by("StringEqualsIfExists", "sub", "system:serviceaccount:shop:web")),
      irsaWorld({ ...sub("system:serviceaccount:shop:web"), IpAddress: { "aws:SourceIp": "192.0.2.0/24" } }),
      irsaWorld(by("ForAnyValue:StringEquals", "aud", ["vault", "sts.amazonaws.com"])),
      irsaWorld(by("StringLike", "aud", "vault"), "vault"),
      irsaWorld({ StringLike: { ...aud, [`${issuer}:sub`]: "system:serviceaccount:shop:*" } }),
      irsaWorld(sub("system:serviceaccount:shop:web")),
    ],
  },
  "LT-I014": {
    fires: [{ ...aws(withIssuer), ...live(irsa()) }],
    silent: [
      {
        ...aws({
          ...withIssuer,
          oidcProviders: [{ arn: arn(`oidc-provider/${issuer}`), clientIds: ["sts.amazonaws.com"] }],
        }),
        ...live(irsa()),
      },
    ],
  },
  "LT-I015": { fires: [{ ...aws({}), ...live(irsa()) }], silent: [irsaWorld({})] },
  "LT-I016": {
    fires: [{ ...aws({ associations: [association] }), ...live(irsa()) }],
    silent: [{ ...aws({}), ...live(irsa()) }],
  },
  "LT-I017": {
    fires: [aws({ associations: [association] })],
    silent: [aws({ associations: [association], addons: [{ addonName: "eks-pod-identity-agent" }] })],
  },
  "LT-I018": {
    fires: [live(irsa(), runningPod([]))],
    silent: [live(irsa(), runningPod([{ name: "AWS_ROLE_ARN", value: arn("role/web") }]))],
  },
  "LT-I019": {
    fires: anywhere(role([{ verbs: ["*"], resources: ["*"] }])),
    silent: anywhere(role([{ verbs: ["get"], resources: ["pods"] }])),
  },
  "LT-I020": {
    fires: [
      ...anywhere(role([{ verbs: ["escalate"], resources: ["roles"] }])),
      ...anywhere(role([{ verbs: ["list"], resources: ["secrets"] }])),
    ],
    silent: anywhere(role([{ verbs: ["list"], resources: ["secrets"] }], "Role")),
  },
  "LT-I021": {
    fires: anywhere(role([{ verbs: ["create"], resources: ["pods/exec"] }])),
    silent: anywhere(role([{ verbs: ["get"], resources: ["pods"] }])),
  },
  "LT-I022": {
    fires: anywhere(binding("view", { kind: "ServiceAccount", name: "default", namespace: "shop" })),
    silent: anywhere(binding("view", user)),
  },
  "LT-I023": {
    fires: anywhere(irsa(), usesAws, workload("Deployment", "jobs", pod({}, { serviceAccountName: "web" }))),
    silent: anywhere(irsa(), usesAws),
  },
  "LT-I024": { fires: [live(binding("gone", user))], silent: [live(binding("some", user), role([]))] },
  "LT-I025": {
    fires: [
      ...anywhere(workload("DaemonSet", "kube2iam", pod({ image: "jtblin/kube2iam:0.11" }))),
      ...anywhere(object("v1", "Pod", "p", { spec: pod() }, { annotations: { "iam.amazonaws.com/role": "web" } })),
    ],
    silent: anywhere(usesAws),
  },
  "LT-I026": {
    fires: [
      ...anywhere(workload("Deployment", "web", pod({ env: [{ name: "KEY", value: "AKIAIOSFODNN7EXAMPLE" }] }))),
      ...anywhere(object("v1", "ConfigMap", "aws", { data: { credentials: "aws_secret_access_key = x" } })),
    ],
    silent: anywhere(usesAws, object("v1", "ConfigMap", "settings", { data: { color: "blue" } })),
  },
  "LT-I027": {
    fires: [aws({ roles: [iamRole("node", "eks")] })],
    silent: [aws({ roles: [iamRole("node", "ec2"), iamRole("cluster", "eks")] })],
  },
  "LT-I028": {
    fires: [aws({ roles: [iamRole("fargate", "eks-fargate-pods")] })],
    silent: [
      aws({
        roles: [
          iamRole("fargate", "eks-fargate-pods", {
            trust: { Statement: [{ Condition: { ArnLike: { "aws:SourceArn": "arn:aws:eks:*" } } }] },
          }),
        ],
      }),
    ],
  },
};
