// What a schema doesn't say about a service: how it words refusals, and small differences of its answers. The registry
// of services that differ from their protocol's habit is ../dialects.ts.
import type { Problem } from "./problem.ts";

/** A refusal before any operation runs. */
export interface Refusal {
  code: string;
  message: string;
  status: number;
}

/** Why a caller isn't believed. */
export type AuthenticationFailure =
  | "missing"
  | "incomplete"
  | "unknown-key"
  | "wrong-signature"
  | "expired-signature"
  | "expired-token"
  | "wrong-token"
  /** A presigned address after its time; elsewhere the same as an old signature. */
  | "expired-address"
  /** A header that steers the request and isn't under the signature. */
  | "unsigned-header"
  /** Signed in the head and in the address. */
  | "signed-twice";

export interface Dialect {
  /** Timestamps in XML have milliseconds. */
  milliseconds: boolean;
  /** The answer to too many calls. */
  throttled: Refusal;
  unknownOperation: { code: string; status: number };
  problem(problem: Problem): Refusal;
  authentication(failure: AuthenticationFailure, detail: string): Refusal;
  /** The element around an XML error: S3's stands bare. */
  bareErrors: boolean;
  /** Headers that carry the request id. */
  requestIdHeaders: readonly string[];
}

const texts: Record<AuthenticationFailure, string> = {
  missing: "Request is missing Authentication Token",
  incomplete: "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters.",
  "unknown-key": "The security token included in the request is invalid.",
  "wrong-signature":
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  "expired-signature": "Signature expired",
  "expired-token": "The security token included in the request is expired",
  "wrong-token": "The security token included in the request is invalid.",
  "expired-address": "Request has expired",
  "unsigned-header": "There were headers present in the request which were not signed",
  "signed-twice":
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
};

/** Failures that only S3 tells apart, and what the others take them for. */
const general = {
  "expired-address": "expired-signature",
  "unsigned-header": "wrong-signature",
  "signed-twice": "incomplete",
} as const;

type Answer = readonly [code: string, status: number, text?: string];
type Table = Record<Exclude<AuthenticationFailure, keyof typeof general>, Answer> &
  Partial<Record<keyof typeof general, Answer>>;

function refuseBy(table: Table): Dialect["authentication"] {
  return (failure, detail) => {
    const known = table[failure] ? failure : general[failure as keyof typeof general];
    const [code, status, own] = table[known] as Answer;
    // What a service says in words of its own holds no details.
    const words = table[failure] && failure in general ? texts[failure] : own;
    return { code, status, message: words ?? (detail || texts[known]) };
  };
}

const plural = (count: number): string => (count === 1 ? "1 validation error" : `${count} validation errors`);

/** The wording of AWS's own validation framework, which most services share. */
export function constraintMessage(paths: readonly string[]): string {
  const parts = paths.map((path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`);
  return `${plural(paths.length)} detected: ${parts.join("; ")}`;
}

const queryAuthentication = refuseBy({
  missing: ["MissingAuthenticationToken", 403],
  incomplete: ["IncompleteSignature", 400],
  "unknown-key": ["InvalidClientTokenId", 403],
  "wrong-signature": ["SignatureDoesNotMatch", 403],
  "expired-signature": ["SignatureDoesNotMatch", 403],
  "expired-token": ["ExpiredToken", 403],
  "wrong-token": ["InvalidClientTokenId", 403],
});

const jsonAuthentication = (status: number): Dialect["authentication"] =>
  refuseBy({
    missing: ["MissingAuthenticationTokenException", status],
    incomplete: ["IncompleteSignatureException", status],
    "unknown-key": ["UnrecognizedClientException", status],
    "wrong-signature": ["InvalidSignatureException", status],
    "expired-signature": ["InvalidSignatureException", status],
    "expired-token": ["ExpiredTokenException", status],
    "wrong-token": ["UnrecognizedClientException", status],
  });

const awsRequestId = ["x-amzn-requestid"];

export const awsQueryDialect: Dialect = {
  milliseconds: true,
  throttled: { code: "Throttling", status: 400, message: "Rate exceeded" },
  unknownOperation: { code: "InvalidAction", status: 400 },
  problem: (problem) => {
    if (problem.kind === "missing") {
      return { code: "ValidationError", status: 400, message: constraintMessage(problem.paths) };
    }
    if (problem.kind === "type") {
      return {
        code: "MalformedInput",
        status: 400,
        message: `${problem.value} is not a valid ${problem.expected} at '${problem.path}'`,
      };
    }
    return { code: "MalformedInput", status: 400, message: "The request could not be read" };
  },
  authentication: queryAuthentication,
  bareErrors: false,
  requestIdHeaders: awsRequestId,
};

/** What EC2 says whichever part of the credentials is wrong. */
const notValidated = "AWS was not able to validate the provided access credentials";

export const ec2Dialect: Dialect = {
  ...awsQueryDialect,
  throttled: { code: "RequestLimitExceeded", status: 503, message: "Request limit exceeded." },
  problem: (problem) => {
    if (problem.kind === "missing") {
      return {
        code: "MissingParameter",
        status: 400,
        message: `The request must contain the parameter ${problem.paths[0]}`,
      };
    }
    if (problem.kind === "unknown") {
      return { code: "UnknownParameter", status: 400, message: `The parameter ${problem.names[0]} is not recognized` };
    }
    if (problem.kind === "type") {
      const message = `Value (${problem.value}) for parameter ${problem.path} is invalid. Expected: ${problem.expected}`;
      return { code: "InvalidParameterValue", status: 400, message };
    }
    return { code: "InvalidRequest", status: 400, message: "The request received was invalid" };
  },
  authentication: refuseBy({
    missing: ["MissingAuthenticationToken", 403],
    incomplete: ["IncompleteSignature", 400],
    "unknown-key": ["AuthFailure", 401, notValidated],
    "wrong-signature": ["AuthFailure", 401, notValidated],
    "expired-signature": ["RequestExpired", 400],
    "expired-token": ["RequestExpired", 400],
    "wrong-token": ["AuthFailure", 401, notValidated],
  }),
};

/** awsJson 1.0 and 1.1: 400 for everything that is the caller's fault. */
export const awsJsonDialect: Dialect = {
  milliseconds: true,
  throttled: { code: "ThrottlingException", status: 400, message: "Rate exceeded" },
  unknownOperation: { code: "UnknownOperationException", status: 400 },
  problem: (problem) => {
    if (problem.kind === "missing") {
      return { code: "ValidationException", status: 400, message: constraintMessage(problem.paths) };
    }
    if (problem.kind === "type") {
      const message = `${problem.value} at '${problem.path}' can not be converted to ${problem.expected}`;
      return { code: "SerializationException", status: 400, message };
    }
    return { code: "SerializationException", status: 400, message: "The request body is not valid JSON" };
  },
  authentication: jsonAuthentication(400),
  bareErrors: false,
  requestIdHeaders: awsRequestId,
};

export const restJsonDialect: Dialect = {
  ...awsJsonDialect,
  throttled: { code: "ThrottlingException", status: 429, message: "Too Many Requests" },
  unknownOperation: { code: "UnknownOperationException", status: 404 },
  authentication: jsonAuthentication(403),
};

export const restXmlDialect: Dialect = {
  ...awsQueryDialect,
  problem: (problem) => {
    if (problem.kind === "missing")
      return { code: "InvalidInput", status: 400, message: constraintMessage(problem.paths) };
    return { code: "MalformedInput", status: 400, message: "The request could not be read" };
  },
};

export { refuseBy };
