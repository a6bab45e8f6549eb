// EC2's general refusals. EC2 has no modelled errors: codes are free text, status 400.
import { AwsError } from "../../core/index.ts";

/** `Value (x) for parameter y is invalid. …`. */
export function invalidValue(value: unknown, parameter: string, why = ""): AwsError {
  return new AwsError(
    "InvalidParameterValue",
    `Value (${String(value)}) for parameter ${parameter} is invalid.${why ? ` ${why}` : ""}`,
  );
}

/** The refusal of parameters that exclude each other. */
export function invalidCombination(message: string): AwsError {
  return new AwsError("InvalidParameterCombination", message);
}

/** The refusal to delete what something else still needs. */
export function dependencyViolation(message: string): AwsError {
  return new AwsError("DependencyViolation", message);
}

/** What CreateX, DeleteX … answer when the caller only wanted to know whether they may. */
export function dryRun(): AwsError {
  return new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", { status: 412 });
}
