// The desk where people show their tokens: remembers, limits, gives up in time, and asks the provider. Both the webhook and the
// proxy go through it.
import { errorMessage } from "../../../base/index.ts";
import type { Breaker } from "./breaker.ts";
import { openBreaker } from "./breaker.ts";
import type { PeopleMemory } from "./memory.ts";
import { memoryKey, openMemory } from "./memory.ts";
import type { Person, Provider } from "./provider.ts";
import { openRateLimit } from "./rate-limit.ts";
import { LoginRefusal, outage } from "./refusal.ts";
import { prefixed, withoutReservedNames } from "./reserved.ts";

/** Who shows what to whom. */
export interface Login {
  provider: string;
  organization: string;
  token: string;
  /** Whose requests are counted together: the address of whoever is connected. */
  source: string;
}

/** How a login went, for logs and metrics; nothing secret. */
export interface LoginReport {
  provider: string;
  organization: string;
  source: string;
  result: "success" | "decided" | "throttled" | "unavailable";
  /** `memory`: somebody who was here a moment ago. */
  from: "memory" | "provider" | "desk";
  username?: string;
  reason?: string;
  milliseconds: number;
}

/** Figures of a desk. */
export interface DeskOptions {
  /** Milliseconds for a login, all questions together. */
  patience: number;
  /** Milliseconds that somebody is remembered. */
  memory: number;
  /** Questions a second that one source and one provider may cause, and at once. */
  perSource: { perSecond: number; burst: number };
  perProvider: { perSecond: number; burst: number };
  breaker: { failures: number; pause: number };
  /** Puts `github:` before names and groups from GitHub, and so on. */
  prefixNames?: boolean;
  now(): number;
  report(report: LoginReport): void;
}

/** Figures that fit a cluster of some hundred people. */
export const deskFigures: Omit<DeskOptions, "now" | "report"> = {
  patience: 8_000,
  memory: 60_000,
  perSource: { perSecond: 50, burst: 200 },
  perProvider: { perSecond: 50, burst: 200 },
  breaker: { failures: 5, pause: 15_000 },
};

/** The desk. */
export interface Desk {
  /** @throws LoginRefusal */
  admit(login: Login): Promise<Person>;
  /** By provider: `open` while nobody waits for it. */
  breakers(): readonly (readonly [string, "closed" | "open" | "half-open"])[];
  remembered(): number;
}

const mostRemembered = 10_000;

/** Waits for a provider no longer than a signal allows, whatever it does with the signal itself. */
function within(provider: Provider, login: Login, signal: AbortSignal, beforeAsking: () => void): Promise<Person> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(outage(`${login.provider} didn't answer in time`));
    if (signal.aborted) return late();
    signal.addEventListener("abort", late, { once: true });
    provider
      .authenticate({ token: login.token, organization: login.organization, signal, beforeAsking })
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", late));
  });
}

const seconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));

/** Opens a desk before the providers that are in use. */
export function openDesk(providers: ReadonlyMap<string, Provider>, options: DeskOptions): Desk {
  const { now, patience, breaker } = options;
  const memory: PeopleMemory = openMemory(options.memory, mostRemembered, now);
  const sources = openRateLimit(options.perSource.perSecond, options.perSource.burst, now);
  const questions = openRateLimit(options.perProvider.perSecond, options.perProvider.burst, now);
  const breakers = new Map([...providers.keys()].map((id) => [id, openBreaker({ ...breaker, now })]));
  const underWay = new Map<string, Promise<Person>>();

  const limited = (wait: number, text: string): void => {
    if (wait > 0) throw new LoginRefusal("throttled", text, { retryAfter: seconds(wait) });
  };

  /** Asks the provider, and learns how it is. */
  const ask = async (login: Login, provider: Provider): Promise<Person> => {
    const door = breakers.get(login.provider) as Breaker;
    let asked = false;
    const beforeAsking = (): void => {
      limited(questions.take(login.provider), `too many logins by ${login.provider} at a time`);
      const closed = door.enter();
      const text = `${login.provider} has failed several times; it isn't asked for ${seconds(closed)} s`;
      if (closed > 0) throw new LoginRefusal("unavailable", text, { retryAfter: seconds(closed) });
      asked = true;
    };
    try {
      const person = await within(provider, login, AbortSignal.timeout(patience), beforeAsking);
      if (asked) door.worked();
      const named = withoutReservedNames(person);
      return options.prefixNames ? prefixed(named, login.provider) : named;
    } catch (error) {
      const refusal = error instanceof LoginRefusal ? error : outage(`${login.provider}: ${errorMessage(error)}`);
      if (asked && refusal.kind === "decided") door.worked();
      else if (asked && refusal.personal) door.unknown();
      else if (asked) door.failed(refusal.kind === "throttled" ? (refusal.retryAfter ?? 0) * 1000 : undefined);
      throw refusal;
    }
  };

  return {
    async admit(login) {
      const began = now();
      const { provider: id, organization, source } = login;
      const told = { provider: id, organization, source };
      let from: LoginReport["from"] = "desk";
      try {
        const provider = providers.get(id);
        if (!provider) throw new LoginRefusal("decided", `${id} isn't in use here`);
        const key = memoryKey(id, organization, login.token);
        const known = provider.local ? undefined : memory.find(key);
        from = known ? "memory" : "provider";
        let asked = underWay.get(key);
        if (!known && !asked) {
          // Whoever is remembered may ask as often as he likes; made-up tokens may not.
          limited(sources.take(source), `too many logins from ${source} at a time`);
          // The same token at the same time is one question.
          asked = ask(login, provider).finally(() => underWay.delete(key));
          underWay.set(key, asked);
        }
        const person = known ?? (await (asked as Promise<Person>));
        if (!known && !provider.local) memory.keep(key, person);
        options.report({ ...told, result: "success", from, username: person.username, milliseconds: now() - began });
        return person;
      } catch (error) {
        const refusal = error instanceof LoginRefusal ? error : outage(errorMessage(error));
        options.report({ ...told, result: refusal.kind, from, reason: refusal.message, milliseconds: now() - began });
        throw refusal;
      }
    },
    breakers: () => [...breakers].map(([id, door]) => [id, door.state()] as const),
    remembered: () => memory.size(),
  };
}
