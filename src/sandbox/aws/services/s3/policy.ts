// Bucket policies as IAM sees them: they judge every access to the bucket and its objects. And what S3 takes for one.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
import { parsePolicy } from "../../../../iam/index.ts";
import type { PolicyDocument } from "../../../../iam/index.ts";
import type { Context, Permission, ResourcePolicy } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { buckets } from "./state.ts";

/** The policy of the bucket that a permission is about. */
export function bucketPolicy(permission: Permission, ctx: Context): ResourcePolicy | undefined {
  const [name = ""] = (permission.resource.split(":::")[1] ?? "").split("/");
  const document = ctx.table(buckets).get(name)?.settings["BucketPolicy"];
  return typeof document === "string" ? { document, account: ctx.account } : undefined;
}

/** Most bytes of a policy. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html */
const longest = 20_480;

function malformed(text: string, detail?: string): AwsError {
  return new AwsError("MalformedPolicy", text, { members: detail === undefined ? {} : { Detail: detail } });
}

/** S3's own words where they differ from IAM's. */
const words: readonly [problem: RegExp, text: string][] = [
  [/^Invalid principal in policy/, "Invalid principal in policy"],
  [/must be in ARN format|contain region information|Resource vendor/, "Policy has invalid resource"],
  [/^Actions\/Conditions|^Vendor|^Action (cannot|names)/, "Policy has invalid action"],
  [/^Syntax errors|^This policy contains/, "Invalid policy syntax."],
];

/**
 * Reads a policy that is to hang on a bucket.
 *
 * @throws AwsError MalformedPolicy
 */
export function readBucketPolicy(text: string, bucket: string): PolicyDocument {
  if (!text.trimStart().startsWith("{") || !isJson(text))
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  if (Buffer.byteLength(text) > longest) throw malformed("Policy exceeds the maximum allowed document size.");
  const parsed = parsePolicy(text, "resource");
  if ("problem" in parsed) {
    const own = words.find(([problem]) => problem.test(parsed.problem));
    throw malformed(own?.[1] ?? parsed.problem);
  }
  for (const { actions, resources } of parsed.document.statements) {
    const foreign = actions.patterns.find(({ text: action }) => action !== "*" && !/^s3[a-z-]*:/.test(action));
    if (foreign) throw malformed("Policy has invalid action", foreign.text);
    for (const { text: resource } of resources?.patterns ?? []) {
      const name = /^arn:[^:]+:s3:::([^/]+)/.exec(resource)?.[1];
      const own = name !== undefined && (name === bucket || name === "*" || name === `${bucket}*`);
      if (!own && !/^arn:[^:]+:s3:[^:]*:\d{12}:/.test(resource))
        throw malformed("Policy has invalid resource", resource);
    }
  }
  return parsed.document;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // S3 doesn't say what is wrong with it either.
    return false;
  }
}

/** True when a policy lets in anybody at all, as far as its principals and conditions tell. */
export function isPublic(document: PolicyDocument): boolean {
  return document.statements.some(
    ({ effect, principals, conditions }) =>
      effect === "Allow" &&
      conditions.length === 0 &&
      (principals?.not === true || principals?.entries.some(({ type, value }) => type === "AWS" && value === "*")),
  );
}
