// The whole way of a token: read, asked about at STS, mapped. Who is known already isn't asked about again for a minute.
import { createHash } from "node:crypto";
import { errorMessage } from "../../base/index.ts";
import type {
  Identity,
  IdentityQuestion,
  Judgement,
  NodeInstance,
  Refusal,
  VerifierOptions,
} from "../../identity/index.ts";
import { isRefusal, judgeIdentity, judgeRefusal, readAnswer, readToken, stsUnreachable } from "../../identity/index.ts";
import type { Backends } from "./backends.ts";
import type { Configuration } from "./configuration.ts";
import type { Instances } from "./instances.ts";
import type { AuthenticatorMetrics } from "./metrics.ts";
import type { AskSts } from "./sts.ts";

export interface JudgeOptions {
  configuration: Configuration;
  verifier: VerifierOptions;
  backends: Backends;
  sts: AskSts;
  instances: Instances;
  counted: AuthenticatorMetrics;
}

/** STS answers a presigned question for fifteen minutes; nobody is believed for longer than a minute without asking. */
const identityLife = 60_000;
const tokenLife = 15 * 60_000;
const mostIdentities = 10_000;

/** Judges tokens. */
export type Judge = (token: string) => Promise<Judgement>;

function identifier({ verifier, sts, counted }: JudgeOptions): (token: string) => Promise<Identity | Refusal> {
  const known = new Map<string, { identity: Identity; until: number }>();
  const underWay = new Map<string, Promise<Identity | Refusal>>();

  const ask = async (question: IdentityQuestion): Promise<Identity | Refusal> => {
    const StsRegion = question.region;
    let answer;
    try {
      answer = await sts(question);
    } catch (error) {
      counted.stsFailures.inc({ StsRegion });
      return stsUnreachable(question, errorMessage(error));
    }
    counted.stsResponses.inc({ ResponseCode: answer.status, StsRegion });
    const identity = readAnswer(answer, question);
    if (isRefusal(identity) && identity.refused === "throttled") counted.stsThrottling.inc({ StsRegion });
    return identity;
  };

  return async (token) => {
    const now = Date.now();
    const question = readToken(token, verifier, now);
    if (isRefusal(question)) return question;
    // Tokens are secrets: their hash is remembered.
    const hash = createHash("sha256").update(token).digest("base64");
    const before = known.get(hash);
    if (before && before.until > now) return before.identity;
    const already = underWay.get(hash);
    if (already) return already;
    const asked = ask(question).finally(() => underWay.delete(hash));
    underWay.set(hash, asked);
    const identity = await asked;
    if (!isRefusal(identity)) {
      if (known.size >= mostIdentities) known.delete(known.keys().next().value as string);
      known.set(hash, { identity, until: Math.min(now + identityLife, question.signedAt + tokenLife) });
    }
    return identity;
  };
}

/** Makes the judge. */
export function openJudge(options: JudgeOptions): Judge {
  const { configuration, backends, instances } = options;
  const identify = identifier(options);
  return async (token) => {
    const identity = await identify(token);
    if (isRefusal(identity)) return judgeRefusal(identity);
    const unready = backends.problem();
    let wanted: string | undefined;
    let found: NodeInstance | undefined;
    const judge = (): Judgement =>
      judgeIdentity(identity, backends.mappers(), {
        reserved: configuration.reserved,
        scrubbedAccounts: configuration.scrubbedAccounts,
        instances: (id) => {
          wanted = id;
          return found ?? instances.known(id);
        },
      });
    let judgement = judge();
    if (!judgement.allowed && wanted !== undefined && !instances.known(wanted)) {
      try {
        found = await instances.find(wanted);
      } catch (error) {
        // EC2's trouble is no denial: the API server tries again.
        const reason = `instance ${wanted} couldn't be looked up: ${errorMessage(error)}`;
        return { allowed: false, result: "unknown_user", identity, denial: { reason, kind: "unavailable" } };
      }
      if (found) judgement = judge();
    }
    if (judgement.allowed || unready === undefined) return judgement;
    // Somebody may be mapped where nobody has looked yet.
    const reason = `${judgement.denial.reason}; ${unready}`;
    return { ...judgement, denial: { reason, kind: "unavailable" } };
  };
}
