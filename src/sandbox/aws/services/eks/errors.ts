// EKS's errors with the members their shapes carry.
import { AwsError } from "../../core/index.ts";

/** Names of what the error is about; they become members of the error. */
export interface About {
  clusterName?: string;
  nodegroupName?: string;
  fargateProfileName?: string;
  addonName?: string;
  validZones?: readonly string[];
}

const make =
  (code: string, status: number) =>
  (message: string, about: About = {}): AwsError =>
    new AwsError(code, message, { status, members: { ...about } });

type Maker = (message: string, about?: About) => AwsError;

/** Code of the refusal behind one of EKS's own: `… (Service: AmazonEC2; Status Code: 400; Error Code: InvalidSubnetID.NotFound)`. */
export function causeOf(error: AwsError): string {
  return /\(Service: \w+; Status Code: \d+; Error Code: ([\w.]+)\)$/.exec(error.message)?.[1] ?? error.code;
}

export const invalidParameter: Maker = make("InvalidParameterException", 400);
export const invalidRequest: Maker = make("InvalidRequestException", 400);
export const invalidState: Maker = make("InvalidStateException", 400);
export const resourceInUse: Maker = make("ResourceInUseException", 409);
export const notFound: Maker = make("ResourceNotFoundException", 404);
export const limitExceeded: Maker = make("ResourceLimitExceededException", 400);
export const unsupportedZone: Maker = make("UnsupportedAvailabilityZoneException", 400);
