// AWS's many ways of saying no, as a few kinds a caller can decide by. Codes: each service's API reference, common errors.
import type { Blame } from "../base/index.ts";
import { errorMessage, isLotseError, LotseError } from "../base/index.ts";
import { codeOfKind } from "./codes.ts";
import type { FailureKind } from "./codes.ts";

interface SdkError {
  name?: string;
  code?: unknown;
  message?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $response?: unknown;
}

/** Rules in order; the first that matches decides. `text` is looked for in the message. */
const rules: readonly { kind: FailureKind; code: RegExp; text?: RegExp }[] = [
  {
    kind: "throttled",
    code: /^(Throttl\w*|TooManyRequests\w*|RequestLimitExceeded|RequestThrottled\w*|BandwidthLimitExceeded|SlowDown|PriorRequestNotComplete|EC2ThrottledException)$/,
  },
  { kind: "expired", code: /^(ExpiredToken\w*|RequestExpired|TokenRefreshRequired)$/ },
  {
    kind: "credentials",
    code: /^(CredentialsProviderError|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure|MissingAuthenticationToken\w*|IncompleteSignature|TokenProviderError)$/,
  },
  { kind: "denied", code: /^(AccessDenied\w*|UnauthorizedOperation|Unauthorized\w*|NotAuthorized)$/ },
  { kind: "exists", code: /(^AlreadyExists|AlreadyExists(Exception)?$|\.Duplicate$)/ },
  {
    kind: "exists",
    code: /^(ResourceInUseException|InvalidRequestException|InvalidParameterException)$/,
    // Of access entries EKS says "already in use on this cluster".
    text: /already (exists|in use on this cluster)/i,
  },
  { kind: "gone", code: /(^ResourceNotFound|^NoSuchEntity|NotFound(Exception)?$|^ParameterNotFound$)/ },
  { kind: "gone", code: /^ValidationError$/, text: /does not exist/ },
  { kind: "gone", code: /^ValidationError$/, text: /not found/i },
  {
    kind: "busy",
    code: /^(ResourceInUseException|OperationInProgressException|ResourceInUse|ScalingActivityInProgress|DependencyViolation|DeleteConflict)$/,
  },
  {
    kind: "transient",
    code: /^(Internal(Failure|Error|ServerError)|ServiceUnavailable(Exception)?|ServerException|ServiceException|RequestTimeout(Exception)?|Unavailable|ServiceFailure)$/,
  },
  { kind: "unreachable", code: /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENETDOWN)$/ },
  {
    kind: "transient",
    code: /^(ECONNRESET|EPIPE|ETIMEDOUT|TimeoutError|ERR_SOCKET\w*|UND_ERR\w*|NetworkingError|EADDRNOTAVAIL|EMFILE|ECONNABORTED)$/,
  },
  { kind: "invalid", code: /(^Validation|^Invalid|^Malformed|^Missing|^Insufficient)/ },
];

const networkText = /socket hang up|aborted|other side closed|ECONNRESET|network/i;

function codeOf(error: SdkError): string {
  const { name = "", code } = error;
  return typeof code === "string" && (name === "Error" || name === "" || name === "AggregateError") ? code : name;
}

/** An answer in none of AWS's protocols, not even in HTTP: some other server listens there. */
const foreignText = /XML parse error|Deserialization error|is not valid JSON/;
const foreignCode = /^(HPE_\w+|EPROTO|ERR_SSL_\w+)$/;

/**
 * True for an answer that AWS wouldn't give. From an endpoint that has answered before it is a good answer that was cut off
 * on its way.
 */
export function isForeign(error: unknown): boolean {
  const sdk = (error ?? {}) as SdkError;
  return (
    foreignCode.test(typeof sdk.code === "string" ? sdk.code : "") ||
    foreignText.test(sdk.message ?? "") ||
    error instanceof SyntaxError
  );
}

/** `HTTP 404, text/html, from SimpleHTTP/0.6`: what a stranger shows of itself. */
function stranger(error: unknown): string {
  const response = (error as { $response?: { statusCode?: number; headers?: Record<string, string> } }).$response;
  if (response?.statusCode === undefined) return errorMessage(error).split("\n", 1)[0] ?? "";
  const { "content-type": type, server } = response.headers ?? {};
  return [`HTTP ${response.statusCode}`, type, server && `from ${server}`].filter(Boolean).join(", ");
}

/** Kind of anything a call has thrown. */
export function failureKind(error: unknown): FailureKind {
  if (isLotseError(error)) return (error.diagnostic.data?.["kind"] as FailureKind | undefined) ?? "failed";
  const sdk = (error ?? {}) as SdkError;
  const code = codeOf(sdk);
  const message = sdk.message ?? "";
  const rule = rules.find((rule) => rule.code.test(code) && (!rule.text || rule.text.test(message)));
  if (rule) return rule.kind;
  const status = sdk.$metadata?.httpStatusCode;
  if (status === 429) return "throttled";
  if (status !== undefined && status >= 500 && status !== 501) return "transient";
  // Without an HTTP status the answer never came, or was cut off on its way.
  if (status === undefined && networkText.test(message)) return "transient";
  // The parser got less than a whole document: the connection broke in the middle of a good answer.
  if (error instanceof SyntaxError || (status !== undefined && status >= 200 && status < 300)) return "transient";
  return "failed";
}

/** True when the thing that was asked for isn't there. */
export const isGone = (error: unknown): boolean => failureKind(error) === "gone";
/** True when what was to be made is there already. */
export const isExisting = (error: unknown): boolean => failureKind(error) === "exists";
/** True when the thing is being changed by somebody else just now, or still in use. */
export const isBusy = (error: unknown): boolean => failureKind(error) === "busy";
/** True when the caller lacks the permission. */
export const isDenied = (error: unknown): boolean => failureKind(error) === "denied";

/** Action and principal out of AWS's sentence "User: … is not authorized to perform: … on resource: …". */
function denial(message: string): { principal?: string; action?: string; resource?: string } {
  const match = /(?:User|Principal): (\S+) is not authorized to perform: (\S+?)(?: on resource: (\S+))?(?: |$|\.)/.exec(
    message,
  );
  if (!match) return {};
  const [, principal, action, resource] = match;
  return { ...(principal && { principal }), ...(action && { action }), ...(resource && { resource }) };
}

interface Explanation {
  blame: Blame;
  remedy?: string;
}

const explanations: Partial<Record<FailureKind, (facts: Facts) => Explanation>> = {
  denied: ({ action, principal }) => ({
    blame: "user",
    remedy: `Allow ${action} to ${principal ?? "the caller"}; lotse plan -o json lists the actions that each step needs`,
  }),
  throttled: () => ({ blame: "aws", remedy: "Wait a minute and run the command again; it goes on where it stopped" }),
  transient: () => ({ blame: "aws", remedy: "Run the command again; it goes on where it stopped" }),
  expired: () => ({
    blame: "user",
    remedy: "Get new credentials and run the command again; it goes on where it stopped",
  }),
  credentials: ({ profile }) => ({
    blame: "user",
    remedy:
      profile === undefined
        ? "Check AWS_PROFILE, AWS_ACCESS_KEY_ID or `aws configure list`; `lotse --sandbox …` needs none"
        : `Check profile ${profile} in ~/.aws/config and ~/.aws/credentials; \`aws configure list-profiles\` shows which there are`,
  }),
  foreign: ({ endpoint }) => ({
    blame: "user",
    remedy: endpoint
      ? `Check --endpoint-url and AWS_ENDPOINT_URL: ${endpoint} has to be AWS or \`lotse sandbox up\``
      : "Check whether a proxy or a captive portal answers instead of AWS",
  }),
  unreachable: ({ endpoint }) => ({
    blame: "user",
    remedy: endpoint
      ? `Is something listening at ${endpoint}? \`lotse sandbox up\` starts the sandbox`
      : "Check the network connection and the region's name",
  }),
};

interface Facts {
  action: string;
  principal?: string;
  endpoint?: string;
  profile?: string;
}

/** What a failed call was, for its error. */
export interface FailedCall {
  action: string;
  subject?: string;
  endpoint?: string;
  /** Profile that the credentials were to come from. */
  profile?: string;
  /** Whether the endpoint has ever answered as AWS does. */
  known?: boolean;
}

/**
 * A {@link LotseError} for what a call threw: AWS's own code and text stay readable in title and data, with request id,
 * operation and, for denials, action and principal.
 */
export function awsError(error: unknown, call: FailedCall): LotseError {
  const sdk = (error ?? {}) as SdkError;
  const kind = call.known === false && isForeign(error) ? "foreign" : failureKind(error);
  const awsCode = codeOf(sdk);
  const said = errorMessage(error).trim() || awsCode;
  const message =
    kind === "foreign"
      ? `what answers at ${call.endpoint ?? "AWS's endpoint"} isn't AWS (${stranger(error)})`
      : kind === "credentials" && call.profile !== undefined && !said.includes(call.profile)
        ? `${said} (profile ${call.profile})`
        : said;
  const denied = kind === "denied" ? denial(message) : {};
  const facts: Facts = {
    action: denied.action ?? call.action,
    ...(denied.principal && { principal: denied.principal }),
    ...(call.endpoint && { endpoint: call.endpoint }),
    ...(call.profile && { profile: call.profile }),
  };
  const { blame, remedy } = explanations[kind]?.(facts) ?? { blame: "aws" as const };
  return new LotseError(
    codeOfKind[kind],
    {
      title: `${call.action} failed: ${kind !== "foreign" && awsCode && !message.includes(awsCode) ? `${awsCode}: ` : ""}${message}`,
      blame,
      ...(remedy && { remedy }),
      ...(call.subject && { subject: call.subject }),
      data: {
        kind,
        awsCode,
        operation: call.action,
        ...(sdk.$metadata?.requestId && { requestId: sdk.$metadata.requestId }),
        ...(sdk.$metadata?.httpStatusCode && { status: sdk.$metadata.httpStatusCode }),
        ...denied,
      },
    },
    { cause: error },
  );
}
