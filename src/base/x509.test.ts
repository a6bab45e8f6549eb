import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { it } from "vitest";
import { issueCertificate, newAuthority } from "./x509.ts";

const now = Date.now();

/** An authority as OpenSSL makes them: RSA, a name of two parts. Undefined without the program. */
function foreignAuthority(): { certificate: string; privateKey: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "lotse-x509-"));
  const [key, certificate] = [join(folder, "ca.key"), join(folder, "ca.crt")];
  const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /O=Example/CN=ca -keyout ${key} -out ${certificate}`;
  const made = spawnSync("openssl", words.split(" ")).status === 0;
  return made ? { certificate: readFileSync(certificate, "utf8"), privateKey: readFileSync(key, "utf8") } : undefined;
}
const foreign = foreignAuthority();

it("signs a server's certificate that names hosts and addresses", ({ expect }) => {
  const authority = newAuthority("kubernetes", now);
  const names = ["localhost", "127.0.0.1", "::1", "fd00:10::a"];
  const leaf = new X509Certificate(
    issueCertificate(authority, { commonName: "kube-apiserver", names, usage: "server" }, now).certificate,
  );
  expect(leaf.checkHost("localhost")).toBe("localhost");
  expect(leaf.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(leaf.checkIP("fd00:10::a")).toBe("fd00:10::a");
  expect(leaf.checkIP("127.0.0.2")).toBeUndefined();
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
  expect(leaf.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
});

it("carries a client's name and groups as Kubernetes reads them", ({ expect }) => {
  const authority = newAuthority("kubernetes", now);
  const request = { commonName: "kubernetes-admin", organizations: ["system:masters"], usage: "client" } as const;
  const leaf = new X509Certificate(issueCertificate(authority, request, now).certificate);
  expect(leaf.subject).toBe("O=system:masters\nCN=kubernetes-admin");
});

it("is believed by TLS in both directions", async ({ expect }) => {
  const authority = newAuthority("kubernetes", now);
  const server = issueCertificate(authority, { commonName: "server", names: ["127.0.0.1"], usage: "server" }, now);
  const client = issueCertificate(authority, { commonName: "someone", usage: "client" }, now);
  const listener = createServer(
    { cert: server.certificate, key: server.privateKey, ca: authority.certificate, requestCert: true },
    (socket) => socket.end(String(socket.getPeerCertificate().subject.CN)),
  );
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const { port } = listener.address() as { port: number };
  const socket = connect({
    port,
    host: "127.0.0.1",
    ca: authority.certificate,
    cert: client.certificate,
    key: client.privateKey,
  });
  const [said] = (await once(socket, "data")) as [Buffer];
  expect(said.toString()).toBe("someone");
  socket.destroy();
  listener.close();
});

it.skipIf(!foreign)(
  foreign
    ? "signs with the authorities of other programs, whatever they are called and on RSA too"
    : "skipped: no openssl",
  ({ expect }) => {
    const authority = foreign as NonNullable<typeof foreign>;
    const request = { commonName: "acme", organizations: ["github"], usage: "client" } as const;
    const leaf = new X509Certificate(issueCertificate(authority, request, now).certificate);
    const issuer = new X509Certificate(authority.certificate);
    expect(leaf.issuer).toBe("O=Example\nCN=ca");
    // OpenSSL compares names byte by byte, and key ids.
    expect(leaf.checkIssued(issuer)).toBe(true);
    expect(leaf.verify(issuer.publicKey)).toBe(true);
  },
);
