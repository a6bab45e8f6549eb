// Services that differ from their protocol's habit. Everything else about a service on the wire is in its schema.
import type { Protocol } from "./schema/index.ts";
import { serviceEntries } from "./schema/index.ts";
import type { Dialect } from "./wire/index.ts";
import {
  awsJsonDialect,
  awsQueryDialect,
  constraintMessage,
  ec2Dialect,
  refuseBy,
  restJsonDialect,
  restXmlDialect,
} from "./wire/index.ts";

const byProtocol: Record<Protocol, Dialect> = {
  awsQuery: awsQueryDialect,
  ec2Query: ec2Dialect,
  awsJson1_0: awsJsonDialect,
  awsJson1_1: awsJsonDialect,
  restJson1: restJsonDialect,
  restXml: restXmlDialect,
};

/** Missing values under another code than the protocol's. */
const missingAs = (base: Dialect, code: string): Dialect["problem"] => {
  return (problem) =>
    problem.kind === "missing"
      ? { code, status: 400, message: constraintMessage(problem.paths) }
      : base.problem(problem);
};

const byService: Record<string, Dialect> = {
  // IAM and STS write `2026-11-21T14:41:23Z`.
  iam: { ...awsQueryDialect, milliseconds: false },
  sts: { ...awsQueryDialect, milliseconds: false },
  // Their models have an exception of their own for invalid input.
  eks: { ...restJsonDialect, problem: missingAs(restJsonDialect, "InvalidParameterException") },
  "eks-auth": { ...restJsonDialect, problem: missingAs(restJsonDialect, "InvalidParameterException") },
  "cloudwatch-logs": { ...awsJsonDialect, problem: missingAs(awsJsonDialect, "InvalidParameterException") },
  s3: {
    ...restXmlDialect,
    bareErrors: true,
    throttled: { code: "SlowDown", status: 503, message: "Please reduce your request rate." },
    requestIdHeaders: ["x-amz-request-id", "x-amz-id-2"],
    unknownOperation: { code: "MethodNotAllowed", status: 405 },
    problem: (problem) => {
      if (problem.kind === "missing") {
        return {
          code: "InvalidRequest",
          status: 400,
          message: `Missing required parameter ${problem.paths.join(", ")}`,
        };
      }
      if (problem.kind === "type") {
        return {
          code: "InvalidArgument",
          status: 400,
          message: `Provided ${problem.path} is not a valid ${problem.expected}`,
        };
      }
      const message = "The XML you provided was not well-formed or did not validate against our published schema";
      return { code: "MalformedXML", status: 400, message };
    },
    authentication: refuseBy({
      missing: ["AccessDenied", 403],
      incomplete: ["AuthorizationHeaderMalformed", 400],
      "unknown-key": ["InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."],
      "wrong-signature": ["SignatureDoesNotMatch", 403],
      "expired-signature": [
        "RequestTimeTooSkewed",
        403,
        "The difference between the request time and the current time is too large.",
      ],
      "expired-address": ["AccessDenied", 403],
      "unsigned-header": ["AccessDenied", 403],
      "signed-twice": ["InvalidArgument", 400],
      "expired-token": ["ExpiredToken", 400],
      "wrong-token": ["InvalidToken", 400],
    }),
  },
};

/** How a service words what its schema doesn't say. */
export function dialectOf(id: string, protocol: Protocol): Dialect {
  return byService[id] ?? byProtocol[protocol];
}

/** The dialect of a service by its id. */
export function dialectFor(id: string): Dialect {
  const entry = serviceEntries().find((each) => each.id === id);
  return entry ? dialectOf(id, entry.protocol) : awsQueryDialect;
}
