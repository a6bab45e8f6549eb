import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import type { TokenRequest } from "./request.ts";
import { makeToken } from "./make.ts";
import type { FindCredentials, MadeToken } from "./make.ts";

const start = Date.parse("2026-11-21T12:00:00Z");
const minute = 60_000;
const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
const request: TokenRequest = { cluster: "prod", region: "eu-central-1" };
const noSdk: FindCredentials = async () => Promise.reject(new Error("the SDK was loaded"));

/** A home of its own for each test. */
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lotse-token-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const folder = (): string => join(home, ".cache", "lotse", "tokens");
const files = (): string[] => readdirSync(folder()).map((name) => join(folder(), name));
const onlyFile = (): string => {
  const [file = "", ...more] = files();
  if (more.length > 0) throw new Error(`more than one file: ${more.join(" ")}`);
  return file;
};

/** Runs it at a time; a number is minutes after the start. */
const at = async (
  minutes: number,
  change: Partial<TokenRequest> = {},
  env: Record<string, string> = keys,
  find: FindCredentials = noSdk,
): Promise<MadeToken> =>
  makeToken(
    { ...request, ...change },
    { HOME: home, XDG_CACHE_HOME: undefined, ...env },
    () => start + minutes * minute,
    find,
  );

const tokenIn = ({ text }: MadeToken): string => (JSON.parse(text) as { status: { token: string } }).status.token;
const urlOf = (made: MadeToken): URL =>
  new URL(Buffer.from(tokenIn(made).slice("k8s-aws-v1.".length), "base64url").toString());

describe("a token", () => {
  it("needs no SDK when the environment holds keys", async ({ expect }) => {
    const made = await at(0);
    expect(urlOf(made).host).toBe("sts.eu-central-1.amazonaws.com");
    expect(JSON.parse(made.text)).toMatchObject({ status: { expirationTimestamp: "2026-11-21T12:14:00Z" } });
    expect(made.notes).toEqual([]);
  });

  it("is bare with --token-only", async ({ expect }) => {
    expect((await at(0, { tokenOnly: true })).text).toMatch(/^k8s-aws-v1\.[\w-]+\n$/);
  });

  it("is of the version that kubectl asks for", async ({ expect }) => {
    const info = JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1" });
    expect(JSON.parse((await at(0, {}, { ...keys, KUBERNETES_EXEC_INFO: info })).text)).toMatchObject({
      apiVersion: "client.authentication.k8s.io/v1",
    });
  });

  it("ends with the keys of the environment, where they say when", async ({ expect }) => {
    const session = { ...keys, AWS_SESSION_TOKEN: "t", AWS_CREDENTIAL_EXPIRATION: "2026-11-21T12:06:00Z" };
    expect((await at(0, {}, session)).text).toContain('"expirationTimestamp":"2026-11-21T12:05:00Z"');
    expect((await at(5.5, { cache: false }, session)).text).toContain('"expirationTimestamp":"2026-11-21T12:06:00Z"');
    await expect(at(6, {}, session)).rejects.toThrow("The credentials ended at 2026-11-21T12:06:00.000Z");
  });

  it("is for the endpoint that the environment names, STS's own first", async ({ expect }) => {
    const endpoints = { ...keys, AWS_ENDPOINT_URL: "http://127.0.0.1:1" };
    expect(urlOf(await at(0, {}, endpoints)).host).toBe("127.0.0.1:1");
    expect(urlOf(await at(0, {}, { ...endpoints, AWS_ENDPOINT_URL_STS: "http://127.0.0.1:2" })).host).toBe(
      "127.0.0.1:2",
    );
    expect(urlOf(await at(0, { endpointUrl: "http://127.0.0.1:3" }, endpoints)).host).toBe("127.0.0.1:3");
    const ignored = { ...endpoints, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
    expect(urlOf(await at(0, {}, ignored)).host).toBe("sts.eu-central-1.amazonaws.com");
  });

  it("takes region and endpoint from the profile when nothing else says them", async ({ expect }) => {
    mkdirSync(join(home, ".aws"));
    const config =
      "[default]\nregion = eu-west-1\n\n[profile dev]\nregion=us-east-1 # here\nendpoint_url = http://127.0.0.1:9\ns3 =\n  region = no\n";
    writeFileSync(join(home, ".aws", "config"), config);
    const { region: _, ...noRegion } = request;
    const run = async (env: Record<string, string>, change = {}): Promise<string> =>
      urlOf(
        await makeToken(
          { ...noRegion, ...change },
          { HOME: home, ...env },
          () => start,
          () => Promise.resolve({ accessKeyId: "AKIAX", secretAccessKey: "s" }),
        ),
      ).href;
    expect(await run(keys)).toContain("https://sts.eu-west-1.amazonaws.com/");
    expect(await run({}, { profile: "dev" })).toMatch(/^http:\/\/127\.0\.0\.1:9\/.*us-east-1/);
    expect(await run({ AWS_REGION: "eu-north-1" }, { profile: "dev" })).toMatch(
      /^http:\/\/127\.0\.0\.1:9\/.*eu-north-1/,
    );
  });

  it.for([
    [{ cluster: "a b" }, "is no name of a cluster"],
    [{ region: "" }, "No region is known"],
    [{ region: "../x" }, "is no region"],
    [{ endpointUrl: "here" }, "is no endpoint URL"],
    [{ roleArn: "role" }, "is no role"],
    [{ roleArn: "arn:aws:iam::111122223333:role/x", sessionName: "a b" }, "is no session name"],
    [{ roleArn: "arn:aws:iam::111122223333:role/x", sessionName: "me", forwardSessionName: true }, "contradict"],
  ] as const)("is refused for %j", async ([change, text], { expect }) => {
    await expect(at(0, change)).rejects.toThrow(text);
  });
});

describe("whose keys", () => {
  const found: string[] = [];
  const sdk: FindCredentials = async ({ profile, role }) => {
    found.push([profile ?? "-", role?.arn ?? "-"].join(" "));
    return Promise.resolve({ accessKeyId: `ASIA${found.length}`, secretAccessKey: "s", sessionToken: "t" });
  };
  beforeEach(() => found.splice(0));

  it("are the environment's before AWS_PROFILE, and --profile's before both, as for the AWS CLI", async ({
    expect,
  }) => {
    await at(0, {}, { ...keys, AWS_PROFILE: "dev" });
    await at(0, { profile: "ops" }, { ...keys, AWS_PROFILE: "dev" }, sdk);
    await at(0, {}, { AWS_PROFILE: "dev" }, sdk);
    expect(found).toEqual(["ops -", "dev -"]);
  });

  it("are the role's when one is to be assumed", async ({ expect }) => {
    const roleArn = "arn:aws:iam::111122223333:role/x";
    expect(urlOf(await at(0, { roleArn }, keys, sdk)).searchParams.get("X-Amz-Credential")).toContain("ASIA1/");
    expect(found).toEqual([`- ${roleArn}`]);
  });

  it("are looked for again when a profile, a sign-in or the environment has changed", async ({ expect }) => {
    const aws = join(home, ".aws");
    mkdirSync(join(aws, "sso", "cache"), { recursive: true });
    const ask = async (env: Record<string, string> = {}): Promise<void> =>
      void (await at(0, { profile: "dev" }, env, sdk));
    await ask();
    await ask();
    expect(found).toHaveLength(1);
    writeFileSync(join(aws, "config"), "[profile dev]\n");
    await ask();
    writeFileSync(join(aws, "sso", "cache", "x.json"), "{}");
    await ask();
    await ask({ AWS_CA_BUNDLE: "/x" });
    expect(found).toHaveLength(4);
  });
});

describe("a kept token", () => {
  it("is given out again until a minute before it ends", async ({ expect }) => {
    const first = tokenIn(await at(0));
    expect(tokenIn(await at(12.9))).toBe(first);
    expect(tokenIn(await at(13.1))).not.toBe(first);
  });

  it("lies in a file of its owner alone, under a name that tells nothing", async ({ expect }) => {
    await at(0);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
    expect(onlyFile()).toMatch(/\/[0-9a-f]{40}\.json$/);
    expect(readFileSync(onlyFile(), "utf8")).not.toMatch(/secret|AKIA/);
  });

  it("is for one cluster, region, endpoint, role and key", async ({ expect }) => {
    const find: FindCredentials = async () => Promise.resolve({ accessKeyId: "ASIAX", secretAccessKey: "s" });
    const role = "arn:aws:iam::111122223333:role/x";
    await at(0);
    await at(0, { cluster: "other" });
    await at(0, { region: "eu-west-1" });
    await at(0, { endpointUrl: "http://127.0.0.1:1" });
    await at(0, {}, { ...keys, AWS_ACCESS_KEY_ID: "AKIAOTHER" });
    await at(0, { roleArn: role }, keys, find);
    await at(0, { roleArn: role, externalId: "1" }, keys, find);
    expect(files()).toHaveLength(7);
  });

  it("is not kept with --no-cache or LOTSE_TOKEN_CACHE=off", async ({ expect }) => {
    await at(0, { cache: false });
    await at(0, {}, { ...keys, LOTSE_TOKEN_CACHE: "off" });
    expect(() => files()).toThrow("ENOENT");
  });

  it.for([
    ["half a file", (file: string) => writeFileSync(file, '{"token":'), "it is damaged"],
    ["no token", (file: string) => writeFileSync(file, '{"token":"x","expiresAt":1}'), "it is no kept token"],
    ["a list", (file: string) => writeFileSync(file, "[]"), "it is no kept token"],
    ["null", (file: string) => writeFileSync(file, "null"), "it is damaged"],
    [
      "a token for ever",
      (file: string) => writeFileSync(file, '{"token":"k8s-aws-v1.x","expiresAt":9e15}'),
      "it is no kept token",
    ],
    ["a large file", (file: string) => writeFileSync(file, "x".repeat(40_000)), "it is no kept token"],
    ["a file that others read", (file: string) => chmodSync(file, 0o644), "others may read or write it"],
    ["a folder", (file: string) => (rmSync(file), mkdirSync(file, { mode: 0o700 })), "it is no kept token"],
    ["a link", (file: string) => (rmSync(file), symlinkSync("/etc/hostname", file)), "ELOOP"],
  ] as const)("is passed over with a word when it is %s", async ([, spoil, word], { expect }) => {
    const first = tokenIn(await at(0));
    spoil(onlyFile());
    const made = await at(1);
    expect(tokenIn(made)).not.toBe(first);
    expect(made.notes[0]).toContain(word);
    expect(made.notes[0]).not.toContain("k8s-aws-v1");
  });

  it("is replaced by the next one when it was damaged", async ({ expect }) => {
    await at(0);
    writeFileSync(onlyFile(), "{");
    const second = tokenIn(await at(1));
    const third = await at(2);
    expect([tokenIn(third), third.notes]).toEqual([second, []]);
  });

  it("is not kept where others may write, or nobody", async ({ expect }) => {
    mkdirSync(folder(), { recursive: true });
    chmodSync(folder(), 0o755);
    expect((await at(0)).notes).toEqual([expect.stringContaining("others may use")]);
    expect(files()).toEqual([]);
    const blocked = join(home, "file");
    writeFileSync(blocked, "");
    const { notes } = await at(0, {}, { ...keys, LOTSE_TOKEN_CACHE: join(blocked, "tokens") });
    expect(notes.at(-1)).toContain("ENOTDIR");
  });

  it("goes when it is old", async ({ expect }) => {
    await at(0);
    const old = onlyFile();
    utimesSync(old, (start - 20 * minute) / 1000, (start - 20 * minute) / 1000);
    await at(0, { cluster: "other" });
    expect(files()).not.toContain(old);
  });
});
