// `iam`, `iamIdentityMappings`, `identityProviders`: roles the cluster gets, and who may enter the old way.
import type {
  ClusterIAM,
  ClusterIAMMeta,
  ClusterIAMServiceAccount,
  ClusterIAMServiceAccountStatus,
  IAMIdentityMapping,
  IdentityProvider,
  PodIdentityAssociation,
  WellKnownPolicies,
} from "../model/index.ts";
import { document, field, flag, list, map, of, struct, text } from "./define.ts";
import type { Struct } from "./define.ts";

const boundary = text({ format: "arn", formatSeverity: "warning" });

export const wellKnownPolicies: Struct = struct<WellKnownPolicies>(
  "WellKnownPolicies",
  "Ready-made permissions for programs that many clusters run.",
  {
    autoScaler: field(flag, "Permissions of the cluster autoscaler.", { default: false }),
    awsLoadBalancerController: field(flag, "Permissions of the AWS Load Balancer Controller.", { default: false }),
    certManager: field(flag, "Route 53 permissions that cert-manager needs for DNS challenges.", { default: false }),
    ebsCSIController: field(flag, "Permissions of the EBS CSI driver's controller.", { default: false }),
    efsCSIController: field(flag, "Permissions of the EFS CSI driver's controller.", { default: false }),
    externalDNS: field(flag, "Route 53 permissions of external-dns.", { default: false }),
    imageBuilder: field(flag, "Full use of ECR, for building and pushing images in the cluster.", { default: false }),
  },
);

export const podIdentityAssociation: Struct = struct<PodIdentityAssociation>(
  "PodIdentityAssociation",
  "Gives the pods of one Kubernetes service account an IAM role through the EKS Pod Identity Agent.",
  {
    createServiceAccount: field(flag, "Also makes the Kubernetes service account.", { default: false }),
    disableSessionTags: field(
      flag,
      "Leaves out the session tags (cluster, namespace, pod …) that EKS adds to the role session.",
      { default: false },
    ),
    namespace: field(text(), "Namespace of the service account.", { required: true, example: "default" }),
    permissionPolicy: field(document, "Inline IAM policy for the role that is made.", {
      example: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::example/*" }],
      },
    }),
    permissionPolicyARNs: field(list(text({ format: "arn" })), "Managed policies for the role that is made.", {
      example: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
    }),
    permissionPolicyName: field(text(), "Name of the inline policy; needs `permissionPolicy`.", {
      example: "read-bucket",
    }),
    permissionsBoundaryARN: field(boundary, "Permissions boundary of the role that is made.", {
      example: "arn:aws:iam::111122223333:policy/boundary",
    }),
    policy: field(text(), "Session policy (JSON text) that narrows what the pods get.", {
      example: '{"Version":"2012-10-17","Statement":[]}',
    }),
    roleARN: field(text({ format: "arn" }), "An existing role; nothing is made then. Excludes the policy fields.", {
      example: "arn:aws:iam::111122223333:role/reader",
    }),
    roleName: field(text(), "Name of the role that is made.", {
      defaultText: "CloudFormation's choice",
      example: "prod-reader",
    }),
    serviceAccountName: field(text(), "Name of the service account.", { required: true, example: "reader" }),
    tags: field(map(text()), "Tags of the association and of its role.", { example: { team: "data" } }),
    targetRoleARN: field(
      text({ format: "arn" }),
      "Role, usually of another account, that the pods end up with; the first role must be allowed to assume it.",
      {
        example: "arn:aws:iam::444455556666:role/reader",
      },
    ),
    wellKnownPolicies: field(of(wellKnownPolicies), "Ready-made permissions for the role that is made."),
  },
);

const meta: Struct = struct<ClusterIAMMeta>("ClusterIAMMeta", "Name of a Kubernetes service account.", {
  annotations: field(map(text()), "Annotations of the service account.", {
    example: { "example.com/owner": "platform" },
  }),
  labels: field(map(text()), "Labels of the service account.", { example: { team: "platform" } }),
  name: field(text(), "Name of the service account.", { required: true, example: "external-dns" }),
  namespace: field(text(), "Namespace of the service account; made when missing.", {
    default: "default",
    example: "kube-system",
  }),
});

const status: Struct = struct<ClusterIAMServiceAccountStatus>(
  "ClusterIAMServiceAccountStatus",
  "What eksctl reports of a service account's role; a file may carry it, nothing reads it.",
  {
    capabilities: field(list(text()), "Capabilities of the role's stack.", {
      readOnly: true,
      example: ["CAPABILITY_IAM"],
    }),
    roleARN: field(text(), "The role.", { readOnly: true, example: "arn:aws:iam::111122223333:role/example" }),
    stackName: field(text(), "The role's stack.", {
      readOnly: true,
      example: "eksctl-prod-addon-iamserviceaccount-kube-system-external-dns",
    }),
    tags: field(map(text()), "Tags of the role's stack.", { readOnly: true }),
  },
);

const serviceAccount: Struct = struct<ClusterIAMServiceAccount>(
  "ClusterIAMServiceAccount",
  "A Kubernetes service account with an IAM role of its own, by the cluster's OIDC provider (IRSA). Needs `iam.withOIDC: true`.",
  {
    attachPolicy: field(document, "Inline IAM policy of the role.", {
      example: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["sqs:SendMessage"], Resource: "*" }] },
    }),
    attachPolicyARNs: field(list(text({ format: "arn" })), "Managed policies of the role.", {
      example: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
    }),
    attachRoleARN: field(text(), "An existing role to use instead of making one.", {
      example: "arn:aws:iam::111122223333:role/existing",
    }),
    metadata: field(of(meta), "Which service account.", { required: true }),
    permissionsBoundary: field(boundary, "Permissions boundary of the role.", {
      example: "arn:aws:iam::111122223333:policy/boundary",
    }),
    roleName: field(text(), "Name of the role.", {
      defaultText: "CloudFormation's choice",
      example: "prod-external-dns",
    }),
    roleOnly: field(flag, "Makes the role and leaves the service account alone.", { default: false }),
    status: field(of(status), "Written by eksctl; not read.", { readOnly: true }),
    subjectPattern: field(
      text(),
      "Pattern with * and ? for the subjects that may assume the role, instead of this one service account.",
      {
        example: "system:serviceaccount:team-*:reader",
      },
    ),
    tags: field(map(text()), "Tags of the role and its stack.", { example: { team: "platform" } }),
    wellKnownPolicies: field(of(wellKnownPolicies), "Ready-made permissions."),
  },
);

export const iam: Struct = struct<ClusterIAM>(
  "ClusterIAM",
  "IAM roles of the cluster, of service accounts and of Fargate.",
  {
    fargatePodExecutionRoleARN: field(
      text(),
      "Existing role for pods on Fargate; without it one is made when there are profiles.",
      {
        example: "arn:aws:iam::111122223333:role/fargate-pods",
      },
    ),
    fargatePodExecutionRolePermissionsBoundary: field(
      boundary,
      "Permissions boundary of the Fargate role that is made.",
      {
        example: "arn:aws:iam::111122223333:policy/boundary",
      },
    ),
    podIdentityAssociations: field(
      list(of(podIdentityAssociation)),
      "Roles for service accounts by EKS Pod Identity. Needs the add-on eks-pod-identity-agent.",
    ),
    serviceAccounts: field(list(of(serviceAccount)), "Roles for service accounts by the OIDC provider (IRSA)."),
    serviceRoleARN: field(text(), "Existing role for the control plane; without it one is made.", {
      example: "arn:aws:iam::111122223333:role/eks-service",
    }),
    serviceRolePermissionsBoundary: field(boundary, "Permissions boundary of the control plane's role.", {
      example: "arn:aws:iam::111122223333:policy/boundary",
    }),
    vpcResourceControllerPolicy: field(
      flag,
      "Lets the control plane manage network interfaces for pods (security groups for pods, Windows).",
      { default: true },
    ),
    withOIDC: field(flag, "Makes an IAM OIDC provider for the cluster: the base of roles for service accounts.", {
      default: false,
    }),
  },
);

export const identityMapping: Struct = struct<IAMIdentityMapping>(
  "IAMIdentityMapping",
  "An entry of the ConfigMap kube-system/aws-auth: the older way to let IAM identities in.",
  {
    account: field(text(), "Lets every identity of this account in by its ARN. Stands alone.", {
      example: "111122223333",
    }),
    arn: field(text(), "Role or user that is let in.", { example: "arn:aws:iam::111122223333:role/developers" }),
    groups: field(list(text()), "Kubernetes groups it gets.", { example: ["viewers"] }),
    namespace: field(text(), "Namespace for a `serviceName`.", { example: "emr" }),
    noDuplicateARNs: field(flag, "Refuses a second entry for the same ARN.", { default: false }),
    serviceName: field(text(), "AWS service that gets a role in one namespace.", { example: "emr-containers" }),
    username: field(text(), "Kubernetes user name it gets.", { example: "developer:{{SessionName}}" }),
  },
);

export const identityProvider: Struct = struct<IdentityProvider>(
  "IdentityProvider",
  "An OpenID Connect provider whose tokens the cluster accepts for people.",
  {
    type: field(text({ values: ["oidc"] }), "Kind of provider; EKS knows one.", { required: true, example: "oidc" }),
    clientID: field(text(), "Client id (audience) of the tokens.", { required: true, example: "kubernetes" }),
    groupsClaim: field(text(), "Claim that holds the groups.", { example: "groups" }),
    groupsPrefix: field(text(), "Put before every group name.", { example: "oidc:" }),
    issuerURL: field(text(), "Address of the issuer; must be https and public.", {
      required: true,
      example: "https://login.example.com",
    }),
    name: field(text(), "Name of the provider within the cluster.", { required: true, example: "company-login" }),
    requiredClaims: field(map(text()), "Claims with these values must be in the token.", {
      example: { department: "it" },
    }),
    tags: field(map(text()), "Tags of the provider.", { example: { team: "identity" } }),
    usernameClaim: field(text(), "Claim that holds the user name.", { defaultText: "sub", example: "email" }),
    usernamePrefix: field(text(), "Put before every user name.", { example: "oidc:" }),
  },
  "any-case-open",
);
