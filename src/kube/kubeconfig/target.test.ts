import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, describe, it } from "vitest";
import { issueCertificate, newAuthority } from "../../base/index.ts";
import { inClusterTarget } from "../in-cluster.ts";
import { openKube } from "../open.ts";
import { kubeconfigTarget } from "./target.ts";

const folder = mkdtempSync(join(tmpdir(), "lotse-target-"));
const file = (name: string): string => join(folder, name);
const now = Date.now();
const authority = newAuthority("cluster", now);
const serving = issueCertificate(authority, { commonName: "api", names: ["127.0.0.1"], usage: "server" }, now);
const person = issueCertificate(authority, { commonName: "ann", organizations: ["ops"], usage: "client" }, now);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A server that says who comes: the name of the certificate, and the token. */
const server = createServer(
  {
    cert: serving.certificate,
    key: serving.privateKey,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
  },
  (request, response) => {
    const { CN = "" } = (request.socket as TLSSocket).getPeerCertificate().subject ?? {};
    response.end(JSON.stringify({ gitVersion: `${String(CN)} ${request.headers.authorization ?? ""}`.trim() }));
  },
);
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const { port } = server.address() as { port: number };
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function kubeconfig(user: object, more: object = {}): string {
  const name = file(`config-${Math.random().toString(36).slice(2)}`);
  const content = {
    "current-context": "me",
    clusters: [
      { name: "c", cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority": "ca.crt", ...more } },
    ],
    users: [{ name: "u", user }],
    contexts: [{ name: "me", context: { cluster: "c", user: "u", namespace: "shop" } }],
  };
  writeFileSync(name, JSON.stringify(content));
  return name;
}
writeFileSync(file("ca.crt"), authority.certificate);

/** Who the server sees. */
async function whoIs(path: string, env: Record<string, string> = {}): Promise<string> {
  const kube = openKube(kubeconfigTarget(path, { env }).target);
  try {
    return (await kube.version()).gitVersion;
  } finally {
    kube.close();
  }
}

describe("a way to a cluster out of a kubeconfig", () => {
  it("is a certificate, in the file or beside it", async ({ expect }) => {
    writeFileSync(file("ann.crt"), person.certificate);
    writeFileSync(file("ann.key"), person.privateKey);
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    expect(await whoIs(kubeconfig({ "client-certificate": "ann.crt", "client-key": file("ann.key") }))).toBe("ann");
    const inside = {
      "client-certificate-data": base64(person.certificate),
      "client-key-data": base64(person.privateKey),
    };
    expect(await whoIs(kubeconfig(inside))).toBe("ann");
  });

  it("is a token, of the file or of another", async ({ expect }) => {
    writeFileSync(file("token"), "from-file\n");
    expect(await whoIs(kubeconfig({ token: "plain" }))).toBe("Bearer plain");
    expect(await whoIs(kubeconfig({ tokenFile: "token" }))).toBe("Bearer from-file");
  });

  it("is what a plugin says, with its own environment, relative to the file", async ({ expect }) => {
    const script =
      '#!/bin/sh\nprintf \'{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s-%s"}}\' "$1" "$WHO"\n';
    writeFileSync(file("plugin.sh"), script);
    chmodSync(file("plugin.sh"), 0o755);
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "./plugin.sh",
      args: ["a"],
      env: [{ name: "WHO", value: "me" }],
    };
    expect(await whoIs(kubeconfig({ exec }), { PATH: process.env["PATH"] ?? "" })).toBe("Bearer a-me");
    const missing = { ...exec, command: "no-such-plugin", installHint: "Install it from example.com." };
    await expect(whoIs(kubeconfig({ exec: missing }))).rejects.toMatchObject({
      code: "kube/plugin-failed",
      diagnostic: { remedy: "Install it from example.com." },
    });
  });

  it.for([
    ["no context of that name", { context: "other" }, {}, "there is no context other"],
    ["no check of the server", {}, { "insecure-skip-tls-verify": true }, "insecure-skip-tls-verify is not supported"],
    [
      "an authority that isn't there",
      {},
      { "certificate-authority": "gone.crt" },
      "gone.crt, which it names, can't be read",
    ],
  ] as const)("isn't %s", ([, choice, cluster, problem], { expect }) => {
    expect(() => kubeconfigTarget(kubeconfig({}, cluster), { env: {}, ...choice })).toThrow(problem);
  });

  it("carries the namespace of its context", ({ expect }) => {
    expect(kubeconfigTarget(kubeconfig({}), { env: {} }).namespace).toBe("shop");
  });
});

describe("a way to a pod's own cluster", () => {
  it("is its service account, whose token is read as it is now", async ({ expect }) => {
    for (const [name, text] of Object.entries({ token: "first", namespace: "shop", "ca.crt": authority.certificate }))
      writeFileSync(file(name), text);
    const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(port) };
    const inside = inClusterTarget(env, folder);
    expect(inside?.namespace).toBe("shop");
    expect((await inside?.target.token?.())?.token).toBe("first");
    writeFileSync(file("token"), "second");
    expect((await inside?.target.token?.())?.token).toBe("second");
    const kube = openKube(inside?.target ?? { server: "https://nowhere" });
    expect((await kube.version()).gitVersion).toBe("Bearer second");
    kube.close();
    expect(inClusterTarget({ ...env, KUBERNETES_SERVICE_HOST: "fd00::1" }, folder)?.target.server).toBe(
      `https://[fd00::1]:${port}`,
    );
    expect(inClusterTarget({}, folder)).toBeUndefined();
    expect(() => inClusterTarget(env, join(folder, "none"))).toThrow("can't be read");
  });
});
