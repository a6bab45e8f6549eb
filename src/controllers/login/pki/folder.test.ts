// Certificates of logins in their folder.
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "vitest";
import type { PkiOptions } from "./folder.ts";
import { initAuthority, initClient, initServer } from "./folder.ts";

const options = (overwrite = false): PkiOptions => ({
  folder: mkdtempSync(join(tmpdir(), "lotse-pki-")),
  days: 30,
  now: Date.now(),
  overwrite: () => Promise.resolve(overwrite),
});

const read = (path: string): X509Certificate => new X509Certificate(readFileSync(path));

it("makes an authority, a server and clients that it vouches for, keys readable by their owner alone", async ({
  expect,
}) => {
  const pki = options();
  const ca = await initAuthority(pki);
  const server = await initServer(pki, ["10.96.10.96", "login.example.com"]);
  const client = await initClient(pki, { organization: "GitHub", name: "acme" });
  expect(ca.certificate).toBe(join(pki.folder, "pki/ca.crt"));
  expect(client.certificate).toBe(join(pki.folder, "pki/acme@github.crt"));
  for (const { certificate, key } of [server, client]) {
    expect(read(certificate).checkIssued(read(ca.certificate))).toBe(true);
    expect(statSync(key).mode & 0o777).toBe(0o600);
  }
  expect(read(server.certificate).checkIP("10.96.10.96")).toBe("10.96.10.96");
  expect(read(server.certificate).checkHost("login.example.com")).toBe("login.example.com");
  expect(read(client.certificate).subject).toBe("O=github\nCN=acme");
});

it("replaces nothing that it isn't told to", async ({ expect }) => {
  const pki = options();
  const { certificate } = await initAuthority(pki);
  const before = readFileSync(certificate, "utf8");
  await expect(initAuthority(pki)).rejects.toThrow("exists already");
  expect(readFileSync(certificate, "utf8")).toBe(before);
  await initAuthority({ ...pki, overwrite: () => Promise.resolve(true) });
  expect(readFileSync(certificate, "utf8")).not.toBe(before);
});

it("refuses names that lead elsewhere, organisations that nobody knows, and says what comes first", async ({
  expect,
}) => {
  const pki = options();
  await expect(initServer(pki, ["127.0.0.1"])).rejects.toThrow("ca.crt can't be read");
  await initAuthority(pki);
  for (const name of ["../../etc/x", "a/b", ".", "-x", "a\u0000b"])
    await expect(initClient(pki, { organization: "github", name }), name).rejects.toThrow("name of a file");
  await expect(initClient(pki, { organization: "gitea", name: "x" })).rejects.toThrow("no provider");
  await expect(initClient(pki, { organization: "google", name: "" })).rejects.toThrow("must name the domain");
  for (const name of ["not a host", "x/y", ""]) await expect(initServer(pki, [name]), name).rejects.toThrow("neither");
});
