// A resource's policy that whoever asks brings along: of a queue, a topic, a secret, a table, which lotse doesn't read by itself;
// or one that is only being thought of.
import { LotseError } from "../../base/index.ts";
import { parsePolicy } from "../../iam/index.ts";
import { read } from "../explanation.ts";
import type { ResourceFacts } from "./world.ts";

/** Text of a file, or `none` where it is known that the resource has no policy. */
export type GivenPolicy = { file: string; text: string } | "none";

/**
 * Where the AWS CLI's answers have a policy: `Policy` (S3, KMS, Lambda, SNS and SQS below `Attributes`), `policyText` (ECR),
 * `ResourcePolicy` (Secrets Manager), `policyDocument` (CloudWatch Logs). https://docs.aws.amazon.com/cli/latest/reference/
 */
const members = [
  "Policy",
  "policy",
  "policyText",
  "ResourcePolicy",
  "PolicyDocument",
  "policyDocument",
  "PolicyInJson",
];

function inside(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const object = value as Readonly<Record<string, unknown>>;
  if ("Statement" in object) return JSON.stringify(object);
  for (const name of members) {
    const member = object[name];
    if (typeof member === "string") return member;
    const found = inside(member);
    if (found !== undefined) return found;
  }
  return inside(object["Attributes"]);
}

/** The document in a file, be it alone or in an answer of the AWS CLI. @throws LotseError `explain/bad-policy` */
function documentOf({ file, text }: Exclude<GivenPolicy, "none">): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LotseError(
      "explain/bad-policy",
      { title: `${file} is no JSON`, remedy: "Give the policy as IAM writes it, or what the AWS CLI printed." },
      { cause },
    );
  }
  const found = inside(value);
  const parsed = found === undefined ? { problem: "it has no statements" } : parsePolicy(found, "resource");
  if (found !== undefined && !("problem" in parsed)) return found;
  throw new LotseError("explain/bad-policy", {
    title: `${file} is no policy of a resource: ${"problem" in parsed ? parsed.problem : ""}`,
    remedy: "Give the policy as IAM writes it, or what the AWS CLI printed.",
  });
}

/** What is known of a resource, with the policy that was given. @throws LotseError `explain/bad-policy` */
export function withGivenPolicy(facts: ResourceFacts, given: GivenPolicy | undefined): ResourceFacts {
  if (given === undefined) return facts;
  if (given === "none") return { ...facts, policy: read(undefined) };
  return { ...facts, policy: read({ name: given.file, text: read(documentOf(given)) }) };
}
