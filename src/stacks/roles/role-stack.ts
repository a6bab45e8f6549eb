// The shape all role stacks share: Role1, the policies the file asks for, and the role's ARN as output.
import type { WellKnownPolicies } from "../../config/index.ts";
import { managedPolicyArn } from "../partitions.ts";
import { enabledSwitches, wellKnownPolicies } from "../policies/catalogue.ts";
import { allowDocument } from "../policies/statement.ts";
import { sub, templateBuilder } from "../template.ts";
import type { Template, TemplateValue } from "../template.ts";

/** Logical id of the role, and the name of its output. */
export const roleId = "Role1";

export interface RoleParts {
  readonly description: string;
  readonly trust: TemplateValue;
  readonly attachPolicyARNs?: readonly string[] | undefined;
  readonly attachPolicy?: Readonly<Record<string, unknown>> | undefined;
  /** Logical id of the inline policy, `Policy1` by default; characters that CloudFormation forbids are dropped. */
  readonly attachPolicyName?: string | undefined;
  readonly wellKnownPolicies?: WellKnownPolicies | undefined;
  readonly roleName?: string | undefined;
  readonly permissionsBoundary?: string | undefined;
}

/** The template of a role stack. */
export function roleTemplate(parts: RoleParts): Template {
  const template = templateBuilder({ description: parts.description, nameTags: false });
  const switches = enabledSwitches(wellKnownPolicies, { ...parts.wellKnownPolicies });
  const managed: TemplateValue[] = [
    ...(parts.attachPolicyARNs ?? []),
    ...switches.flatMap(({ managed: names = [] }) => names.map(managedPolicyArn)),
  ];
  const role = template.add(roleId, "AWS::IAM::Role", {
    AssumeRolePolicyDocument: parts.trust,
    ManagedPolicyArns: managed.length > 0 ? managed : undefined,
    PermissionsBoundary: parts.permissionsBoundary || undefined,
    RoleName: parts.roleName || undefined,
  });
  const attach = (name: string, document: TemplateValue): void => {
    template.add(name.replaceAll(/[^A-Za-z0-9]/g, "") || "Policy1", "AWS::IAM::Policy", {
      PolicyDocument: document,
      PolicyName: sub(`\${AWS::StackName}-${name}`),
      Roles: [role],
    });
  };
  for (const { inline = {} } of switches) {
    for (const [name, statements] of Object.entries(inline)) attach(name, allowDocument(statements));
  }
  if (parts.attachPolicy && Object.keys(parts.attachPolicy).length > 0)
    attach(parts.attachPolicyName || "Policy1", parts.attachPolicy as TemplateValue);
  // eksctl writes the string form of Fn::GetAtt here; both mean the same.
  template.output(roleId, { "Fn::GetAtt": `${roleId}.Arn` }, false);
  return template.build();
}
