// Checks of single values in policies: actions and resources.
import type { PolicyKind } from "./document.ts";
import { MalformedPolicy } from "./json.ts";
import { policyRules, trustActions } from "./kinds.ts";
import { compilePattern, matchResolved } from "./pattern.ts";

const vendorProblem = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";

/** `*`, or `service:Name` with wildcards after the colon. */
export function checkAction(action: string, kind: PolicyKind): void {
  if (action === "*" || action === "*:*") {
    if (policyRules[kind].stsOnly)
      throw new MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.");
    return;
  }
  const colon = action.indexOf(":");
  if (colon <= 0) throw new MalformedPolicy(vendorProblem);
  const vendor = action.slice(0, colon);
  if (!/^[A-Za-z0-9.-]+$/.test(vendor)) throw new MalformedPolicy(`Vendor ${vendor} is not valid`);
  const name = action.slice(colon + 1);
  if (name === "") throw new MalformedPolicy("Action cannot be empty!");
  // AWS takes names with spaces too; no action has such a name.
  if (!/^[A-Za-z0-9*?_ -]+$/.test(name)) throw new MalformedPolicy(`Action names may not contain ${offending(name)}.`);
  if (!policyRules[kind].stsOnly) return;
  const pattern = compilePattern(action.toLowerCase(), "glob", false).fixed ?? "";
  if (!trustActions.some((known) => matchResolved(pattern, known.toLowerCase()))) {
    throw new MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.");
  }
}

function offending(name: string): string {
  return /[^A-Za-z0-9*?_ -]/.exec(name)?.[0] ?? "";
}

const iamPaths =
  "access-report/ assumed-role/ federated-user/ group/ instance-profile/ mfa/ oidc-provider/ policy/ role/ saml-provider/ server-certificate/ sms-mfa/ u2f/ user/ sts root".split(
    " ",
  );
const partitions = /^aws(-cn|-us-gov|-iso(-[a-z])?|-eusc)?$/;

/** `*`, or an ARN that may be cut short and hold wildcards. */
export function checkResource(resource: string): void {
  if (resource === "*") return;
  const problem = new MalformedPolicy(`Resource ${resource} must be in ARN format or "*".`);
  if (/^[*?]+$/.test(resource)) return;
  if (!resource.startsWith("arn:")) throw problem;
  const [, partition = "", vendor = "", region, , ...rest] = resource.split(":");
  if (!/[*?$]/.test(partition) && !partitions.test(partition)) {
    throw new MalformedPolicy(`Partition "${partition}" is not valid for resource "${resource}".`);
  }
  if (resource.split(":").length < 3) throw problem;
  if (/[?]|\*./.test(vendor)) {
    throw new MalformedPolicy(
      `Resource vendor must be fully qualified and cannot contain regexes. For resource ${resource}`,
    );
  }
  const path = rest.join(":");
  // Buckets and objects have no region in their ARNs; S3's other resources have one, and an account.
  const regional = /^(accesspoint|job|storage-lens|storage-lens-group|access-grants)\b/.test(path);
  if (vendor === "s3" && !regional && region !== undefined && region !== "" && !/[*?$]/.test(region)) {
    throw new MalformedPolicy(`Resource ${resource} can not contain region information.`);
  }
  if (vendor !== "iam") return;
  if (region !== undefined && region !== "" && !/[*?$]/.test(region)) {
    throw new MalformedPolicy(`IAM resource ${resource} cannot contain region information.`);
  }
  if (path !== "" && !/^[*?$]/.test(path) && !iamPaths.some((known) => startsLike(path, known))) {
    throw new MalformedPolicy(
      `IAM resource path must either be "*" or start with ${iamPaths.slice(0, -2).join(", ")}. Path: ${path}`,
    );
  }
}

/** `ro*` may be the start of `role/`. */
function startsLike(path: string, known: string): boolean {
  if (path.startsWith(known)) return true;
  const wild = path.search(/[*?$]/);
  return wild !== -1 && known.startsWith(path.slice(0, wild));
}
