// `POST /tokenreviews`: the TokenReview webhook of guard. A refusal for good is answered with 200 and its reason, which is the
// only form in which kube-apiserver hands the reason on; trouble with a status that it tries again.
import type { ReviewAnswer, TokenReviewRequest, UserInfo } from "../../../identity/index.ts";
import { admitted, denied, isReviewAnswer, readTokenReview } from "../../../identity/index.ts";
import type { RouteDefinition, ServedAnswer, ServedRequest } from "../../frame/index.ts";
import type { Desk } from "../core/desk.ts";
import type { Person } from "../core/provider.ts";
import { LoginRefusal } from "../core/refusal.ts";
import { chosenBy } from "./certificate-choice.ts";

/** What the route is made of. */
export interface ReviewOptions {
  desk: Desk;
  /** Names of the providers that are in use. */
  inUse: ReadonlySet<string>;
  /** Statuses of guard, by which reasons are lost: 401 for every refusal. */
  peerStatusCodes: boolean;
}

/** A token of Entra with 200 groups and what stands around it. */
export const longestReview: number = 64 * 1024;

/** What Kubernetes learns of somebody. */
export function userOf({ username, uid, groups, extra }: Person): UserInfo {
  return { username, ...(uid === undefined ? {} : { uid }), groups, ...(extra ? { extra } : {}) };
}

const served = ({ status, contentType, body }: ReviewAnswer, headers: Record<string, string> = {}): ServedAnswer => ({
  status,
  headers: { "content-type": contentType, "x-content-type-options": "nosniff", ...headers },
  body,
});

function refused(request: TokenReviewRequest, refusal: LoginRefusal, peerStatusCodes: boolean): ServedAnswer {
  const answer = denied(request, { reason: refusal.message, kind: refusal.kind });
  const wait = refusal.retryAfter === undefined ? {} : { "retry-after": String(Math.ceil(refusal.retryAfter)) };
  return served(peerStatusCodes ? { ...answer, status: 401 } : answer, wait);
}

/** Providers to try, in order: a token of the file counts whatever the certificate says, as in guard. */
async function admit(request: ServedRequest, token: string, options: ReviewOptions): Promise<Person | string> {
  const choice = chosenBy(request.certificate, options.inUse);
  if (typeof choice === "string") return choice;
  const source = request.remoteAddress;
  if (options.inUse.has("token-auth")) {
    try {
      return await options.desk.admit({ provider: "token-auth", organization: "", token, source });
    } catch (error) {
      const goOn = error instanceof LoginRefusal && error.kind === "decided" && choice.provider !== "token-auth";
      if (!goOn) throw error;
    }
  }
  return options.desk.admit({ ...choice, token, source });
}

/** The route. */
export function reviewRoute(options: ReviewOptions): RouteDefinition {
  return {
    path: "/tokenreviews",
    methods: ["POST"],
    maxBytes: longestReview,
    async handle(request) {
      const review = readTokenReview(request.method, request.body.toString("utf8"), longestReview);
      // guard looks at the certificate first: who has none learns nothing else.
      const problem = chosenBy(request.certificate, options.inUse);
      if (typeof problem === "string") {
        const asked = isReviewAnswer(review) ? { token: "", apiVersion: "authentication.k8s.io/v1" } : review;
        return served({ ...denied(asked, { reason: problem, kind: "decided" }), status: 400 });
      }
      if (isReviewAnswer(review)) return served(review);
      if (review.token === "") return refused(review, new LoginRefusal("decided", "no token"), options.peerStatusCodes);
      try {
        const person = await admit(request, review.token, options);
        if (typeof person === "string") throw new LoginRefusal("decided", person);
        return served(admitted(review, userOf(person)));
      } catch (error) {
        if (error instanceof LoginRefusal) return refused(review, error, options.peerStatusCodes);
        throw error;
      }
    },
  };
}
