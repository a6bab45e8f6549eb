// What a cluster file asks for, as data: CloudFormation stacks, objects made by API call, and objects inside Kubernetes.
// The split is eksctl's: what it makes as a stack is a stack here, what it makes by a call is an object here.
import type { Diagnostic } from "../base/index.ts";
import type { ConfigPath } from "../config/index.ts";
import type { Template } from "./template.ts";

/** A stack tag, in CloudFormation's spelling. */
export interface Tag {
  Key: string;
  Value: string;
}

/** What CloudFormation wants acknowledged: IAM resources, or IAM resources with names of their own. */
export type StackCapability = "CAPABILITY_IAM" | "CAPABILITY_NAMED_IAM";

/** One kind per naming rule of eksctl's stacks. */
export type StackKind =
  | "cluster"
  | "fargate"
  | "nodegroup"
  | "iamserviceaccount"
  | "addon"
  | "addonpodidentityrole"
  | "podidentityrole"
  | "accessentry";

/** One CloudFormation stack as eksctl would submit it. */
export interface DesiredStack {
  readonly stackName: string;
  readonly kind: StackKind;
  /** Name of the thing the stack holds: node group, `namespace/serviceaccount`, add-on, principal ARN, cluster. */
  readonly name: string;
  readonly capabilities: readonly StackCapability[];
  readonly tags: readonly Tag[];
  readonly enableTerminationProtection: boolean;
  readonly template: Template;
  /** The lines of the file it comes from, most specific first; never empty. */
  readonly source: readonly ConfigPath[];
  /** Names of stacks whose outputs or resources this one needs. */
  readonly dependsOn: readonly string[];
  /** Names from the {@link Known} values that were missing, e.g. `endpoint`: the stack can't be submitted before they are known. */
  readonly unresolved: readonly LateBound[];
}

/** Names of late-bound values. `physicalIds` covers any `<LogicalId>`. */
export type LateBound =
  | "account"
  | "ami"
  | "issuer"
  | "endpoint"
  | "ca"
  | "serviceCidr"
  | "physicalIds"
  | "publicKey"
  | "nodeRole";

/**
 * Values that only an account or a living cluster knows. Whatever is missing shows as `<account>`, `<ami>`, `<issuer>`,
 * `<endpoint>`, `<ca>`, `<service-cidr>` or `<LogicalId>` in the templates.
 */
export interface Known {
  /** Twelve digits. */
  readonly account?: string;
  /** `aws`, `aws-cn`, `aws-us-gov`, …; by default that of the region. */
  readonly partition?: string;
  /** OIDC issuer of the cluster, with or without `https://`. */
  readonly issuer?: string;
  /** API endpoint, `https://…`. */
  readonly endpoint?: string;
  /** Certificate authority of the cluster, base64 as EKS reports it. */
  readonly ca?: string;
  /** Service network of the cluster, as EKS reports it. */
  readonly serviceCidr?: string;
  /** AMI by name of the node group. */
  readonly amis?: Readonly<Record<string, string>>;
  /** Physical ids by logical id of the cluster stack, e.g. `SubnetPublicEUCENTRAL1A`. */
  readonly physicalIds?: Readonly<Record<string, string>>;
  /** What EKS says of add-ons (DescribeAddonVersions, DescribeAddonConfiguration), by name; others are taken from lotse's table. */
  readonly addons?: Readonly<Record<string, KnownAddon>>;
  /** Zones in which a node group's instance types are offered, by name of the group; a group that isn't named gets all zones. */
  readonly offeredZones?: Readonly<Record<string, readonly string[]>>;
  /** Zones of the cluster in the order in which its subnets were cut; those of its stack when it lives. */
  readonly zones?: readonly string[];
  /** Contents of SSH public key files, by path as the file spells it. */
  readonly publicKeys?: Readonly<Record<string, string>>;
}

/** What an add-on needs of IAM. */
export interface KnownAddon {
  readonly requiresIamPermissions: boolean;
  /** Recommended pod identities; none = the add-on doesn't support pod identity. */
  readonly podIdentities: readonly { readonly serviceAccount: string; readonly policyArns: readonly string[] }[];
}

/** A role: given by ARN in the file, or the output of a stack. */
export type RoleReference = { readonly arn: string } | { readonly stack: string; readonly output: string };

interface ObjectBase {
  /** Unique within the result, `kind/name`. */
  readonly id: string;
  readonly name: string;
  /** The lines of the file it comes from, most specific first; never empty. */
  readonly source: readonly ConfigPath[];
  /** Ids of objects and names of stacks that must be there before. */
  readonly after: readonly string[];
}

/** An EKS add-on (CreateAddon). */
export interface DesiredAddon extends ObjectBase {
  readonly kind: "addon";
  /** Installed although the file doesn't list it. */
  readonly isDefault: boolean;
  /** As the file says: absent = AWS's default version, `latest`, an exact version, or a part of one (the newest containing it). */
  readonly version?: string;
  /** JSON or YAML text as in the file. */
  readonly configurationValues?: string;
  /** What eksctl sends when it creates (`OVERWRITE`), and what the file says for updates. */
  readonly resolveConflicts: {
    readonly create: "OVERWRITE" | "NONE" | "PRESERVE";
    readonly update?: "NONE" | "OVERWRITE" | "PRESERVE";
  };
  /** IRSA role. With `roleLater` the add-on is created without and updated once role and OIDC provider exist (vpc-cni). */
  readonly serviceAccountRole?: RoleReference;
  readonly roleLater: boolean;
  readonly podIdentityAssociations: readonly { readonly serviceAccount: string; readonly role: RoleReference }[];
  readonly tags: Readonly<Record<string, string>>;
  readonly namespace?: string;
  /** Before the node groups (network, DNS, agents) or after them. */
  readonly phase: "before-nodes" | "after-nodes";
  /** False for a lone metrics-server, which eksctl doesn't wait for, and for what comes before the nodes. */
  readonly wait: boolean;
  /** Only add-ons of these publishers, types and owners count when a version is looked up. */
  readonly filter: {
    readonly publishers: readonly string[];
    readonly types: readonly string[];
    readonly owners: readonly string[];
  };
}

/** The cluster's OIDC provider in IAM (CreateOpenIDConnectProvider). */
export interface DesiredOidcProvider extends ObjectBase {
  readonly kind: "oidc-provider";
  readonly clientIds: readonly string[];
  readonly tags: readonly Tag[];
}

/** A Fargate profile (CreateFargateProfile); each comes `after` the one before, as EKS changes one at a time. */
export interface DesiredFargateProfile extends ObjectBase {
  readonly kind: "fargate-profile";
  readonly podExecutionRole: RoleReference;
  readonly selectors: readonly { readonly namespace: string; readonly labels?: Readonly<Record<string, string>> }[];
  /** Subnet ids of the file; absent = EKS takes the cluster's private subnets. */
  readonly subnets?: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** A pod identity association (CreatePodIdentityAssociation). */
export interface DesiredPodIdentityAssociation extends ObjectBase {
  readonly kind: "pod-identity-association";
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly role: RoleReference;
  readonly targetRoleArn?: string;
  readonly disableSessionTags?: boolean;
  readonly policy?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** An OIDC provider by which people log in (AssociateIdentityProviderConfig); EKS takes one a cluster. */
export interface DesiredIdentityProvider extends ObjectBase {
  readonly kind: "identity-provider";
  readonly type: string;
  readonly issuerURL: string;
  readonly clientID: string;
  readonly usernameClaim?: string;
  readonly usernamePrefix?: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
  readonly requiredClaims?: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Retention of the control plane's log group (PutRetentionPolicy). */
export interface DesiredLogRetention extends ObjectBase {
  readonly kind: "log-retention";
  readonly logGroup: string;
  readonly days: number;
}

/** An access entry by API call: only where a node group brings its own instanceRoleARN (CreateAccessEntry). */
export interface DesiredAccessEntry extends ObjectBase {
  readonly kind: "access-entry";
  readonly principalArn: string;
  readonly type: string;
}

/** An SSH public key to import (ImportKeyPair). */
export interface DesiredKeyPair extends ObjectBase {
  readonly kind: "key-pair";
  /** Absent when the key's file has not been read. */
  readonly publicKey?: string;
  readonly nodeGroup: string;
}

/** Scaling processes to suspend on a node group's Auto Scaling group (SuspendProcesses). */
export interface DesiredSuspendedProcesses extends ObjectBase {
  readonly kind: "suspended-processes";
  readonly nodeGroup: string;
  readonly managed: boolean;
  readonly processes: readonly string[];
}

/** Tags on the Auto Scaling group behind a managed node group (CreateOrUpdateTags, not propagated at launch). */
export interface DesiredAsgTags extends ObjectBase {
  readonly kind: "asg-tags";
  readonly nodeGroup: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What AWS holds beside the stacks. */
export type DesiredAwsObject =
  | DesiredAddon
  | DesiredOidcProvider
  | DesiredFargateProfile
  | DesiredPodIdentityAssociation
  | DesiredIdentityProvider
  | DesiredLogRetention
  | DesiredAccessEntry
  | DesiredKeyPair
  | DesiredSuspendedProcesses
  | DesiredAsgTags;

/** A service account with the role its pods get. */
export interface DesiredServiceAccount extends ObjectBase {
  readonly kind: "service-account";
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Goes into the annotation `eks.amazonaws.com/role-arn`; absent for pod identity. */
  readonly role?: RoleReference;
}

/** Entries of the `aws-auth` ConfigMap. */
export interface DesiredAuthMapping extends ObjectBase {
  readonly kind: "aws-auth";
  readonly principal: RoleReference | { readonly account: string };
  readonly username?: string;
  readonly groups: readonly string[];
  /** Leave it out when the ARN is mapped already. */
  readonly noDuplicateArns: boolean;
}

/** A device plugin for accelerated nodes. */
export interface DesiredDevicePlugin extends ObjectBase {
  readonly kind: "device-plugin";
  readonly plugin: "nvidia" | "neuron";
}

/** CoreDNS moved onto Fargate: the annotation on its pod template. */
export interface DesiredCorednsOnFargate extends ObjectBase {
  readonly kind: "coredns-on-fargate";
  readonly annotations: Readonly<Record<string, string>>;
}

/** What stands inside Kubernetes. */
export type DesiredKubernetesObject =
  | DesiredServiceAccount
  | DesiredAuthMapping
  | DesiredCorednsOnFargate
  | DesiredDevicePlugin;

/** Everything beside the stacks. Order: an object comes after everything it needs. */
export interface DesiredObjects {
  readonly aws: readonly DesiredAwsObject[];
  readonly kubernetes: readonly DesiredKubernetesObject[];
}

/** The stacks in the order in which eksctl makes them, and what the file asks for that can't be built yet. */
export interface DesiredStacks {
  readonly stacks: readonly DesiredStack[];
  /** `stacks/not-yet` and whatever else forbids building; nothing may be made while there is one. */
  readonly refusals: readonly Diagnostic[];
}
