// How a login ends when it doesn't succeed. Providers throw it; whoever asked turns it into a TokenReview or an HTTP status.

/**
 * `decided`: the answer is no. `throttled` and `unavailable`: nobody knows, and another try may help. In no case is anybody
 * let in.
 */
export type RefusalKind = "decided" | "throttled" | "unavailable";

/** A login that was refused; `message` may be shown to operators and never holds a token or a password. */
export class LoginRefusal extends Error {
  readonly kind: RefusalKind;
  /** Seconds after which it may be tried again, where the provider said so. */
  readonly retryAfter: number | undefined;
  /** The token itself is at fault, or its owner's own quota, not the provider: says nothing of the provider's health. */
  readonly personal: boolean;

  constructor(kind: RefusalKind, text: string, facts: { retryAfter?: number | undefined; personal?: boolean } = {}) {
    super(text);
    this.name = "LoginRefusal";
    this.kind = kind;
    this.retryAfter = facts.retryAfter;
    this.personal = facts.personal ?? kind === "decided";
  }
}

/** A refusal for good: wrong token, wrong organisation. */
export const denial = (text: string): LoginRefusal => new LoginRefusal("decided", text);

/** The provider couldn't be asked, or answered nonsense. */
export const outage = (text: string): LoginRefusal => new LoginRefusal("unavailable", text);
