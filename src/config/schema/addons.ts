// `addons`, `addonsConfig`, `fargateProfiles`, `capabilities`, `karpenter`, `gitops`.
import type {
  Addon,
  AddonNamespaceConfig,
  AddonsConfig,
  ArgoCDAWSIDC,
  ArgoCDConfiguration,
  ArgoCDNetworkAccess,
  ArgoCDRoleMapping,
  Capability,
  CapabilityConfiguration,
  FargateProfile,
  FargateProfileSelector,
  Flux,
  GitOps,
  Karpenter,
  SSOIdentity,
} from "../model/index.ts";
import { accessPolicy } from "./access.ts";
import { document, field, flag, list, map, of, struct, text } from "./define.ts";
import type { Struct } from "./define.ts";
import { podIdentityAssociation, wellKnownPolicies } from "./iam.ts";

const namespaceConfig: Struct = struct<AddonNamespaceConfig>("AddonNamespaceConfig", "Where the add-on is put.", {
  namespace: field(text(), "Namespace for the add-on's objects.", {
    defaultText: "the add-on's own",
    example: "monitoring",
  }),
});

const inlinePolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["ec2:DescribeVolumes"], Resource: "*" }],
};

export const addon: Struct = struct<Addon>(
  "Addon",
  "An EKS add-on. Its AWS permissions come from at most one place: pod identity associations, or one of the role fields.",
  {
    attachPolicy: field(document, "Inline policy of a role that is made for the add-on (IRSA).", {
      example: inlinePolicy,
    }),
    attachPolicyARNs: field(
      list(text({ format: "arn" })),
      "Managed policies of a role that is made for the add-on (IRSA).",
      {
        example: ["arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"],
      },
    ),
    configurationValues: field(text(), "Settings of the add-on: JSON or YAML as text.", {
      example: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}',
    }),
    name: field(text(), "Name of the add-on.", { required: true, example: "vpc-cni" }),
    namespaceConfig: field(of(namespaceConfig), "Where the add-on is put."),
    owners: field(list(text()), "Only versions of these owners.", { example: ["aws"] }),
    permissionsBoundary: field(
      text({ format: "arn", formatSeverity: "warning" }),
      "Permissions boundary of the role that is made.",
      {
        example: "arn:aws:iam::111122223333:policy/boundary",
      },
    ),
    podIdentityAssociations: field(
      list(of(podIdentityAssociation)),
      "Roles for the add-on's service accounts by EKS Pod Identity.",
    ),
    publishers: field(list(text()), "Only versions of these publishers.", { example: ["eks"] }),
    resolveConflicts: field(
      text({ values: ["none", "overwrite", "preserve"], ignoreCase: true }),
      "What happens to settings that were changed in the cluster.",
      {
        defaultText: "overwrite when the cluster is created",
        example: "preserve",
      },
    ),
    serviceAccountRoleARN: field(text(), "Existing role for the add-on (IRSA).", {
      example: "arn:aws:iam::111122223333:role/vpc-cni",
    }),
    tags: field(map(text()), "Tags of the add-on.", { example: { team: "platform" } }),
    types: field(list(text()), "Only versions of these types.", { example: ["networking"] }),
    useDefaultPodIdentityAssociations: field(
      flag,
      "Uses the pod identity associations that EKS recommends for the add-on.",
      { default: false },
    ),
    version: field(text(), "Version (`v1.19.0-eksbuild.1`), a part of one, or `latest`.", {
      defaultText: "AWS's default for the Kubernetes version",
      example: "latest",
    }),
    wellKnownPolicies: field(of(wellKnownPolicies), "Ready-made permissions for a role that is made (IRSA)."),
  },
);

export const addonsConfig: Struct = struct<AddonsConfig>("AddonsConfig", "How add-ons are handled in general.", {
  autoApplyPodIdentityAssociations: field(
    flag,
    "Uses EKS's recommended pod identity associations for every add-on that has some.",
    { default: false },
  ),
  disableDefaultAddons: field(
    flag,
    "Leaves out vpc-cni, kube-proxy, coredns and metrics-server unless `addons` names them.",
    { default: false },
  ),
});

const selector: Struct = struct<FargateProfileSelector>(
  "FargateProfileSelector",
  "Which pods run on Fargate: those of a namespace, with all of the labels.",
  {
    labels: field(map(text()), "Labels that a pod must have.", { example: { compute: "fargate" } }),
    namespace: field(text(), "Namespace, with * and ? as wildcards.", { required: true, example: "batch" }),
  },
);

export const fargateProfile: Struct = struct<FargateProfile>(
  "FargateProfile",
  "Pods that run on AWS Fargate instead of nodes.",
  {
    name: field(text(), "Name of the profile; must not begin with `eks-`.", { required: true, example: "batch" }),
    podExecutionRoleARN: field(text(), "Existing role for these pods.", {
      defaultText: "the cluster's Fargate role",
      example: "arn:aws:iam::111122223333:role/fargate-pods",
    }),
    selectors: field(list(of(selector)), "Which pods; one to five selectors.", {
      required: true,
      example: [{ namespace: "batch" }],
    }),
    status: field(text(), "Written by eksctl; not read.", { readOnly: true, example: "ACTIVE" }),
    subnets: field(list(text()), "Private subnets to use.", {
      defaultText: "all private subnets of the cluster",
      example: ["subnet-0ff156e0c4a6d300c"],
    }),
    tags: field(map(text()), "Tags of the profile.", { example: { team: "data" } }),
  },
);

const identity: Struct = struct<SSOIdentity>("SSOIdentity", "A user or group of IAM Identity Center.", {
  id: field(text(), "Its id.", { required: true, example: "94482488-3041-7027-1a4a-5f1d4b2c1c3a" }),
  type: field(text({ values: ["SSO_USER", "SSO_GROUP"] }), "User or group.", { required: true, example: "SSO_GROUP" }),
});

const roleMapping: Struct = struct<ArgoCDRoleMapping>("ArgoCDRoleMapping", "Who has which role in Argo CD.", {
  identities: field(list(of(identity)), "Users and groups.", {
    required: true,
    example: [{ id: "94482488-3041-7027-1a4a-5f1d4b2c1c3a", type: "SSO_GROUP" }],
  }),
  role: field(text({ values: ["ADMIN", "EDITOR", "VIEWER"] }), "Role in Argo CD.", {
    required: true,
    example: "VIEWER",
  }),
});

const identityCenter: Struct = struct<ArgoCDAWSIDC>(
  "ArgoCDAWSIDC",
  "The IAM Identity Center that people sign in with.",
  {
    idcInstanceArn: field(text(), "Its instance.", {
      required: true,
      example: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
    }),
    idcRegion: field(text(), "Its region.", { defaultText: "the cluster's", example: "eu-central-1" }),
  },
);

const networkAccess: Struct = struct<ArgoCDNetworkAccess>("ArgoCDNetworkAccess", "From where Argo CD is reached.", {
  vpceIds: field(list(text()), "VPC endpoints that lead to it.", { example: ["vpce-0123456789abcdef0"] }),
});

const argocd: Struct = struct<ArgoCDConfiguration>("ArgoCDConfiguration", "Settings of an ARGOCD capability.", {
  awsIdc: field(of(identityCenter), "The IAM Identity Center that people sign in with.", { required: true }),
  namespace: field(text(), "Namespace for Argo CD's objects.", { defaultText: "argocd", example: "argocd" }),
  networkAccess: field(of(networkAccess), "From where it is reached."),
  rbacRoleMappings: field(list(of(roleMapping)), "Who has which role."),
});

const configuration: Struct = struct<CapabilityConfiguration>(
  "CapabilityConfiguration",
  "Settings by type of capability.",
  {
    argocd: field(of(argocd), "For type ARGOCD."),
  },
);

export const capability: Struct = struct<Capability>(
  "Capability",
  "A program that EKS runs for the cluster outside of it: ACK, kro or Argo CD.",
  {
    accessPolicies: field(list(of(accessPolicy)), "Kubernetes permissions of the capability's role."),
    attachPolicy: field(document, "Inline policy of the role that is made.", { example: inlinePolicy }),
    attachPolicyARNs: field(list(text({ format: "arn" })), "Managed policies of the role that is made.", {
      example: ["arn:aws:iam::aws:policy/AmazonS3FullAccess"],
    }),
    configuration: field(of(configuration), "Settings; required for ARGOCD."),
    deletePropagationPolicy: field(
      text({ values: ["RETAIN"] }),
      "What happens to its objects when it is deleted; EKS knows RETAIN.",
      { default: "RETAIN" },
    ),
    name: field(text(), "Name of the capability.", { required: true, example: "ack" }),
    permissionsBoundary: field(
      text({ format: "arn", formatSeverity: "warning" }),
      "Accepted; eksctl does not use it.",
      { example: "arn:aws:iam::111122223333:policy/boundary" },
    ),
    roleArn: field(text({ format: "arn" }), "Existing role; excludes the policy fields.", {
      example: "arn:aws:iam::111122223333:role/ack",
    }),
    tags: field(map(text()), "Tags of the capability.", { example: { team: "platform" } }),
    type: field(text({ values: ["ACK", "KRO", "ARGOCD"] }), "Which one.", { required: true, example: "ACK" }),
  },
);

export const karpenter: Struct = struct<Karpenter>("Karpenter", "Installs Karpenter and what it needs in AWS.", {
  createServiceAccount: field(flag, "Makes the service account instead of the Helm chart.", { default: false }),
  defaultInstanceProfile: field(text(), "Instance profile for Karpenter's nodes.", {
    defaultText: "one that is made",
    example: "KarpenterNodeInstanceProfile",
  }),
  version: field(text(), "Version of Karpenter, 0.20.0 or newer.", { required: true, example: "1.6.0" }),
  withSpotInterruptionQueue: field(flag, "Makes a queue that tells Karpenter of spot interruptions.", {
    default: false,
  }),
});

const flux: Struct = struct<Flux>("Flux", "Bootstraps Flux.", {
  flags: field(map(text()), "Flags of `flux bootstrap`.", {
    required: true,
    example: { owner: "example", repository: "fleet" },
  }),
  gitProvider: field(text(), "Git provider: `github`, `gitlab`, `bitbucket` ….", { required: true, example: "github" }),
});

export const gitops: Struct = struct<GitOps>("GitOps", "GitOps tools to install.", {
  flux: field(of(flux), "Bootstraps Flux."),
});
