// Who makes a call, as far as policies, the trail and GetCallerIdentity are concerned.

export interface Principal {
  type: "Root" | "IAMUser" | "AssumedRole" | "FederatedUser" | "AWSService" | "Anonymous";
  account: string;
  /** As GetCallerIdentity gives it: `arn:aws:sts::…:assumed-role/name/session` for a role session. */
  arn: string;
  /** UserId of GetCallerIdentity: `AIDA…`, `AROA…:session`, the account for root. */
  principalId: string;
  /** User or role whose policies apply; for services the service's host name, e.g. `eks.amazonaws.com`. */
  name: string;
  /** ARN of the role behind a session. */
  roleArn?: string;
  accessKeyId?: string;
  /** Unique id of the user behind a federated session. */
  userId?: string;
  /** Policy documents passed to AssumeRole: they limit the session. */
  sessionPolicies?: readonly string[];
  sessionTags?: Readonly<Record<string, string>>;
  /** Host of the service that makes the call on the principal's behalf, e.g. `cloudformation.amazonaws.com`. */
  invokedBy?: string;
  /** The administrator that a sandbox is born with: allowed everything, without a row in IAM. */
  administrator?: boolean;
}

/** An AWS service acting by its service-linked role; its calls are not judged by policies. */
export function servicePrincipal(host: string, account: string): Principal {
  return { type: "AWSService", account, arn: `arn:aws:iam::${account}:service/${host}`, principalId: host, name: host };
}

/** What an access key stands for. Kept by IAM (keys of users) and STS (sessions), asked for by the wire layer. */
export interface Credential {
  secretAccessKey: string;
  /** Of temporary credentials: the request must carry the same. */
  sessionToken?: string;
  /** Wall time, epoch ms, after which it is refused: tokens are checked by real clocks on both sides. */
  expires?: number;
  /** The key exists and has been switched off. */
  inactive?: boolean;
  principal: Principal;
}
