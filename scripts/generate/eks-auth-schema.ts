// EKS Auth's API, whose client isn't among the packages here: written down from its reference, in the format of the
// other dumps. https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html
import type { ErrorDump, ServiceDump } from "../../src/sandbox/aws/schema/dump.ts";

const [string, timestamp] = [0, 4];

/** Name and HTTP status; each has a message and nothing else. */
const errors: readonly [name: string, status: number][] = [
  ["AccessDeniedException", 400],
  ["ExpiredTokenException", 400],
  ["InternalServerException", 500],
  ["InvalidParameterException", 400],
  ["InvalidRequestException", 400],
  ["InvalidTokenException", 400],
  ["ResourceNotFoundException", 404],
  ["ServiceUnavailableException", 503],
  ["ThrottlingException", 429],
];

/** The whole API: one operation. */
export const eksAuthSchema: ServiceDump = {
  source: "https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html",
  id: "eks-auth",
  serviceId: "EKS Auth",
  signingName: "eks-auth",
  protocol: "restJson1",
  version: "2023-11-26",
  namespace: "com.amazonaws.eksauth",
  operations: {
    AssumeRoleForPodIdentity: {
      input: "AssumeRoleForPodIdentityRequest",
      output: "AssumeRoleForPodIdentityResponse",
      http: ["POST", "/clusters/{clusterName}/assume-role-for-pod-identity", 200],
    },
  },
  errors: Object.fromEntries(
    errors.map(([shape, status]): [string, ErrorDump] => [
      shape,
      { shape, status, ...(status >= 500 ? { fault: "server" as const } : {}) },
    ]),
  ),
  shapes: {
    AccessDeniedException: { kind: "structure", members: { message: string } },
    AssumeRoleForPodIdentityRequest: {
      kind: "structure",
      members: { clusterName: [string, { label: 1 }], token: [string, { sensitive: 1 }] },
      required: 2,
    },
    AssumeRoleForPodIdentityResponse: {
      kind: "structure",
      members: {
        subject: "Subject",
        audience: string,
        podIdentityAssociation: "PodIdentityAssociation",
        assumedRoleUser: "AssumedRoleUser",
        credentials: ["Credentials", { sensitive: 1 }],
      },
      required: 5,
    },
    AssumedRoleUser: { kind: "structure", members: { arn: string, assumeRoleId: string }, required: 2 },
    Credentials: {
      kind: "structure",
      traits: { sensitive: 1 },
      members: { sessionToken: string, secretAccessKey: string, accessKeyId: string, expiration: timestamp },
      required: 4,
    },
    ...Object.fromEntries(
      errors.slice(1).map(([name]) => [name, { kind: "structure" as const, members: { message: string } }]),
    ),
    PodIdentityAssociation: {
      kind: "structure",
      members: { associationArn: string, associationId: string },
      required: 2,
    },
    Subject: { kind: "structure", members: { namespace: string, serviceAccount: string }, required: 2 },
  },
};
