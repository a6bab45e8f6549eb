// An issuer's keys (RFC 7517): fetched when needed, again when they are old or a token names one that nobody knows, and never
// as often as somebody who makes up key ids would like.
import type { JsonWebKey, KeyObject } from "node:crypto";
import { createPublicKey } from "node:crypto";
import { isFields, textOf } from "../core/shape.ts";

/** A key that signs. */
export interface SigningKey {
  kid: string | undefined;
  alg: string | undefined;
  key: KeyObject;
}

/** More keys than any issuer has at a time. */
const mostKeys = 64;

const publicMembers = ["kty", "crv", "n", "e", "x", "y"];

function keyOf(jwk: unknown): SigningKey | undefined {
  if (!isFields(jwk) || (jwk["use"] !== undefined && jwk["use"] !== "sig")) return undefined;
  const open = Object.fromEntries(
    publicMembers.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]]])),
  );
  try {
    const key = createPublicKey({ key: open as JsonWebKey, format: "jwk" });
    return { kid: textOf(jwk["kid"]), alg: textOf(jwk["alg"]), key };
  } catch {
    // A kind of key that node:crypto doesn't know (`oct` among them): tokens signed by it aren't taken.
    return undefined;
  }
}

/** The keys of a key set that can be used. */
export function keysOf(document: unknown): SigningKey[] {
  const list = isFields(document) && Array.isArray(document["keys"]) ? document["keys"].slice(0, mostKeys) : [];
  return list.map(keyOf).filter((key) => key !== undefined);
}

/** Those of an issuer, kept. */
export interface KeyRing {
  /** Keys that may have signed a token. @throws LoginRefusal `unavailable` when there are none and none can be had */
  candidates(alg: string, kid: string | undefined): Promise<readonly SigningKey[]>;
}

/** Keys are asked for again after this time: a key that its issuer withdrew signs nobody in for longer. */
export const keysFresh: number = 5 * 60_000;
/** So long an issuer that can't be reached is believed by the keys it showed last. */
export const keysStale: number = 60 * 60_000;
/** Between two questions that unknown key ids or failures cause. */
export const keysPause = 10_000;

/** Keeps keys; `load` fetches the key set. Questions at the same time share one fetch. */
export function keyRing(load: () => Promise<unknown>, now: () => number): KeyRing {
  let keys: readonly SigningKey[] = [];
  let fetched = -Infinity;
  let asked = -Infinity;
  let failure: unknown;
  let loading: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    asked = now();
    try {
      const found = keysOf(await load());
      [keys, fetched, failure] = [found, now(), undefined];
    } catch (error) {
      // Told to whoever has no keys to go on with.
      failure = error;
    }
  };
  /** Fetches, unless that was done a moment ago. */
  const renew = async (): Promise<void> => {
    if (!loading && now() - asked < keysPause) return;
    loading ??= refresh().finally(() => (loading = undefined));
    await loading;
  };
  const matching = (alg: string, kid: string | undefined): SigningKey[] =>
    keys.filter((each) => (kid === undefined || each.kid === kid) && (each.alg ?? alg) === alg);

  return {
    async candidates(alg, kid) {
      if (now() - fetched >= keysFresh) await renew();
      if (now() - fetched < keysStale && matching(alg, kid).length === 0) await renew();
      if (now() - fetched >= keysStale) {
        keys = [];
        if (failure instanceof Error) throw failure;
      }
      return matching(alg, kid);
    },
  };
}
