// EKS Auth's errors. https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html
import { AwsError } from "../../core/index.ts";

const make =
  (code: string, status: number) =>
  (message: string): AwsError =>
    new AwsError(code, message, { status });

type Maker = (message: string) => AwsError;

export const accessDenied: Maker = make("AccessDeniedException", 400);
export const expiredToken: Maker = make("ExpiredTokenException", 400);
export const invalidParameter: Maker = make("InvalidParameterException", 400);
export const invalidRequest: Maker = make("InvalidRequestException", 400);
export const invalidToken: Maker = make("InvalidTokenException", 400);
export const notFound: Maker = make("ResourceNotFoundException", 404);
