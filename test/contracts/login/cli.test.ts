// `lotse login token` as people run it: pipes, a browser, kubectl's plugin.
import { spawn } from "node:child_process";
import { request } from "node:https";
import { afterAll, beforeAll, describe, it } from "vitest";
import { standInAuthority, standInAuthorityFile, testFolder } from "../../helpers/login/https-server.ts";
import type { OidcServer } from "../../helpers/login/oidc-server.ts";
import { startOidc } from "../../helpers/login/oidc-server.ts";
import { lotse } from "../../helpers/tools.ts";

const folder = testFolder();

interface Ran {
  exit: number;
  out: string;
  err: string;
}

/** Runs `lotse login …`; `onLine` hears stderr as it comes. */
function login(
  args: readonly string[],
  {
    input = "",
    env = {},
    onLine = () => undefined,
  }: {
    input?: string;
    env?: Record<string, string>;
    onLine?: (text: string) => void;
  } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [lotse, "login", ...args], { env: { HOME: folder, NO_COLOR: "1", ...env } });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => {
    texts.err += chunk.toString();
    onLine(texts.err);
  });
  child.stdin.end(input);
  return new Promise((done) => child.once("close", (exit) => done({ exit: exit ?? -1, ...texts })));
}

describe("lotse login token", () => {
  let issuer: OidcServer;
  beforeAll(async () => {
    issuer = await startOidc();
  });
  afterAll(() => issuer.close());

  it("makes an LDAP token of a name and a password from a pipe", async ({ expect }) => {
    const ran = await login(["token", "-o", "ldap", "--username", "ann"], { input: " pass: word \n" });
    expect(ran).toMatchObject({ exit: 0 });
    expect(Buffer.from(ran.out.trim(), "base64").toString()).toBe("ann: pass: word ");
    expect(ran.err).not.toContain("pass: word");
    expect(await login(["token", "-o", "ldap", "--username", "a:b"], { input: "x\n" })).toMatchObject({ exit: 2 });
    expect(await login(["token", "-o", "ldap", "--username", "ann"])).toMatchObject({ exit: 2, out: "" });
  });

  it("says where GitHub makes tokens, and prints what it is given as kubectl wants it", async ({ expect }) => {
    const info = JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", spec: {} });
    const { exit, out, err } = await login(["token", "-o", "github", "--exec-credential"], {
      input: "ghp_abc\n",
      env: { KUBERNETES_EXEC_INFO: info },
    });
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      spec: {},
      status: { token: "ghp_abc" },
    });
    expect(err).toContain("https://github.com/settings/tokens/new?scopes=read:org");
  });

  it("logs in by the browser, and says when the token ends", async ({ expect }) => {
    let opened = false;
    const { exit, out, err } = await login(
      [
        "token",
        "-o",
        "oidc",
        "--issuer-url",
        issuer.issuer,
        "--client-id",
        "kubernetes",
        "--certificate-authority",
        standInAuthorityFile(folder),
        "--exec-credential",
      ],
      {
        onLine: (text) => {
          const address = /Log in at (\S+)\n/.exec(text)?.[1];
          if (address === undefined || opened) return;
          opened = true;
          request(address, { ca: standInAuthority }, (page) => {
            void fetch(page.resume().headers.location ?? "");
          }).end();
        },
      },
    );
    expect({ exit, err }).toMatchObject({ exit: 0 });
    const { status } = JSON.parse(out) as { status: { token: string; expirationTimestamp: string } };
    expect(status.token.split(".")).toHaveLength(3);
    expect(Date.parse(status.expirationTimestamp)).toBeGreaterThan(Date.now());
    expect(err).not.toContain(status.token);
  });

  it("names what is missing, and an issuer that isn't one", async ({ expect }) => {
    expect(await login(["token"])).toMatchObject({ exit: 2, err: expect.stringContaining("--organization") });
    const azure = await login(["token", "-o", "azure", "--client-id", "x"]);
    expect(azure).toMatchObject({ exit: 2, err: expect.stringContaining("--tenant-id") });
    const nowhere = ["token", "-o", "oidc", "--client-id", "x", "--issuer-url", "https://127.0.0.1:1"];
    expect(await login(nowhere)).toMatchObject({ exit: 1, err: expect.stringContaining("controllers/login-refused") });
  });
});
