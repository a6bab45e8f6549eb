// What becomes of a service's refusal: retried, taken for "gone", or told in the words of CloudFormation's registry.
// https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
import { AwsError } from "../../core/index.ts";
import { HandlerFailure } from "./handler.ts";

/** A failure of the template's own: an import that isn't there, a map without the key. Its text stands as it is. */
export class TemplateFailure extends Error {}

/** How the SDK for Java names a service in its messages. */
const serviceNames: Readonly<Record<string, string>> = {
  "auto-scaling": "AutoScaling",
  cloudformation: "CloudFormation",
  "cloudwatch-logs": "CloudWatchLogs",
  ec2: "Ec2",
  eks: "Eks",
  iam: "Iam",
  kms: "Kms",
  s3: "S3",
  ssm: "Ssm",
};

const transient =
  /^(Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|RequestThrottled|PriorRequestNotComplete|SlowDown|ServiceUnavailable|ServiceUnavailableException|Unavailable|InternalFailure|InternalError|InternalServerError|ServerException|ServiceFailure|RequestTimeout)$/;

/** True of refusals that the same call may not meet again. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof AwsError && (transient.test(error.code) || ((error.status ?? 400) >= 500 && error.status !== 501))
  );
}

/** True when a service says that something isn't there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof AwsError && /NotFound|NoSuch|NonExistent|DoesNotExist/i.test(error.code);
}

/** True when something else still holds what is to be deleted: AWS's handlers try again for a while. */
export function isHeld(error: unknown): boolean {
  return (
    error instanceof AwsError &&
    /DependencyViolation|ResourceInUse|InUse$|IncorrectState|ScalingActivityInProgress|ConflictException|InvalidRequestException|Resource\.AlreadyAssociated/.test(
      error.code,
    )
  );
}

const codes: readonly [pattern: RegExp, code: string][] = [
  [/AlreadyExist|Duplicate|EntityAlreadyExists|BucketAlreadyOwnedByYou/i, "AlreadyExists"],
  [/NotFound|NoSuch/i, "NotFound"],
  [/AccessDenied|Unauthorized|NotAuthorized/i, "AccessDenied"],
  [/LimitExceeded|QuotaExceeded/i, "ServiceLimitExceeded"],
  [/Throttl|RequestLimit|TooManyRequests/i, "Throttling"],
  [/ResourceInUse|DependencyViolation|DeleteConflict|Conflict/i, "ResourceConflict"],
];

/** HandlerErrorCode of a refusal. */
function handlerErrorCode(error: AwsError): string {
  const found = codes.find(([pattern]) => pattern.test(error.code));
  if (found) return found[1];
  return (error.status ?? 400) >= 500 ? "ServiceInternalError" : "InvalidRequest";
}

/**
 * The reason of a resource's failure as it stands in the stack's events.
 *
 * @param token uuid of the handler's invocation
 */
export function failureReason(error: unknown, service: string, token: string, requestId: string): string {
  if (error instanceof HandlerFailure) return registryReason(error.message, error.code, token);
  if (error instanceof TemplateFailure) return error.message;
  // A mistake in the sandbox itself must be seen as one.
  if (!(error instanceof AwsError)) throw error;
  const text = `${error.message} (Service: ${serviceNames[service] ?? service}, Status Code: ${error.status ?? 400}, Request ID: ${requestId})`;
  return registryReason(text, handlerErrorCode(error), token);
}

function registryReason(message: string, code: string, token: string): string {
  return `Resource handler returned message: "${message}" (RequestToken: ${token}, HandlerErrorCode: ${code})`;
}
