// People, tokens and clusters that this room's tests speak of.
import type { BearerTokenInput } from "./token/bearer.ts";
import type { Identity } from "./verify/answer.ts";

/** The account of the examples. */
export const account = "111122223333";

/** Seconds of the golden vector: 28 April 2023. */
export const signedAt = 1_682_640_000_000;

/** The published dummy key of aws-iam-authenticator's tests; it opens nothing. */
export const vector: BearerTokenInput = {
  cluster: "test-cluster",
  region: "us-west-2",
  at: signedAt,
  credentials: {
    accessKeyId: "ASIAR2TG44V6AS3ZZE7C",
    secretAccessKey: Buffer.from("NEtENWNudEdjVm1MV1JkRjV3dk5SdXpOTDVReG1wNk9LVlk2RnovUQ==", "base64").toString(),
  },
};

/** Somebody with a role. */
export function session(role: string, sessionName: string, facts: Partial<Identity> = {}): Identity {
  return {
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${sessionName}`,
    canonicalArn: `arn:aws:iam::${account}:role/${role}`,
    type: "assumed-role",
    accountId: account,
    userId: `AROAEXAMPLE:${sessionName}`,
    principalId: "AROAEXAMPLE",
    sessionName,
    accessKeyId: "ASIAIOSFODNN7EXAMPLE",
    ...facts,
  };
}

/** Somebody with a user. */
export function user(name: string, facts: Partial<Identity> = {}): Identity {
  const arn = `arn:aws:iam::${account}:user/${name}`;
  return {
    arn,
    canonicalArn: arn,
    type: "user",
    accountId: account,
    userId: "AIDAEXAMPLE",
    principalId: "AIDAEXAMPLE",
    sessionName: "",
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    ...facts,
  };
}
