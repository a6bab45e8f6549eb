import type { CliCase } from "./case.ts";

const trust = (service: string): string =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"${service}"},"Action":"sts:AssumeRole"}]}`;

/** STS and IAM. */
export const identity: readonly CliCase[] = [
  { aws: "sts get-caller-identity", out: { Account: "123456789012" } },
  { aws: "sts get-caller-identity --query Arn --output text", out: /^arn:aws:iam::123456789012:/ },
  {
    aws: `iam create-role --role-name eks --assume-role-policy-document '${trust("eks.amazonaws.com")}'`,
    keep: { eksRole: "Role.Arn" },
  },
  {
    aws: `iam create-role --role-name EKS --assume-role-policy-document '${trust("eks.amazonaws.com")}'`,
    exit: 255,
    err: /EntityAlreadyExists/,
  },
  {
    aws: "iam create-role --role-name bad --assume-role-policy-document {}",
    exit: 255,
    err: /MalformedPolicyDocument/,
  },
  { aws: "iam get-role --role-name nobody", exit: 255, err: /NoSuchEntity.*The role with name nobody cannot be found/ },
  { aws: "iam wait role-exists --role-name eks" },
  {
    aws: "iam get-role --role-name eks --query Role.AssumeRolePolicyDocument",
    out: { Statement: [{ Principal: { Service: "eks.amazonaws.com" } }] },
  },
  { aws: "iam attach-role-policy --role-name eks --policy-arn arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" },
  {
    aws: "iam list-attached-role-policies --role-name eks",
    out: { AttachedPolicies: [{ PolicyName: "AmazonEKSClusterPolicy" }] },
  },
  { aws: "iam delete-role --role-name eks", exit: 255, err: /DeleteConflict/ },
  {
    aws: `iam create-role --role-name node --assume-role-policy-document '${trust("ec2.amazonaws.com")}'`,
    keep: { nodeRole: "Role.Arn" },
  },
  { aws: "iam attach-role-policy --role-name node --policy-arn arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy" },
  { aws: "iam attach-role-policy --role-name node --policy-arn arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" },
  {
    aws: "iam attach-role-policy --role-name node --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
  },
  {
    aws: 'iam put-role-policy --role-name node --policy-name inline --policy-document \'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}\'',
  },
  {
    aws: "iam get-role-policy --role-name node --policy-name inline --query PolicyDocument.Statement[0].Action",
    out: /s3:GetObject/,
  },
  { aws: "iam create-instance-profile --instance-profile-name node" },
  { aws: "iam add-role-to-instance-profile --instance-profile-name node --role-name node" },
  { aws: "iam list-roles --max-items 1", out: /NextToken/ },
  { aws: "iam create-user --user-name reader", out: { User: { UserName: "reader" } } },
  {
    aws: "iam create-access-key --user-name reader",
    keep: { key: "AccessKey.AccessKeyId", secret: "AccessKey.SecretAccessKey" },
  },
  {
    aws: `iam create-policy --policy-name look --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:Describe*"],"Resource":"*"}]}'`,
    keep: { policy: "Policy.Arn" },
  },
  { aws: "iam attach-user-policy --user-name reader --policy-arn {policy}" },
  { aws: "iam list-access-keys --user-name reader", out: { AccessKeyMetadata: [{ Status: "Active" }] } },
  {
    aws: "iam create-open-id-connect-provider --url https://oidc.example.com/id/1 --client-id-list sts.amazonaws.com",
    keep: { oidc: "OpenIDConnectProviderArn" },
  },
  {
    aws: "iam create-open-id-connect-provider --url https://oidc.example.com/id/1",
    exit: 255,
    err: /EntityAlreadyExists/,
  },
  { aws: "iam delete-open-id-connect-provider --open-id-connect-provider-arn {oidc}" },
  { aws: "iam tag-role --role-name node --tags Key=team,Value=platform" },
  { aws: "iam list-role-tags --role-name node", out: { Tags: [{ Key: "team", Value: "platform" }] } },
  {
    aws: "iam simulate-principal-policy --policy-source-arn arn:aws:iam::123456789012:user/reader --action-names ec2:DescribeVpcs ec2:DeleteVpc --query EvaluationResults[].EvalDecision",
    out: /allowed[\s\S]*implicitDeny/,
  },
];
