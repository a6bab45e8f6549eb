// `POST /tokenreviews`: the TokenReview webhook of guard. A refusal for good is answered with 200 and its reason, which is the
// only form in which kube-apiserver hands the reason on; trouble with a status that it tries again.
import type { ReviewAnswer, TokenReviewRequest, UserInfo } from "../../../identity/index.ts";
import { admitted, denied, isReviewAnswer, readTokenReview } from "../../../identity/index.ts";
import type { RouteDefinition, ServedAnswer, ServedRequest } from "../../frame/index.ts";
import type { Desk } from "../core/desk.ts";
import type { Person, Provider } from "../core/provider.ts";
import { LoginRefusal } from "../core/refusal.ts";
import type { Choice } from "./certificate-choice.ts";
import { chosenBy } from "./certificate-choice.ts";

/** What the route is made of. */
export interface ReviewOptions {
  desk: Desk;
  /** Providers that are in use, by name. */
  open: ReadonlyMap<string, Provider>;
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

/** A token of the file counts whatever the certificate says, as in guard. */
async function admit(request: ServedRequest, token: string, choice: Choice, options: ReviewOptions): Promise<Person> {
  const { desk, open } = options;
  const own = open.get("token-auth")?.recognises(token) === true;
  const asked = own ? { provider: "token-auth", organization: "" } : choice;
  return desk.admit({ ...asked, token, source: request.remoteAddress });
}

/** The route. */
export function reviewRoute(options: ReviewOptions): RouteDefinition {
  const inUse: ReadonlySet<string> = new Set(options.open.keys());
  return {
    path: "/tokenreviews",
    methods: ["POST"],
    maxBytes: longestReview,
    async handle(request) {
      const review = readTokenReview(request.method, request.body.toString("utf8"), longestReview);
      // guard looks at the certificate first: who has none learns nothing else.
      const choice = chosenBy(request.certificate, inUse);
      if (typeof choice === "string") {
        const asked = isReviewAnswer(review) ? { token: "", apiVersion: "authentication.k8s.io/v1" } : review;
        return served({ ...denied(asked, { reason: choice, kind: "decided" }), status: 400 });
      }
      if (isReviewAnswer(review)) return served(review);
      if (review.token === "") return refused(review, new LoginRefusal("decided", "no token"), options.peerStatusCodes);
      try {
        return served(admitted(review, userOf(await admit(request, review.token, choice, options))));
      } catch (error) {
        if (error instanceof LoginRefusal) return refused(review, error, options.peerStatusCodes);
        throw error;
      }
    },
  };
}
