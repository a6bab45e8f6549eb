import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:tls";
import { it } from "vitest";
import { issueCertificate, newAuthority } from "./x509.ts";

const now = Date.now();

/** Made by `openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj /O=Example/CN=ca`; it opens nothing. */
const rsaAuthority = `-----BEGIN CERTIFICATE-----
MIIDITCCAgmgAwIBAgIUA0ujjQzO+UCjnalEM9v/2mjp2DMwDQYJKoZIhvcNAQEL
BQAwHzEQMA4GA1UECgwHRXhhbXBsZTELMAkGA1UEAwwCY2EwIBcNMjYxMTIxMjEw
NTE4WhgPMjEyNjEwMjgyMTA1MThaMB8xEDAOBgNVBAoMB0V4YW1wbGUxCzAJBgNV
BAMMAmNhMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0r/wOKSYLYGQ
nyTusC6IG23lcIa7ybFoCIVyWQgoV28uATY9PwTLlay8lvLldRHGm7Ve8udVqgek
lsMT62sY/G3TdMdq8XQWNhbDsolnLjzYjcJc73iJebNlnPP+YkeT5s+G9vloZ53z
k0NWDdchj3z3jsTDrBIz2fFwDrTchqURGLgI0+HycS+PSbmLu06q4sD6ZtVaBIEv
lUTT/er685k0PrwEoVu2cKt4bQ3Jr5urTfMMRR7jIVBvEM+bWAcOrRwupzOS52bq
NroqAKEpnkaxeYi5Cr8CZ3FPwGSr4vpuIWZgj0dV47BRFYF8WpuY6WOcU62l3nYz
hmpC+OZT5wIDAQABo1MwUTAdBgNVHQ4EFgQU9leKecTCrA+o/qTgaKwhCmjrGwIw
HwYDVR0jBBgwFoAU9leKecTCrA+o/qTgaKwhCmjrGwIwDwYDVR0TAQH/BAUwAwEB
/zANBgkqhkiG9w0BAQsFAAOCAQEAOHzkIEKCCmfES28cFpmXlm7qf4KOgsbGkh6F
piQCuOdQfS3ztDIkWF2gpcgM9SkxrRvtIUPPcgYxcoccd2SRgSWeFW9Y0JqXTiFu
LNA6hHbNFpI5UbLkiFJxOr0/Wd8fxMgOg1u3XibT/FISQlxaUzAW/uGJJQfZFWXj
ro10eQCZuzf4xBrwA1gdTPO4+O06DsMUGDITE+XDkvkrf6qIRscTkNp25jrZLmHs
WhsXgGucgD71XeWkXKSk+FW8OfUc1wWq11rb8UfnpHKIggVQreHmY9+cAwshevgu
fnCBZ4ugIUZTGKuSWWesl9lIl1Z9fr1gHuqM70hsE34hKrl9hQ==
-----END CERTIFICATE-----
`;
const rsaKey = `-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDSv/A4pJgtgZCf
JO6wLogbbeVwhrvJsWgIhXJZCChXby4BNj0/BMuVrLyW8uV1EcabtV7y51WqB6SW
wxPraxj8bdN0x2rxdBY2FsOyiWcuPNiNwlzveIl5s2Wc8/5iR5Pmz4b2+WhnnfOT
Q1YN1yGPfPeOxMOsEjPZ8XAOtNyGpREYuAjT4fJxL49JuYu7TqriwPpm1VoEgS+V
RNP96vrzmTQ+vAShW7Zwq3htDcmvm6tN8wxFHuMhUG8Qz5tYBw6tHC6nM5LnZuo2
uioAoSmeRrF5iLkKvwJncU/AZKvi+m4hZmCPR1XjsFEVgXxam5jpY5xTraXedjOG
akL45lPnAgMBAAECggEAORrlHpQK4BnBdD3vpzGUk8odZ3Y6oBZAGD8AkvtQ4xAv
KQjnY5ILEA10NHqwjh448KwehDcG0UGs6WUGmr20UYH40CXQ5ogMFK/qaxAsMy0t
iIvn3sOMjLt9hx/eCAdZHiuRaI6AKcN04qxWPv3SDC1Sbw8F7jQodJ+lO3bqYlkN
+1mzQo99RB/SASxMMJ+bT2HVu1KfxiZI+Im/qRKYP/Noe1xEtnBSkU0qcNEMXaTB
WH7OFy5JfJnld+sKqtIaJYDgJ3PNHGdrLVYPmkSteKQQalYG09xnVwDvFOUQpWqn
r5pUDx7wldqpfZOdCM4lHYau9bGV7P+Ib4dbFwTUcQKBgQDrbcqy827MZcqSPgWS
2HP/mUU4qHWpP0v4bqn7wNramzAundHW+mt2JdeAS3tgRfJ237W6G0ryn0rUrNtZ
UpCCU4YAj57CBPbWaBpRXgVD1sJk5FqDWYAZqHL6eYieCJo5s0T6ctIXHQM859HM
Oo/bGx94AwopgRcH/4RlWTh21QKBgQDlKhwmYvY4wxjIjpimCc8qgjy+H3mfoggp
4E1IldVRlSoTSK2DvAdUxLvejq4LcGQ5ZooI31lkvvtWflthvRVexanR0yJ1tuwt
OeQFQzMYw6j1VMNmIcJz3o+HvEL9wf5yu4tck2A7GluNGMRhb7iBHnN6JISGkBhd
2jnCFW41ywKBgQDWSNl9ZitMKb5mu8MQ9KkoVVZ3CoYF5ZH9bqSTe+b3oNcLJySu
+sHDCRCMOqfyadgWMOrUmTDvguN2jlscgxT7OpC2hAKpcCFH5/tEYkKCi7/mWx6z
fUwmjncQ2nvp88SEjlJTbx0gYozm682+iPMVKCvNbV7bhh7zbbQRF1NYfQKBgERg
20Ns9fEb7bIyMkQg2yrg74T/WUgTjgIIxqao5pzQOFzGq9eJ7FoT1cbjpfUN1Sn3
eaqKEl9oSRCW5Wd1hwHfUvuj1z1ulmwsQOh9E6sI/sotP5yi6CWwu/0RZJ/ZGbZc
VYoLA4S/KaAhSr+UGWaVknlYmh6YslyWt/M8d8UfAoGBAL8uzcytCGnaCRR8OS7Q
5H9LK7qRdpKr8+LU4Jyqc7Ujgx0prk6ZgQASkAHEFHWeOceftT7Lfdd3mTrrYnl2
r77O6eYbh+ZcwfDiKIpshWYIUkzSBxc6+OgBbLDVXJx7malmWzEFF+LUQyL5onPK
grLSnEL1ciPQgmJvleu1rhL7
-----END PRIVATE KEY-----
`;

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

it("signs with the authorities of other programs, whatever they are called and on RSA too", ({ expect }) => {
  const authority = { certificate: rsaAuthority, privateKey: rsaKey };
  const request = { commonName: "acme", organizations: ["github"], usage: "client" } as const;
  const leaf = new X509Certificate(issueCertificate(authority, request, now).certificate);
  const issuer = new X509Certificate(rsaAuthority);
  expect(leaf.issuer).toBe("O=Example\nCN=ca");
  // OpenSSL compares names byte by byte, and key ids.
  expect(leaf.checkIssued(issuer)).toBe(true);
  expect(leaf.verify(issuer.publicKey)).toBe(true);
});
