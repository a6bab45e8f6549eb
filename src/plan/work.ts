// What the engine does for a step, as data: one variant per way of working, one executor each in `engine/executors/`.
import type { DesiredAwsObject, RoleReference, StackCapability, Tag, Template } from "../stacks/index.ts";

/** A change of the control plane by UpdateClusterConfig; EKS takes one kind per call. */
export interface ClusterConfigChange {
  logging?: { enable: string[]; disable: string[] };
  endpoints?: { publicAccess?: boolean; privateAccess?: boolean; publicAccessCidrs?: string[] };
  authenticationMode?: string;
  supportType?: string;
  zonalShift?: boolean;
}

/** What the engine has to do for a step; one executor each. */
export type Work =
  /** Makes the stack; waits for one that is being made, replaces one that failed. Rendered when its turn comes. */
  | { do: "create-stack"; stack: string }
  /** Deletes the stack and makes it anew, for changes that its resources can't take. */
  | { do: "replace-stack"; stack: string }
  | { do: "update-stack"; stack: string; template: Template; tags: Tag[]; capabilities: StackCapability[] }
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
  | { do: "update-nodegroup"; nodeGroup: string; maxUnavailable?: number; maxUnavailablePercentage?: number }
  | { do: "create-object"; object: DesiredAwsObject; version?: string }
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
    }
  | { do: "delete-addon"; addon: string }
  | { do: "delete-fargate-profile"; profile: string }
  | { do: "delete-nodegroup"; nodeGroup: string }
  | { do: "delete-pod-identity"; associationId: string }
  | { do: "delete-access-entry"; principalArn: string }
  | { do: "delete-oidc-provider"; arn: string }
  | { do: "delete-key-pair"; name: string }
  | { do: "delete-log-group"; name: string }
  | { do: "delete-cluster" };
