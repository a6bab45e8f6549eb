// What the engine does for a step, as data: one variant per way of working, one executor each in `engine/executors/`.
import type {
  DesiredAuthMapping,
  DesiredAwsObject,
  DesiredIdentityProvider,
  DesiredServiceAccount,
  RoleReference,
  StackCapability,
  Tag,
  Template,
} from "../stacks/index.ts";
import type { KubeObject } from "../kube/index.ts";
import type { NodeTaint } from "./kubernetes-view.ts";

/** A change of the control plane by UpdateClusterConfig; EKS takes one kind per call. */
export interface ClusterConfigChange {
  logging?: { enable: string[]; disable: string[] };
  endpoints?: { publicAccess?: boolean; privateAccess?: boolean; publicAccessCidrs?: string[] };
  authenticationMode?: string;
  supportType?: string;
  zonalShift?: boolean;
  deletionProtection?: boolean;
}

/** A taint in EKS's words. */
export interface NodeGroupTaint {
  key: string;
  value: string;
  effect: "NO_SCHEDULE" | "NO_EXECUTE" | "PREFER_NO_SCHEDULE";
}

/** What the engine has to do for a step; one executor each. */
export type Work = AwsWork | KubernetesWork;

/** What is done inside the cluster. */
export type KubernetesWork =
  | { do: "create-namespace"; namespace: string }
  | { do: "apply-service-account"; object: DesiredServiceAccount }
  | { do: "delete-service-account"; namespace: string; serviceAccount: string }
  | { do: "map-identity"; object: DesiredAuthMapping }
  /** Takes a node role out of aws-auth before its group goes. */
  | { do: "unmap-node-role"; roleArn: string }
  | { do: "coredns-to-fargate"; annotations: Readonly<Record<string, string>> }
  | { do: "install-device-plugin"; plugin: "nvidia" }
  /** Makes a class of EBS volumes the default; `instead` are classes that are the default now. */
  | { do: "default-storage-class"; type: string; provisioner: string; instead: string[] }
  /** What installs a role of lotse, in this order. */
  | { do: "apply-controller"; objects: KubeObject[] }
  | { do: "delete-controller"; objects: Pick<KubeObject, "apiVersion" | "kind" | "metadata">[] }
  /** Waits until so many nodes of a self-managed group are Ready, and says why they aren't. */
  | { do: "await-nodes"; nodeGroup: string; count: number }
  | { do: "label-nodes"; nodeGroup: string; labels: Record<string, string>; taints: NodeTaint[] }
  /** Moves pods off the nodes of a group; with `undo` lets pods back on. `sparing` leaves pods of namespaces where they are. */
  | { do: "drain-nodegroup"; nodeGroup: string; undo?: boolean; sparing?: string[] }
  /** Deletes Services of type LoadBalancer, whose load balancers would outlive the cluster. */
  | { do: "delete-load-balancers"; services: { namespace: string; name: string }[] };

/** What is done by AWS's APIs. */
export type AwsWork =
  /** Makes the stack; waits for one that is being made, replaces one that failed. Rendered when its turn comes. */
  | { do: "create-stack"; stack: string }
  /** Makes a stack of this template; waits for one that is being made, replaces one that failed. */
  | { do: "copy-stack"; stack: string; template: Template; tags: Tag[]; capabilities: StackCapability[] }
  /** Deletes the stack and makes it anew, for changes that its resources can't take. */
  | { do: "replace-stack"; stack: string }
  | { do: "update-stack"; stack: string; template: Template; tags: Tag[]; capabilities: StackCapability[] }
  /**
   * Updates the stack of a self-managed group and replaces its nodes one by one: a new one first, then the old one is
   * drained and goes. With `keepNodes` the nodes stay as they are.
   */
  | {
      do: "roll-nodegroup";
      nodeGroup: string;
      stack: string;
      template: Template;
      tags: Tag[];
      capabilities: StackCapability[];
      keepNodes: boolean;
    }
  | { do: "delete-stack"; stack: string }
  | { do: "update-cluster"; change: ClusterConfigChange }
  | { do: "upgrade-cluster"; version: string; force: boolean }
  | { do: "encrypt-cluster"; keyArn: string }
  | { do: "tag-resource"; arn: string; set: Record<string, string>; remove: string[] }
  | {
      do: "scale-nodegroup";
      nodeGroup: string;
      managed: boolean;
      minSize?: number;
      maxSize?: number;
      desiredSize?: number;
      asg?: string;
    }
  /** Labels and taints are set; others that the group has stay. */
  | {
      do: "update-nodegroup";
      nodeGroup: string;
      maxUnavailable?: number;
      maxUnavailablePercentage?: number;
      labels?: Record<string, string>;
      taints?: NodeGroupTaint[];
      /** Whether EKS replaces broken nodes. */
      repair?: boolean;
    }
  | { do: "create-object"; object: Exclude<DesiredAwsObject, DesiredIdentityProvider>; version?: string }
  /** Gives an add-on that was made without a role the one that exists by now. */
  | {
      do: "update-addon";
      addon: string;
      version?: string;
      role?: RoleReference;
      configurationValues?: string;
      resolveConflicts: "NONE" | "OVERWRITE" | "PRESERVE";
      podIdentityAssociations?: { serviceAccount: string; role: RoleReference }[];
    }
  | { do: "replace-fargate-profile"; object: DesiredAwsObject }
  | {
      do: "update-pod-identity";
      associationId: string;
      role: RoleReference;
      targetRoleArn?: string;
      disableSessionTags?: boolean;
      policy?: string;
    }
  /** Takes `instead` away first: EKS changes no provider, and has room for one. */
  | { do: "associate-identity-provider"; object: DesiredIdentityProvider; instead?: string }
  | { do: "disassociate-identity-provider"; provider: string }
  /** ModifyInstanceMetadataOptions: version 2 alone. */
  | { do: "demand-tokens"; instance: string }
  | { do: "keep-logs"; logGroup: string; days: number }
  | { do: "rotate-key"; key: string }
  | { do: "vpc-dns"; vpc: string; attributes: ("enableDnsSupport" | "enableDnsHostnames")[] }
  | { do: "tag-ec2"; resource: string; tags: Record<string, string> }
  | { do: "delete-addon"; addon: string }
  | { do: "delete-fargate-profile"; profile: string }
  | { do: "delete-nodegroup"; nodeGroup: string }
  | { do: "delete-pod-identity"; associationId: string }
  | { do: "delete-access-entry"; principalArn: string }
  | { do: "delete-oidc-provider"; arn: string }
  | { do: "delete-key-pair"; name: string }
  | { do: "delete-log-group"; name: string }
  | { do: "delete-cluster" };
