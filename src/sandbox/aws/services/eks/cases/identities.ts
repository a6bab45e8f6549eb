// Access entries, pod identities, identity providers and capabilities: each operation at work and refused.
import type { World } from "../testing.ts";
import type { OperationCase } from "./case.ts";
import { ask, noCluster, roleFor } from "./case.ts";

const entry = (here: World): { clusterName: string; principalArn: string } => ({
  clusterName: "prod",
  principalArn: here.strangeRole,
});
const withEntry = (here: World): unknown => here.eks("CreateAccessEntry", entry(here));
const entryNow = (here: World): unknown => ask(here, "DescribeAccessEntry", entry(here), "accessEntry");
const noEntry = (here: World): object => ({ clusterName: "prod", principalArn: here.fargateRole });
const view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
const wholeCluster = { policyArn: view, accessScope: { type: "cluster" } };
const withPolicy = (here: World): unknown => {
  withEntry(here);
  return here.eks("AssociateAccessPolicy", { ...entry(here), ...wholeCluster });
};
const policies = (here: World): unknown =>
  ask(here, "ListAssociatedAccessPolicies", entry(here), "associatedAccessPolicies");

const account = { clusterName: "prod", namespace: "default", serviceAccount: "app" };
const podRole = (here: World, name = "pods"): string => roleFor(here, name, "pods.eks.amazonaws.com");
const withAssociation = (here: World): unknown =>
  here.eks("CreatePodIdentityAssociation", { ...account, roleArn: podRole(here) });
const associationId = (here: World): string =>
  (ask(here, "ListPodIdentityAssociations", account, "associations") as { associationId: string }[])[0]
    ?.associationId ?? "";
const association = (here: World): object => ({ clusterName: "prod", associationId: associationId(here) });
const noAssociation = { clusterName: "prod", associationId: "a-00000000000000000" };

const oidc = { identityProviderConfigName: "corp", issuerUrl: "https://login.example.com", clientId: "kubernetes" };
const provider = { clusterName: "prod", identityProviderConfig: { type: "oidc", name: "corp" } };
const noProvider = { clusterName: "prod", identityProviderConfig: { type: "oidc", name: "none" } };
const withProvider = (here: World): unknown => {
  here.eks("AssociateIdentityProviderConfig", { clusterName: "prod", oidc });
  return ask(here, "DescribeCluster", { name: "prod" });
};
const providers = (here: World): unknown =>
  ask(here, "ListIdentityProviderConfigs", { clusterName: "prod" }, "identityProviderConfigs");

const kro = { clusterName: "prod", capabilityName: "kro" };
const noCapability = { ...kro, capabilityName: "none" };
const capability = (here: World, roleArn?: string): object => ({
  ...kro,
  type: "KRO",
  roleArn: roleArn ?? roleFor(here, "kro", "capabilities.eks.amazonaws.com"),
  deletePropagationPolicy: "RETAIN",
});
const withCapability = (here: World): unknown => {
  here.eks("CreateCapability", capability(here));
  return capabilityNow(here);
};
const capabilityNow = (here: World): unknown => ask(here, "DescribeCapability", kro, "capability");

export const identityCases: Readonly<Record<string, OperationCase>> = {
  CreateAccessEntry: {
    input: (here) => ({ ...entry(here), kubernetesGroups: ["readers"] }),
    effect: entryNow,
    shows: {
      type: "STANDARD",
      kubernetesGroups: ["readers"],
      username: "arn:aws:sts::123456789012:assumed-role/strange/{{SessionName}}",
      accessEntryArn: /access-entry\/prod\/role\/123456789012\/strange\/[0-9a-f-]{36}$/,
    },
    refused: [entry, "ResourceInUseException"],
  },
  DescribeAccessEntry: {
    given: withEntry,
    input: entry,
    shows: { accessEntry: { clusterName: "prod", type: "STANDARD", tags: {} } },
    refused: [noEntry, "ResourceNotFoundException"],
  },
  UpdateAccessEntry: {
    given: withEntry,
    input: (here) => ({ ...entry(here), kubernetesGroups: ["writers"], username: "app:{{SessionName}}" }),
    effect: entryNow,
    shows: { kubernetesGroups: ["writers"], username: "app:{{SessionName}}" },
    refused: [(here) => ({ ...entry(here), kubernetesGroups: ["system:masters"] }), "InvalidParameterException"],
  },
  DeleteAccessEntry: {
    given: withEntry,
    input: entry,
    effect: (here) =>
      (ask(here, "ListAccessEntries", { clusterName: "prod" }, "accessEntries") as string[]).includes(here.strangeRole),
    shows: false,
    refused: [entry, "ResourceNotFoundException"],
  },
  ListAccessEntries: {
    given: withPolicy,
    input: { clusterName: "prod", associatedPolicyArn: view },
    shows: { accessEntries: ["arn:aws:iam::123456789012:role/strange"] },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  AssociateAccessPolicy: {
    given: withEntry,
    input: (here) => ({
      ...entry(here),
      policyArn: view,
      accessScope: { type: "namespace", namespaces: ["dev-*"] },
    }),
    effect: policies,
    shows: [{ policyArn: view, accessScope: { type: "namespace", namespaces: ["dev-*"] } }],
    refused: [
      (here) => ({ ...entry(here), policyArn: view, accessScope: { type: "namespace" } }),
      "InvalidParameterException",
    ],
  },
  DisassociateAccessPolicy: {
    given: withPolicy,
    input: (here) => ({ ...entry(here), policyArn: view }),
    effect: policies,
    shows: [],
    refused: [(here) => ({ ...entry(here), policyArn: view }), "ResourceNotFoundException"],
  },
  ListAssociatedAccessPolicies: {
    given: withPolicy,
    input: entry,
    shows: { clusterName: "prod", associatedAccessPolicies: [{ policyArn: view }] },
    refused: [noEntry, "ResourceNotFoundException"],
  },
  ListAccessPolicies: {
    input: { maxResults: 2 },
    shows: { accessPolicies: [{ arn: /^arn:aws:eks::aws:cluster-access-policy\// }, {}], nextToken: /./ },
    refused: [{ nextToken: "elsewhere" }, "InvalidParameterException"],
  },

  CreatePodIdentityAssociation: {
    input: (here) => ({ ...account, roleArn: podRole(here) }),
    effect: (here) => ask(here, "DescribePodIdentityAssociation", association(here), "association"),
    shows: { associationId: /^a-[a-z0-9]{17}$/, roleArn: /role\/pods$/, disableSessionTags: false },
    refused: [(here) => ({ ...account, roleArn: podRole(here, "other") }), "ResourceInUseException"],
  },
  DescribePodIdentityAssociation: {
    given: withAssociation,
    input: association,
    shows: { association: { namespace: "default", serviceAccount: "app", tags: {} } },
    refused: [noAssociation, "ResourceNotFoundException"],
  },
  UpdatePodIdentityAssociation: {
    given: withAssociation,
    input: (here) => ({ ...association(here), targetRoleArn: "arn:aws:iam::999999999999:role/theirs" }),
    effect: (here) => ask(here, "DescribePodIdentityAssociation", association(here), "association"),
    shows: {
      targetRoleArn: "arn:aws:iam::999999999999:role/theirs",
      externalId: "eu-central-1/123456789012/prod/default/app",
    },
    refused: [
      (here) => ({ ...association(here), roleArn: "arn:aws:iam::999999999999:role/theirs" }),
      "InvalidParameterException",
    ],
  },
  ListPodIdentityAssociations: {
    given: withAssociation,
    input: { clusterName: "prod" },
    shows: { associations: [{ namespace: "default", serviceAccount: "app" }] },
    refused: [{ clusterName: "prod", serviceAccount: "app" }, "InvalidParameterException"],
  },
  DeletePodIdentityAssociation: {
    given: withAssociation,
    input: association,
    effect: (here) => ask(here, "ListPodIdentityAssociations", { clusterName: "prod" }, "associations"),
    shows: [],
    refused: [noAssociation, "ResourceNotFoundException"],
  },

  AssociateIdentityProviderConfig: {
    input: { clusterName: "prod", oidc },
    effect: (here) => ask(here, "DescribeIdentityProviderConfig", provider, "identityProviderConfig", "oidc"),
    shows: { ...oidc, status: "ACTIVE" },
    refused: [
      { clusterName: "prod", oidc: { ...oidc, identityProviderConfigName: "second" } },
      "ResourceInUseException",
    ],
  },
  DescribeIdentityProviderConfig: {
    given: withProvider,
    input: provider,
    shows: { identityProviderConfig: { oidc: { identityProviderConfigName: "corp", status: "ACTIVE" } } },
    refused: [noProvider, "ResourceNotFoundException"],
  },
  ListIdentityProviderConfigs: {
    given: withProvider,
    input: { clusterName: "prod" },
    shows: { identityProviderConfigs: [{ type: "oidc", name: "corp" }] },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  DisassociateIdentityProviderConfig: {
    given: withProvider,
    input: provider,
    effect: (here) => [ask(here, "DescribeCluster", { name: "prod" }, "cluster", "status"), providers(here)],
    shows: ["ACTIVE", []],
    refused: [noProvider, "ResourceNotFoundException"],
  },

  CreateCapability: {
    input: (here) => capability(here),
    effect: capabilityNow,
    shows: { status: "ACTIVE", type: "KRO" },
    refused: [
      (here) => ({ ...capability(here, here.strangeRole), capabilityName: "ack", type: "ACK" }),
      "InvalidParameterException",
    ],
  },
  DescribeCapability: {
    given: withCapability,
    input: kro,
    shows: { capability: { capabilityName: "kro", status: "ACTIVE" } },
    refused: [noCapability, "ResourceNotFoundException"],
  },
  UpdateCapability: {
    given: withCapability,
    input: (here) => ({ ...kro, roleArn: roleFor(here, "kro-2", "capabilities.eks.amazonaws.com") }),
    effect: capabilityNow,
    shows: { status: "ACTIVE", roleArn: /role\/kro-2$/ },
    refused: [noCapability, "ResourceNotFoundException"],
  },
  ListCapabilities: {
    given: withCapability,
    input: { clusterName: "prod" },
    shows: { capabilities: [{ capabilityName: "kro", type: "KRO", status: "ACTIVE" }] },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  DeleteCapability: {
    given: withCapability,
    input: kro,
    effect: (here, answer: { capability: unknown }) => [
      answer.capability,
      ask(here, "ListCapabilities", { clusterName: "prod" }, "capabilities"),
    ],
    shows: [{ status: "DELETING" }, []],
    refused: [noCapability, "ResourceNotFoundException"],
  },
};
