// Who somebody is in an emulated cluster: bearer tokens judged as EKS's authenticator judges them, with the sandbox's own
// STS as the only one that is ever asked.
import { hash } from "node:crypto";
import type {
  AwsAuthData,
  Identity,
  IdentityQuestion,
  Judgement,
  Refusal,
  ReviewAnswer,
} from "../../../identity/index.ts";
import {
  accessAnswer,
  admitted,
  clusterMappers,
  denied,
  isRefusal,
  isReviewAnswer,
  judgeAccess,
  judgeIdentity,
  judgeRefusal,
  readAccessReview,
  readAnswer,
  readToken,
  readTokenReview,
} from "../../../identity/index.ts";
import type { Change, Cloud } from "../../aws/core/index.ts";
import { partitionOf } from "../../aws/core/index.ts";
import { accessKeys, roles, users } from "../../aws/services/iam/state.ts";
import type { WireRequest, WireResponse } from "../../aws/wire/index.ts";
import type { ClusterKey } from "../cluster-key.ts";
import { clusterId } from "../cluster-key.ts";
import { accessWorld } from "./access.ts";
import type { ReviewHandler } from "./server.ts";

export interface AuthenticatorOptions {
  cloud: Cloud;
  /** Answers a request as the emulated AWS. */
  dispatch(request: WireRequest): WireResponse;
  /** Under which tools know this sandbox (`http://127.0.0.1:4566`); tokens may be presigned for it. */
  endpoints(): readonly string[];
  /** `data` of the cluster's aws-auth ConfigMap. */
  awsAuth(key: ClusterKey): AwsAuthData | undefined;
  /** Hears of every judgement: the authenticator's log. */
  onJudgement?: (key: ClusterKey, judgement: Judgement) => void;
}

/**
 * An identity stays true for so long, and no longer than its token and what IAM knew when it was asked for. What a
 * cluster makes of it is judged anew each time.
 */
const identityLife = 60_000;
const mostIdentities = 10_000;
/** STS answers a presigned question for so long. */
const tokenLife = 15 * 60_000;

const entities: readonly string[] = [accessKeys.name, users.name, roles.name];

/** Somebody was deleted, or a key was switched off. */
const endsIdentities = ({ table, row }: Change): boolean =>
  entities.includes(table) && (row === null || (row as { status?: string }).status === "Inactive");

const bodyOf = (response: WireResponse): string =>
  typeof response.body === "string" ? response.body : Buffer.from(response.body ?? []).toString("utf8");

/** Asks the emulated STS; nothing leaves the process. */
function askSts(
  question: IdentityQuestion,
  dispatch: AuthenticatorOptions["dispatch"],
): { status: number; body: string } {
  const response = dispatch({
    method: "GET",
    path: "/",
    query: question.query,
    headers: { host: question.host, ...question.headers },
    body: new Uint8Array(),
    sourceIp: "127.0.0.1",
  });
  return { status: response.status, body: bodyOf(response) };
}

/** What the authenticator's log says of a judgement, in the words of aws-iam-authenticator. Never the token. */
export function authenticatorLine(judgement: Judgement): string {
  const time = new Date().toISOString();
  if (!judgement.allowed) {
    const who = judgement.identity ? ` arn="${judgement.identity.arn}"` : "";
    return `time="${time}" level=warning msg="access denied"${who} error=${JSON.stringify(judgement.denial.reason)}`;
  }
  const { username, groups = [], uid } = judgement.user;
  return `time="${time}" level=info msg="access granted" arn="${judgement.identity.arn}" groups="[${groups.join(" ")}]" uid="${uid ?? ""}" username="${username}"`;
}

/** The two webhooks of all clusters. */
export interface Authenticator {
  authenticate: ReviewHandler;
  authorize: ReviewHandler;
}

/** Makes the judge of one sandbox. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { cloud, dispatch } = options;
  // By cluster and hash of the token: tokens are secrets, and good for one cluster.
  const identities = new Map<string, { identity: Identity; until: number }>();
  cloud.store.onCommit((changes) => {
    if (changes.some(endsIdentities)) identities.clear();
  });

  const identify = (key: ClusterKey, token: string): Identity | Refusal => {
    const now = Date.now();
    const id = `${clusterId(key)} ${hash("sha256", token, "base64")}`;
    const known = identities.get(id);
    if (known && known.until > now) return known.identity;
    const question = readToken(
      token,
      {
        cluster: key.name,
        partition: partitionOf(key.region),
        region: key.region,
        extraEndpoints: options.endpoints(),
      },
      now,
    );
    if (isRefusal(question)) return question;
    const identity = readAnswer(askSts(question, dispatch), question);
    if (isRefusal(identity)) return identity;
    // Oldest first out: a Map keeps the order of insertion.
    if (identities.size >= mostIdentities) identities.delete(identities.keys().next().value as string);
    identities.set(id, { identity, until: Math.min(now + identityLife, question.signedAt + tokenLife) });
    return identity;
  };

  const judge = (key: ClusterKey, token: string): Judgement => {
    const world = accessWorld(cloud, key, options.awsAuth(key));
    const identity = identify(key, token);
    if (isRefusal(identity)) return judgeRefusal(identity);
    return judgeIdentity(identity, world ? clusterMappers(world.access) : [], world?.decide);
  };

  return {
    authenticate(key, method, body): ReviewAnswer {
      const request = readTokenReview(method, body);
      if (isReviewAnswer(request)) return request;
      const judgement = judge(key, request.token);
      options.onJudgement?.(key, judgement);
      return judgement.allowed ? admitted(request, judgement.user) : denied(request, judgement.denial);
    },
    authorize(key, _method, body): ReviewAnswer {
      const request = readAccessReview(body);
      if (!request)
        return { status: 400, contentType: "text/plain; charset=utf-8", body: "expected a SubjectAccessReview\n" };
      const world = accessWorld(cloud, key, undefined);
      const opinion = world ? judgeAccess(world.access, request.spec) : { allowed: false as const };
      return { status: 200, contentType: "application/json; charset=UTF-8", body: accessAnswer(request, opinion) };
    },
  };
}
