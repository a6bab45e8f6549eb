// Every workload's policy, asked of the evaluator: what the workload calls is allowed, what somebody in its place would
// like to call isn't.
import { describe, it } from "vitest";
import { contextOf } from "../context.ts";
import { evaluate } from "../evaluate.ts";
import { parsePolicy } from "../parse.ts";
import type { PolicyScope, WorkloadDefinition } from "./definition.ts";
import { workloadNamed, workloadPolicy, workloads } from "./policy.ts";

const account = "111122223333";
const scope: PolicyScope = {
  region: "eu-central-1",
  account,
  cluster: "prod",
  hostedZones: ["Z1"],
  buckets: ["backups"],
  kmsKeys: [`arn:aws:kms:eu-central-1:${account}:key/k-1`],
  secrets: ["shop/db"],
  parameters: ["/shop/*"],
  fileSystems: ["fs-1"],
  queue: "interruptions",
  nodeRoles: ["nodes"],
};
const named = (name: string): WorkloadDefinition => {
  const found = workloadNamed(name);
  if (!found) throw new Error(name);
  return found;
};

function may(workload: WorkloadDefinition, at: PolicyScope, [action, resource, context = {}]: Call): boolean {
  const parsed = parsePolicy(JSON.stringify(workloadPolicy(workload, at).document), "identity");
  if (!("document" in parsed)) throw new Error(JSON.stringify(parsed));
  const requester = { type: "AssumedRole" as const, account, arn: `arn:aws:sts::${account}:assumed-role/w/s` };
  const request = { requester, action, resource, context: contextOf(context) };
  return evaluate(request, { identity: [{ name: workload.name, document: parsed.document }] }).decision === "allowed";
}

type Call = readonly [action: string, resource: string, context?: Record<string, string | string[]>];

const ec2 = (resource: string): string => `arn:aws:ec2:eu-central-1:${account}:${resource}`;
const elb = (resource: string): string => `arn:aws:elasticloadbalancing:eu-central-1:${account}:${resource}`;
const zone = (id: string): string => `arn:aws:route53:::hostedzone/${id}`;
const group = `arn:aws:autoscaling:eu-central-1:${account}:autoScalingGroup:u:autoScalingGroupName/ng`;
const autoscaled = (cluster: string, value = "owned") => ({
  "aws:ResourceTag/k8s.io/cluster-autoscaler/enabled": "true",
  [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: value,
});
const txt = { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] };
const karpenterRequest = (cluster: string) => ({
  [`aws:RequestTag/kubernetes.io/cluster/${cluster}`]: "owned",
  "aws:RequestTag/eks:eks-cluster-name": cluster,
  "aws:RequestTag/karpenter.sh/nodepool": "default",
});
const karpenterOwn = (cluster: string) => ({
  [`aws:ResourceTag/kubernetes.io/cluster/${cluster}`]: "owned",
  "aws:ResourceTag/karpenter.sh/nodepool": "default",
});
const ofEbs = { "aws:ResourceTag/ebs.csi.aws.com/cluster": "true" };
const asEbs = { "aws:RequestTag/ebs.csi.aws.com/cluster": "true" };
const key = (scope.kmsKeys ?? [])[0] ?? "";
const logs = (name: string): string => `arn:aws:logs:eu-central-1:${account}:log-group:${name}`;
const efs = (resource: string): string => `arn:aws:elasticfilesystem:eu-central-1:${account}:${resource}`;

const cases: Readonly<Record<string, { allowed: readonly Call[]; denied: readonly Call[] }>> = {
  "cluster-autoscaler": {
    allowed: [
      ["autoscaling:DescribeAutoScalingGroups", "*"],
      ["autoscaling:SetDesiredCapacity", group, autoscaled("prod")],
      ["autoscaling:TerminateInstanceInAutoScalingGroup", group, autoscaled("prod")],
      ["eks:DescribeNodegroup", `arn:aws:eks:eu-central-1:${account}:nodegroup/prod/ng/1`],
    ],
    denied: [
      ["autoscaling:SetDesiredCapacity", group, autoscaled("staging")],
      ["autoscaling:SetDesiredCapacity", group],
      ["autoscaling:DeleteAutoScalingGroup", group, autoscaled("prod")],
      ["eks:DescribeNodegroup", `arn:aws:eks:eu-central-1:${account}:nodegroup/staging/ng/1`],
    ],
  },
  "external-dns": {
    allowed: [
      ["route53:ChangeResourceRecordSets", zone("Z1")],
      ["route53:ListResourceRecordSets", zone("Z1")],
      ["route53:ListHostedZones", "*"],
    ],
    denied: [
      ["route53:ChangeResourceRecordSets", zone("Z2")],
      ["route53:DeleteHostedZone", zone("Z1")],
    ],
  },
  "cert-manager": {
    allowed: [
      ["route53:ChangeResourceRecordSets", zone("Z1"), txt],
      ["route53:GetChange", "arn:aws:route53:::change/C1"],
    ],
    denied: [
      ["route53:ChangeResourceRecordSets", zone("Z1"), { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT", "A"] }],
      ["route53:ChangeResourceRecordSets", zone("Z1")],
      ["route53:ChangeResourceRecordSets", zone("Z2"), txt],
      ["route53:ListHostedZonesByName", "*"],
    ],
  },
  "aws-load-balancer-controller": {
    allowed: [
      [
        "elasticloadbalancing:CreateLoadBalancer",
        elb("loadbalancer/app/x/1"),
        { "aws:RequestTag/elbv2.k8s.aws/cluster": "prod" },
      ],
      [
        "elasticloadbalancing:DeleteLoadBalancer",
        elb("loadbalancer/net/x/1"),
        { "aws:ResourceTag/elbv2.k8s.aws/cluster": "prod" },
      ],
      ["elasticloadbalancing:RegisterTargets", elb("targetgroup/x/1")],
      ["elasticloadbalancing:CreateListener", elb("loadbalancer/app/x/1")],
      ["ec2:CreateSecurityGroup", ec2("vpc/vpc-1")],
      [
        "ec2:CreateTags",
        ec2("security-group/sg-1"),
        { "ec2:CreateAction": "CreateSecurityGroup", "aws:RequestTag/elbv2.k8s.aws/cluster": "prod" },
      ],
      ["ec2:DeleteSecurityGroup", ec2("security-group/sg-1"), { "aws:ResourceTag/elbv2.k8s.aws/cluster": "prod" }],
    ],
    denied: [
      [
        "elasticloadbalancing:DeleteLoadBalancer",
        elb("loadbalancer/net/x/1"),
        { "aws:ResourceTag/elbv2.k8s.aws/cluster": "staging" },
      ],
      ["elasticloadbalancing:CreateLoadBalancer", elb("loadbalancer/app/x/1")],
      ["ec2:DeleteSecurityGroup", ec2("security-group/sg-1")],
      ["ec2:RunInstances", ec2("instance/*")],
      ["iam:CreateServiceLinkedRole", "*", { "iam:AWSServiceName": "spot.amazonaws.com" }],
    ],
  },
  "ebs-csi": {
    allowed: [
      ["ec2:CreateVolume", ec2("volume/*"), asEbs],
      ["ec2:AttachVolume", ec2("instance/i-1")],
      ["ec2:DeleteVolume", ec2("volume/vol-1"), ofEbs],
      ["ec2:CreateTags", ec2("volume/vol-1"), { "ec2:CreateAction": "CreateVolume" }],
      ["kms:CreateGrant", key, { "kms:GrantIsForAWSResource": "true" }],
    ],
    denied: [
      ["ec2:CreateVolume", ec2("volume/*")],
      ["ec2:DeleteVolume", ec2("volume/vol-1")],
      ["ec2:CreateTags", ec2("instance/i-1")],
      ["kms:CreateGrant", key],
      ["kms:Decrypt", `arn:aws:kms:eu-central-1:${account}:key/k-2`],
    ],
  },
  "efs-csi": {
    allowed: [
      [
        "elasticfilesystem:CreateAccessPoint",
        efs("file-system/fs-1"),
        { "aws:RequestTag/efs.csi.aws.com/cluster": "true" },
      ],
      [
        "elasticfilesystem:DeleteAccessPoint",
        efs("access-point/a"),
        { "aws:ResourceTag/efs.csi.aws.com/cluster": "true" },
      ],
      ["elasticfilesystem:DescribeMountTargets", efs("file-system/fs-1")],
    ],
    denied: [
      [
        "elasticfilesystem:CreateAccessPoint",
        efs("file-system/fs-2"),
        { "aws:RequestTag/efs.csi.aws.com/cluster": "true" },
      ],
      ["elasticfilesystem:DeleteAccessPoint", efs("access-point/a")],
      ["elasticfilesystem:DeleteFileSystem", efs("file-system/fs-1")],
    ],
  },
  "s3-csi": {
    allowed: [
      ["s3:ListBucket", "arn:aws:s3:::backups"],
      ["s3:GetObject", "arn:aws:s3:::backups/a/b"],
    ],
    denied: [
      ["s3:GetObject", "arn:aws:s3:::backups-of-others/a"],
      ["s3:DeleteBucket", "arn:aws:s3:::backups"],
    ],
  },
  karpenter: {
    allowed: [
      ["ec2:RunInstances", ec2("instance/*"), karpenterRequest("prod")],
      ["ec2:RunInstances", ec2("subnet/s")],
      ["ec2:RunInstances", "arn:aws:ec2:eu-central-1::image/ami-1"],
      ["ec2:TerminateInstances", ec2("instance/i-1"), karpenterOwn("prod")],
      ["iam:PassRole", `arn:aws:iam::${account}:role/nodes`, { "iam:PassedToService": "ec2.amazonaws.com" }],
      ["ssm:GetParameter", "arn:aws:ssm:eu-central-1::parameter/aws/service/eks/x"],
      ["sqs:ReceiveMessage", `arn:aws:sqs:eu-central-1:${account}:interruptions`],
      ["ec2:DescribeInstances", "*", { "aws:RequestedRegion": "eu-central-1" }],
      ["eks:DescribeCluster", `arn:aws:eks:eu-central-1:${account}:cluster/prod`],
    ],
    denied: [
      ["ec2:RunInstances", ec2("instance/*"), karpenterRequest("staging")],
      ["ec2:TerminateInstances", ec2("instance/i-1"), karpenterOwn("staging")],
      ["iam:PassRole", `arn:aws:iam::${account}:role/admin`, { "iam:PassedToService": "ec2.amazonaws.com" }],
      ["iam:PassRole", `arn:aws:iam::${account}:role/nodes`, { "iam:PassedToService": "lambda.amazonaws.com" }],
      ["ssm:GetParameter", `arn:aws:ssm:eu-central-1:${account}:parameter/secret`],
    ],
  },
  "external-secrets": {
    allowed: [
      ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:eu-central-1:${account}:secret:shop/db-a1B2c3`],
      ["ssm:GetParameter", `arn:aws:ssm:eu-central-1:${account}:parameter/shop/url`],
      ["kms:Decrypt", key],
    ],
    denied: [
      ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:eu-central-1:${account}:secret:shop/db-admin-a1B2c3`],
      ["secretsmanager:PutSecretValue", `arn:aws:secretsmanager:eu-central-1:${account}:secret:shop/db-a1B2c3`],
      ["ssm:GetParameter", `arn:aws:ssm:eu-central-1:${account}:parameter/back/url`],
    ],
  },
  "secrets-store-csi": {
    allowed: [
      ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:eu-central-1:${account}:secret:shop/db-a1B2c3`],
    ],
    denied: [["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:eu-central-1:${account}:secret:other-a1B2c3`]],
  },
  "fluent-bit": {
    allowed: [
      ["logs:CreateLogGroup", logs("/aws/containerinsights/prod/application")],
      ["logs:PutLogEvents", `${logs("/aws/containerinsights/prod/application")}:log-stream:x`],
      ["logs:DescribeLogGroups", logs("*")],
    ],
    denied: [
      ["logs:PutLogEvents", `${logs("/aws/containerinsights/staging/application")}:log-stream:x`],
      ["logs:DeleteLogGroup", logs("/aws/containerinsights/prod/application")],
      ["logs:GetLogEvents", `${logs("/aws/containerinsights/prod/application")}:log-stream:x`],
    ],
  },
  "cloudwatch-agent": {
    allowed: [
      ["cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "ContainerInsights" }],
      ["logs:CreateLogStream", logs("/aws/containerinsights/prod/performance")],
    ],
    denied: [["cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "AWS/EC2" }]],
  },
  velero: {
    allowed: [
      ["s3:PutObject", "arn:aws:s3:::backups/x"],
      ["ec2:CreateSnapshot", ec2("volume/vol-1")],
      ["ec2:DeleteSnapshot", "arn:aws:ec2:eu-central-1::snapshot/snap-1", { "aws:ResourceTag/velero.io/backup": "b" }],
    ],
    denied: [
      ["s3:PutObject", "arn:aws:s3:::other/x"],
      ["ec2:DeleteSnapshot", "arn:aws:ec2:eu-central-1::snapshot/snap-1"],
      ["ec2:DeleteVolume", ec2("volume/vol-1")],
    ],
  },
  "vpc-cni": {
    allowed: [
      ["ec2:CreateNetworkInterface", ec2("subnet/s")],
      ["ec2:AssignPrivateIpAddresses", ec2("network-interface/eni-1")],
    ],
    denied: [["ec2:TerminateInstances", ec2("instance/i-1")]],
  },
  "aws-node-termination-handler": {
    allowed: [["autoscaling:CompleteLifecycleAction", group]],
    denied: [["sqs:ReceiveMessage", `arn:aws:sqs:eu-central-1:${account}:other`]],
  },
};

describe("the policy of", () => {
  it.for(workloads.map((workload) => [workload.name, workload] as const))(
    "%s allows what it calls and nothing else",
    ([name, workload], { expect }) => {
      const { allowed, denied } = cases[name] ?? { allowed: [], denied: [] };
      expect(allowed.length * denied.length).toBeGreaterThan(0);
      expect(allowed.filter((call) => !may(workload, scope, call))).toEqual([]);
      expect(denied.filter((call) => may(workload, scope, call))).toEqual([]);
    },
  );

  it.for(workloads.map((workload) => [workload.name, workload] as const))(
    "%s fits into a managed policy, has a reason for each statement, and grants no service whole",
    ([, workload], { expect }) => {
      const { document, reasons, size, open } = workloadPolicy(workload, scope);
      expect(open).toEqual([]);
      expect(size.characters).toBeLessThanOrEqual(size.limit);
      expect(Object.keys(reasons)).toEqual(document.Statement.map(({ Sid }) => Sid));
      expect(new Set(Object.keys(reasons)).size).toBe(document.Statement.length);
      expect(document.Statement.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual([]);
    },
  );

  it("anything says what would narrow it, and what it can't do without", ({ expect }) => {
    expect(workloadPolicy(named("external-dns")).open).toEqual([{ name: "hostedZones", flag: "--hosted-zone" }]);
    expect(may(named("external-dns"), {}, ["route53:ChangeResourceRecordSets", zone("Z9")])).toBe(true);
    expect(() => workloadPolicy(named("karpenter"), { region: "eu-central-1" })).toThrow(/needs cluster/);
    expect(named("aws-ebs-csi-driver").name).toBe("ebs-csi");
  });

  it("another partition has its ARNs", ({ expect }) => {
    const { document } = workloadPolicy(named("s3-csi"), { partition: "aws-cn", buckets: ["b"] });
    expect(document.Statement[0]?.Resource).toBe("arn:aws-cn:s3:::b");
  });
});
