// `accessConfig`: who may talk to the Kubernetes API, by EKS access entries.
import type { AccessConfig, AccessEntry, AccessPolicy, AccessScope } from "../model/index.ts";
import { field, flag, list, of, struct, text } from "./define.ts";
import type { Struct } from "./define.ts";

const scope: Struct = struct<AccessScope>("AccessScope", "Where a policy holds.", {
  namespaces: field(list(text()), "Namespaces, with * at the end as a wildcard; only for `type: namespace`.", {
    example: ["default", "dev-*"],
  }),
  type: field(text({ values: ["namespace", "cluster"] }), "The whole cluster or some namespaces.", {
    required: true,
    example: "namespace",
  }),
});

export const accessPolicy: Struct = struct<AccessPolicy>(
  "AccessPolicy",
  "One of EKS's ready-made sets of Kubernetes permissions, and where it holds.",
  {
    accessScope: field(of(scope), "Where the policy holds.", { required: true }),
    policyARN: field(text({ format: "arn" }), "The policy: `arn:aws:eks::aws:cluster-access-policy/…`.", {
      required: true,
      example: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
    }),
  },
);

const entry: Struct = struct<AccessEntry>("AccessEntry", "Lets one IAM role or user into the cluster.", {
  accessPolicies: field(list(of(accessPolicy)), "EKS's ready-made permissions for it. Only for STANDARD entries."),
  kubernetesGroups: field(list(text()), "Kubernetes groups it gets. Only for STANDARD entries.", {
    example: ["viewers"],
  }),
  kubernetesUsername: field(text(), "Kubernetes user name it gets. Only for STANDARD entries.", {
    defaultText: "its ARN",
    example: "alice",
  }),
  principalARN: field(text({ format: "arn" }), "The IAM role or user.", {
    required: true,
    example: "arn:aws:iam::111122223333:role/admins",
  }),
  type: field(
    text({
      values: ["STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX"],
      refusal: "invalid access entry type %",
    }),
    "What the identity is: people and programs are STANDARD, the others are roles of nodes.",
    { default: "STANDARD" },
  ),
});

export const accessConfig: Struct = struct<AccessConfig>("AccessConfig", "Who may talk to the Kubernetes API.", {
  accessEntries: field(list(of(entry)), "Roles and users that are let in."),
  authenticationMode: field(
    text({ values: ["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"] }),
    "Whether access entries, the aws-auth ConfigMap, or both decide. AWS only allows moving towards API.",
    { default: "API_AND_CONFIG_MAP", defaultText: "API_AND_CONFIG_MAP (CONFIG_MAP on Outposts)" },
  ),
  bootstrapClusterCreatorAdminPermissions: field(
    flag,
    "Makes whoever creates the cluster its administrator. Can't be changed later.",
    { default: true },
  ),
});
