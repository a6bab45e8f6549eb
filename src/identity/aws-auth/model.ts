// The aws-auth ConfigMap as data. `data` of the object in kube-system holds YAML inside of strings.
import type { Diagnostic } from "../../base/index.ts";

/** `data` of the ConfigMap. */
export type AwsAuthData = Readonly<Record<string, string>>;

/** Keys that are read; any other spelling is ignored in silence. */
export const awsAuthKeys = ["mapRoles", "mapUsers", "mapAccounts"] as const;

/** The role of somebody in IAM Identity Center, by permission set. */
export interface SsoRole {
  permissionSetName: string;
  accountID: string;
  /** `aws` when empty. */
  partition?: string;
}

/** One item of mapRoles or mapUsers. */
export interface AuthMapping {
  key: "mapRoles" | "mapUsers";
  /** Place in its list, counted from 0 with the dropped ones. */
  index: number;
  /** Line within the key's text, from 1. */
  line: number;
  /** As written; empty when the item names an SSO role. */
  arn: string;
  username: string;
  groups: readonly string[];
  sso?: SsoRole;
  userId?: string;
}

/** What the three lists say, and what was lost on the way. */
export interface AwsAuth {
  roles: readonly AuthMapping[];
  users: readonly AuthMapping[];
  accounts: readonly string[];
  /** Keys whose text isn't a YAML list: all that they held is lost. */
  unreadable: readonly string[];
  findings: readonly Diagnostic[];
}

/** Groups and user names that nodes are mapped to. */
export const nodeMappings: Readonly<Record<"linux" | "windows" | "fargate", Pick<AuthMapping, "username" | "groups">>> =
  {
    linux: { username: "system:node:{{EC2PrivateDNSName}}", groups: ["system:bootstrappers", "system:nodes"] },
    windows: {
      username: "system:node:{{EC2PrivateDNSName}}",
      groups: ["eks:kube-proxy-windows", "system:bootstrappers", "system:nodes"],
    },
    fargate: {
      username: "system:node:{{SessionName}}",
      groups: ["system:bootstrappers", "system:nodes", "system:node-proxier"],
    },
  };
