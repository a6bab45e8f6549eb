// Tokens and keys: which are taken, which aren't, and how often an issuer is asked for its keys.
import type { KeyObject } from "node:crypto";
import { constants, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "vitest";
import type { Api } from "../core/http.ts";
import { openIssuer } from "./issuer.ts";
import { signatureAlgorithms } from "./jwt.ts";
import { keysPause, keysStale } from "./keys.ts";

const issuer = "https://login.example.com";
const start = 1_700_000_000_000;

interface Pair {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

function pair(kid: string, kind: "rsa" | "P-256" | "P-384" | "P-521" | "ed25519" = "rsa"): Pair {
  if (kind === "rsa") return { kid, ...generateKeyPairSync("rsa", { modulusLength: 2048 }) };
  if (kind === "ed25519") return { kid, ...generateKeyPairSync("ed25519") };
  return { kid, ...generateKeyPairSync("ec", { namedCurve: kind }) };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const claimsNow = (change: object = {}): object => ({
  iss: issuer,
  aud: "kubernetes",
  sub: "ann",
  iat: start / 1000,
  exp: start / 1000 + 600,
  ...change,
});

const rsaPss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

function token(key: Pair, header: { alg: string }, claims: object = claimsNow()): string {
  const signed = `${encode({ kid: key.kid, ...header })}.${encode(claims)}`;
  const hash = header.alg === "EdDSA" ? null : `sha${header.alg.slice(2)}`;
  const options = header.alg.startsWith("PS")
    ? rsaPss
    : header.alg.startsWith("ES")
      ? { dsaEncoding: "ieee-p1363" as const }
      : {};
  return `${signed}.${sign(hash, Buffer.from(signed), { key: key.privateKey, ...options }).toString("base64url")}`;
}

/** An issuer whose documents stand in the test; `world` may be changed while it goes on. */
function issuerWith(keys: readonly Pair[], algorithms: readonly string[] = ["RS256"]) {
  const world = { time: start, keys, down: false, asked: 0, extra: {} as object, name: issuer };
  const api: Api = {
    ask: ({ url }) => {
      world.asked += 1;
      if (world.down) return Promise.resolve({ status: 503, headers: {}, body: undefined });
      const document = { issuer: world.name, jwks_uri: `${issuer}/keys` };
      const set = {
        keys: world.keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: "jwk" }), kid, ...world.extra })),
      };
      return Promise.resolve({ status: 200, headers: {}, body: url.pathname === "/keys" ? set : document });
    },
    close: () => undefined,
  };
  const door = openIssuer({ issuer, audiences: ["kubernetes"], algorithms, api, now: () => world.time });
  const verdict = async (text: string): Promise<string> =>
    door.verify(text, new AbortController().signal).then(
      () => "taken",
      (error: Error) => error.message,
    );
  return { world, verdict };
}

const key = pair("a");

describe("a token", () => {
  it("is taken with every algorithm that is allowed, by a key of its kind", async ({ expect }) => {
    const curves = { "256": "P-256", "384": "P-384", "512": "P-521" } as const;
    for (const alg of signatureAlgorithms) {
      const kind = alg === "EdDSA" ? "ed25519" : alg.startsWith("ES") ? curves[alg.slice(2) as "256"] : "rsa";
      const own = kind === "rsa" ? key : pair("k", kind);
      expect(await issuerWith([own], [alg]).verdict(token(own, { alg })), alg).toBe("taken");
      const others = issuerWith(
        [own],
        signatureAlgorithms.filter((each) => each !== alg),
      );
      expect(await others.verdict(token(own, { alg })), alg).toContain("aren't taken");
    }
  });

  it("without a signature, or signed with the public key as a password, isn't", async ({ expect }) => {
    const { verdict, world } = issuerWith([key]);
    const none = `${encode({ alg: "none", kid: "a" })}.${encode(claimsNow())}`;
    expect(await verdict(`${none}.`)).toContain("no id token");
    expect(await verdict(`${none}.AA`)).toContain('"none" aren\'t taken');
    const head = `${encode({ alg: "HS256", kid: "a" })}.${encode(claimsNow())}`;
    const pem = key.publicKey.export({ type: "spki", format: "pem" });
    expect(await verdict(`${head}.${createHmac("sha256", pem).update(head).digest("base64url")}`)).toContain("HS256");
    expect(world.asked).toBe(0);
  });

  it("isn't taken with an algorithm that its key isn't for", async ({ expect }) => {
    const { verdict, world } = issuerWith([key], ["RS256", "RS512", "PS256", "ES256"]);
    world.extra = { alg: "RS256" };
    expect(await verdict(token(key, { alg: "RS256" }))).toBe("taken");
    expect(await verdict(token(key, { alg: "RS512" }))).toContain("by no key");
    const confused = token(key, { alg: "RS256" }).replace(/^[^.]+/, encode({ alg: "ES256", kid: "a" }));
    expect(await verdict(confused)).toContain("by no key");
  });

  it("must be for us, from there and of now", async ({ expect }) => {
    const { verdict } = issuerWith([key]);
    const of = async (change: object): Promise<string> => verdict(token(key, { alg: "RS256" }, claimsNow(change)));
    const now = start / 1000;
    expect(await of({ aud: ["other", "kubernetes"] })).toBe("taken");
    expect(await of({ aud: "other" })).toContain("for somebody else");
    expect(await of({ aud: [] })).toContain("for somebody else");
    expect(await of({ iss: `${issuer}/` })).toContain("another issuer");
    expect(await of({ exp: now - 31 })).toContain("expired");
    expect(await of({ exp: now - 29 })).toBe("taken");
    expect(await of({ exp: undefined })).toContain("no expiry");
    expect(await of({ exp: "tomorrow" })).toContain("no expiry");
    expect(await of({ nbf: now + 31 })).toContain("future");
    expect(await of({ iat: now + 31 })).toContain("future");
    expect(await of({ nbf: now + 29, iat: now + 29 })).toBe("taken");
    expect(await of({ nbf: "now" })).toContain("no time");
  });

  it("that was changed, or wants what nobody knows, isn't taken", async ({ expect }) => {
    const { verdict } = issuerWith([key]);
    const good = token(key, { alg: "RS256" });
    const [head, , signature] = good.split(".");
    expect(await verdict(`${head}.${encode(claimsNow({ sub: "boss" }))}.${signature}`)).toContain("by no key");
    expect(await verdict(token(key, { alg: "RS256", crit: ["b64"], b64: false } as { alg: string }))).toContain(
      "no id token",
    );
    for (const text of ["", "a.b", "a.b.c", "ey.ey.ey", `${good}.x`, `ey${"A".repeat(20_000)}.e.e`])
      expect(await verdict(text), text.slice(0, 20)).toContain("no id token");
  });
});

describe("keys", () => {
  it("are fetched once, and again when a token names a new one", async ({ expect }) => {
    const next = pair("b");
    const { verdict, world } = issuerWith([key]);
    for (let i = 0; i < 5; i += 1) expect(await verdict(token(key, { alg: "RS256" }))).toBe("taken");
    expect(world.asked).toBe(2);
    world.keys = [next];
    world.time += keysPause;
    expect(await verdict(token(next, { alg: "RS256" }))).toBe("taken");
    expect(await verdict(token(key, { alg: "RS256" }))).toContain("by no key");
  });

  it("that don't exist are asked for once in a while, however many tokens name them", async ({ expect }) => {
    const { verdict, world } = issuerWith([key]);
    await verdict(token(key, { alg: "RS256" }));
    world.time += keysPause;
    const forged = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => verdict(token({ ...key, kid: `made-up-${i}` }, { alg: "RS256" }))),
    );
    expect(new Set(forged)).toEqual(new Set(["the token's signature is by no key of its issuer"]));
    expect(world.asked).toBe(4);
  });

  it("of an issuer that is down are believed for an hour, and then nobody is", async ({ expect }) => {
    const { verdict, world } = issuerWith([key]);
    const lasting = token(key, { alg: "RS256" }, claimsNow({ exp: start / 1000 + 90_000 }));
    expect(await verdict(lasting)).toBe("taken");
    world.down = true;
    world.time += keysStale - 1;
    expect(await verdict(lasting)).toBe("taken");
    world.time += keysPause;
    expect(await verdict(lasting)).toContain("HTTP 503");
    world.down = false;
    world.time += keysPause;
    expect(await verdict(lasting)).toBe("taken");
  });

  it("that are for encryption, too short or of another issuer aren't used", async ({ expect }) => {
    const encrypting = issuerWith([key]);
    encrypting.world.extra = { use: "enc" };
    expect(await encrypting.verdict(token(key, { alg: "RS256" }))).toContain("by no key");
    const short = { kid: "s", ...generateKeyPairSync("rsa", { modulusLength: 1024 }) };
    expect(await issuerWith([short]).verdict(token(short, { alg: "RS256" }))).toContain("by no key");
    const foreign = issuerWith([key]);
    foreign.world.name = "https://evil.example.com";
    expect(await foreign.verdict(token(key, { alg: "RS256" }))).toContain("another issuer");
  });
});
