// OpenLDAP's server with a small directory, on a port of its own: a judge that knows LDAP better than we do.
import { freePort } from "../free-port.ts";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { standInAuthority, standInCertificate, testFolder } from "./https-server.ts";

const program = ["/usr/sbin/slapd", "/usr/libexec/slapd", "/usr/local/libexec/slapd"].find((path) => existsSync(path));
const schemas = ["/etc/ldap/schema", "/etc/openldap/schema"].find((path) => existsSync(join(path, "core.schema")));

/** Why tests with it are skipped, for their titles; undefined where it is there. */
export const slapdMissing: string | undefined =
  program && schemas ? undefined : "skipped: no slapd (Debian's package slapd, Fedora's openldap-servers)";

export const servicePassword = "s3rvice";

/** Users, one with a hostile name, two who share one, and groups, one of them with another's name in its own. */
const directory = `dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=service,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: service
userPassword: ${servicePassword}

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

dn: uid=ann,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: ann
cn: Ann
sn: A
userPassword: ann's pass: word

dn: uid=bob,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: bob
cn: Bob
sn: B
userPassword: hunter2

dn: cn=Eve \\28\\2A\\29\\, the \\5C one,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: eve(*)\\\\
cn: Eve (*), the \\ one
sn: E
userPassword: evil

dn: cn=twin one,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: twin
cn: twin one
sn: T
userPassword: same

dn: cn=twin two,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: twin
cn: twin two
sn: T
userPassword: same

dn: cn=dev,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: dev
member: uid=ann,ou=people,dc=example,dc=com
member: cn=Eve \\28\\2A\\29\\, the \\5C one,ou=people,dc=example,dc=com

dn: cn=ops,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: ops
member: uid=ann,ou=people,dc=example,dc=com

dn: cn=system:masters,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: system:masters
member: uid=bob,ou=people,dc=example,dc=com
`;

export interface Slapd {
  port: number;
  tlsPort: number;
  /** PEM of the authority of its certificate. */
  authority: string;
  close(): Promise<void>;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.once("connect", () => socket.destroy());
  });

/** Starts it and waits until it answers. */
export async function startSlapd(): Promise<Slapd> {
  if (!program || !schemas) throw new Error(slapdMissing);
  const folder = testFolder();
  mkdirSync(join(folder, "data"));
  const { certificate, privateKey } = standInCertificate();
  const files = {
    "server.crt": certificate,
    "server.key": privateKey,
    "ca.crt": standInAuthority,
    "all.ldif": directory,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const modules = ["/usr/lib/ldap", "/usr/lib64/openldap"].find((path) => existsSync(path));
  const config = join(folder, "slapd.conf");
  writeFileSync(
    config,
    [
      ...["core", "cosine", "inetorgperson"].map((name) => `include ${schemas}/${name}.schema`),
      `pidfile ${folder}/slapd.pid`,
      ...(modules ? [`modulepath ${modules}`, "moduleload back_mdb"] : []),
      `TLSCACertificateFile ${folder}/ca.crt`,
      `TLSCertificateFile ${folder}/server.crt`,
      `TLSCertificateKeyFile ${folder}/server.key`,
      "database mdb",
      'suffix "dc=example,dc=com"',
      `directory ${folder}/data`,
      "access to attrs=userPassword by anonymous auth by * none",
      'access to * by dn.exact="cn=service,dc=example,dc=com" read by * none',
      "",
    ].join("\n"),
  );
  const added = spawnSync(program, ["-T", "add", "-f", config, "-l", join(folder, "all.ldif")], { encoding: "utf8" });
  if (added.status !== 0) throw new Error(`slapd takes no entries: ${added.stderr}`);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const urls = `ldap://127.0.0.1:${port}/ ldaps://127.0.0.1:${tlsPort}/`;
  const child = spawn(program, ["-d", "0", "-f", config, "-h", urls], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  for (let tries = 0; !(await answers(port)) || !(await answers(tlsPort)); tries += 1) {
    if (child.exitCode !== null || tries > 400) throw new Error(`slapd doesn't listen: ${said}`);
    await sleep(50);
  }
  return {
    port,
    tlsPort,
    authority: standInAuthority,
    close: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
