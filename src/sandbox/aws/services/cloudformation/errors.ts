// Errors of the CloudFormation API; texts as recorded from AWS (`[V]` in the source notes) unless said otherwise.
import { AwsError } from "../../core/index.ts";

/** `ValidationError`, the code of nearly everything that CloudFormation refuses. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message, { status: 400 });
}

/** The text of a violated constraint of the API's model. */
export function constraintError(value: string, member: string, constraint: string): AwsError {
  return validationError(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

/** The refusal of most operations to name a stack that isn't there. */
export function stackNotFound(name: string): AwsError {
  return validationError(`Stack [${name}] does not exist`);
}
