// One stack per IAM service account (IRSA) whose role the file doesn't bring itself.
import type { ClusterIAMServiceAccount, ConfigPath } from "../../config/index.ts";
import { toStack } from "../context.ts";
import type { Context } from "../context.ts";
import type { DesiredStack, RoleReference } from "../desired.ts";
import { stackNames, tagKeys } from "../names.ts";
import { roleId, roleTemplate } from "./role-stack.ts";
import { irsaTrust } from "./trust.ts";

export interface ServiceAccount {
  readonly spec: ClusterIAMServiceAccount;
  readonly namespace: string;
  readonly name: string;
  readonly path: ConfigPath;
  readonly stackName: string;
  /** The role its pods get: brought by the file, or made by the stack. */
  readonly role: RoleReference;
}

/** `iam.serviceAccounts`, with eksctl's default namespace. */
export function serviceAccounts(context: Context): ServiceAccount[] {
  return (context.config.iam?.serviceAccounts ?? []).map((spec, i) => {
    const namespace = spec.metadata?.namespace || "default";
    const name = spec.metadata?.name ?? "";
    const stackName = stackNames.serviceAccount(context.name, namespace, name);
    const role = spec.attachRoleARN ? { arn: spec.attachRoleARN } : { stack: stackName, output: roleId };
    return { spec, namespace, name, path: ["iam", "serviceAccounts", i], stackName, role };
  });
}

/** The role stack of a service account, or undefined where the file brings the role. */
export function serviceAccountStack(context: Context, account: ServiceAccount): DesiredStack | undefined {
  const { spec, namespace, name } = account;
  if (spec.attachRoleARN) return undefined;
  const binder = context.bind();
  const template = roleTemplate({
    ...spec,
    description: `IAM role for serviceaccount "${namespace}/${name}" [created and managed by eksctl]`,
    trust: irsaTrust(binder, { namespace, name, pattern: spec.subjectPattern }),
  });
  return toStack(context, {
    stackName: account.stackName,
    kind: "iamserviceaccount",
    name: `${namespace}/${name}`,
    capability: spec.roleName ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM",
    tags: [{ ...spec.tags, [tagKeys.serviceAccount]: `${namespace}/${name}` }],
    template,
    source: [account.path],
    binder,
    dependsOn: [context.clusterStack],
  });
}
