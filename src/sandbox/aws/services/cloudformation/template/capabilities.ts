// Acknowledgements that a template needs. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
import { AwsError } from "../../../core/index.ts";
import type { Template } from "./model.ts";

/** IAM types and the property that names them. */
const iamTypes: Readonly<Record<string, string | undefined>> = {
  "AWS::IAM::AccessKey": undefined,
  "AWS::IAM::Group": "GroupName",
  "AWS::IAM::GroupPolicy": undefined,
  "AWS::IAM::InstanceProfile": "InstanceProfileName",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::IAM::Policy": undefined,
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::RolePolicy": undefined,
  "AWS::IAM::User": "UserName",
  "AWS::IAM::UserPolicy": undefined,
  "AWS::IAM::UserToGroupAddition": undefined,
};

/** The capabilities that a template asks for, with AWS's reason. */
export function neededCapabilities(template: Template): { capabilities: string[]; reason?: string } {
  const iam = Object.values(template.Resources).filter((resource) => resource.Type in iamTypes);
  const named = iam.some((resource) => {
    const property = iamTypes[resource.Type];
    return property !== undefined && resource.Properties?.[property] !== undefined;
  });
  const types = [...new Set(iam.map((resource) => resource.Type))].toSorted();
  if (types.length === 0) return { capabilities: [] };
  return {
    capabilities: [named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM"],
    reason: `The following resource(s) require capabilities: [${types.join(", ")}]`,
  };
}

/**
 * @throws AwsError InsufficientCapabilitiesException when the caller hasn't acknowledged what the template does
 */
export function checkCapabilities(template: Template, given: readonly string[], transforms: readonly string[]): void {
  const needed = neededCapabilities(template).capabilities;
  const named = given.includes("CAPABILITY_NAMED_IAM");
  const missing = needed.filter(
    (capability) => !given.includes(capability) && !(capability === "CAPABILITY_IAM" && named),
  );
  if (transforms.length > 0 && !given.includes("CAPABILITY_AUTO_EXPAND")) missing.push("CAPABILITY_AUTO_EXPAND");
  if (missing.length === 0) return;
  throw new AwsError("InsufficientCapabilitiesException", `Requires capabilities : [${missing.join(", ")}]`, {
    status: 400,
  });
}
