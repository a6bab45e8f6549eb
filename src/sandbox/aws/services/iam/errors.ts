// IAM's errors, in its words.
import { AwsError } from "../../core/index.ts";

/** `NoSuchEntity` 404. */
export function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntity", message, { status: 404 });
}

/** `EntityAlreadyExists` 409. */
export function alreadyExists(message: string): AwsError {
  return new AwsError("EntityAlreadyExists", message, { status: 409 });
}

/** `DeleteConflict` 409; `must` completes "Cannot delete entity, must …". */
export function deleteConflict(must: string): AwsError {
  return new AwsError("DeleteConflict", `Cannot delete entity, must ${must}.`, { status: 409 });
}

/** `LimitExceeded` 409. */
export function quotaExceeded(quota: string, limit: number): AwsError {
  return new AwsError("LimitExceeded", `Cannot exceed quota for ${quota}: ${limit}`, { status: 409 });
}

/** The refusal of what goes beyond a quota. */
export function limitExceeded(message: string): AwsError {
  return new AwsError("LimitExceeded", message, { status: 409 });
}

/** `MalformedPolicyDocument` 400. */
export function malformed(problem: string): AwsError {
  return new AwsError("MalformedPolicyDocument", problem, { status: 400 });
}

/** The refusal of values that have the right type and make no sense. */
export function invalidInput(message: string): AwsError {
  return new AwsError("InvalidInput", message, { status: 400 });
}

/** What the query front of AWS answers to a value outside its constraints. */
export function validationError(value: unknown, member: string, constraint: string): AwsError {
  const text = `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`;
  return new AwsError("ValidationError", text, { status: 400 });
}

/** What IAM says to an ARN that is none; AWS's text has the two spaces. */
export function unreadableArn(): AwsError {
  return new AwsError("ValidationError", "Invalid ARN:  Could not be parsed!", { status: 400 });
}

/** Service-linked roles belong to their service. */
export function unmodifiable(role: string): AwsError {
  return new AwsError(
    "UnmodifiableEntity",
    `Cannot perform the operation on the protected role '${role}' - this role is only modifiable by AWS`,
    { status: 400 },
  );
}
