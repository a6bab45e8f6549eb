// What a provider of logins is: a definition with its flags, opened into something that knows people by their tokens.
import type { FlagDefinition } from "../../frame/index.ts";

/** Somebody a provider knows. */
export interface Person {
  username: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
  /** Epoch milliseconds until which the token itself is good, where it says so. */
  expires?: number;
}

/** What somebody shows. */
export interface Presented {
  token: string;
  /** CommonName of the client certificate, or `--proxy-organization`: an organisation of GitHub, a domain of Google. */
  organization: string;
  /** Aborted when time is up. */
  signal: AbortSignal;
  /**
   * To be called before anybody else is asked, once it is sure that the token is worth it: limits and the circuit breaker
   * stand here, so that made-up tokens use up nobody's quota.
   *
   * @throws LoginRefusal
   */
  beforeAsking(): void;
}

/** An open provider. */
export interface Provider {
  /**
   * Who shows a token.
   *
   * @throws LoginRefusal
   */
  authenticate(presented: Presented): Promise<Person>;
  /** True for tokens that may be this provider's, so that no other one is shown them. Doesn't ask anybody. */
  recognises(token: string): boolean;
  /** Asks nobody: what it says is always of now, and needs no remembering. */
  readonly local?: boolean;
  close?(): void;
}

/** How a provider reads its settings. */
export interface ProviderSettings {
  /** Value of a flag, its variable or its default; undefined when there is none. */
  text(flag: string): string | undefined;
  /** @throws LotseError `controllers/bad-flag` */
  required(flag: string): string;
  /** What stands in a table under a flag's value. @throws LotseError `controllers/bad-flag` for values it doesn't have */
  choice<T>(flag: string, table: Readonly<Record<string, T>>): T;
  /** An https address. @throws LotseError `controllers/bad-flag` */
  address(flag: string): URL;
  yes(flag: string): boolean;
  number(flag: string): number;
  list(flag: string): readonly string[];
  /** Content of the file that a flag names. @throws LotseError `controllers/login-file` */
  file(flag: string): string | undefined;
  /** A secret: of its flag or variable, or of the file that the flag with `-file` names. */
  secret(flag: string): string | undefined;
  /** Epoch milliseconds. */
  now(): number;
  /** For the log: something an operator should mend. Never a token. */
  warn(text: string): void;
}

/** One provider as lotse knows it. */
export interface ProviderDefinition {
  /** Also the Organization of client certificates that choose it, as in guard: `github`. */
  id: string;
  title: string;
  /** What the certificate's CommonName means; undefined where it is free text. */
  organization?: string;
  flags: readonly FlagDefinition[];
  open(settings: ProviderSettings): Provider;
}

/** Declares a provider. */
export function defineProvider(definition: ProviderDefinition): ProviderDefinition {
  return Object.freeze(definition);
}
