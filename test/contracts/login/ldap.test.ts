// Logins by an LDAP directory: OpenLDAP's own server as the judge, and servers that do what no honest one does.
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, it } from "vitest";
import { standInAuthorityFile, testFolder } from "../../helpers/login/https-server.ts";
import type { Slapd } from "../../helpers/login/slapd.ts";
import { servicePassword, slapdMissing, startSlapd } from "../../helpers/login/slapd.ts";
import type { LoginWebhook, Review } from "../../helpers/login/webhook.ts";
import { startLoginWebhook } from "../../helpers/login/webhook.ts";

const folder = testFolder();
const authority = standInAuthorityFile(folder);
const client = { organization: "ldap", name: "" };
const tokenOf = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString("base64");
const env = { LDAP_BIND_PASSWORD: servicePassword };

const flags = (...more: string[]): string[] => [
  "--auth-providers=ldap",
  "--ldap.server-address=127.0.0.1",
  `--ldap.ca-cert-file=${authority}`,
  "--ldap.user-search-dn=ou=people,dc=example,dc=com",
  "--ldap.group-search-dn=ou=groups,dc=example,dc=com",
  "--ldap.bind-dn=cn=service,dc=example,dc=com",
  "--cache-ttl=0s",
  "--breaker-failures=1000",
  ...more,
];

describe.skipIf(slapdMissing)(slapdMissing ?? "OpenLDAP", () => {
  let slapd: Slapd;
  let webhook: LoginWebhook;
  const review = async (user: string, password: string): Promise<Review> =>
    webhook.review(tokenOf(user, password), client);

  beforeAll(async () => {
    slapd = await startSlapd();
    webhook = await startLoginWebhook(flags(`--ldap.server-port=${slapd.port}`, "--ldap.start-tls"), { env });
  });
  afterAll(async () => {
    await webhook?.close();
    await slapd?.close();
  });

  it("knows people by name and password, over StartTLS, and their groups", async ({ expect }) => {
    const { status, user } = await review("ann", "ann's pass: word");
    expect(status).toBe(200);
    expect(user).toEqual({ username: "ann", groups: ["dev", "ops"] });
    // As the directory spells it, not as it was typed.
    expect((await review("ANN", "ann's pass: word")).user?.username).toBe("ann");
  });

  it("is asked over LDAPS as well", async ({ expect }) => {
    const secure = await startLoginWebhook(flags(`--ldap.server-port=${slapd.tlsPort}`, "--ldap.is-secure-ldap"), {
      env,
    });
    expect(await secure.review(tokenOf("bob", "hunter2"), client)).toMatchObject({ authenticated: true });
    await secure.close();
  });

  it("lets nobody in with a wrong password, none, or another's", async ({ expect }) => {
    expect(await review("ann", "wrong")).toMatchObject({ status: 200, error: "authentication failed: LDAP result 49" });
    expect(await review("ann", "")).toMatchObject({
      status: 200,
      error: "authentication failed: the password is empty",
    });
    expect(await review("nobody", "x")).toMatchObject({
      error: expect.stringContaining("No result for the user search filter"),
    });
    expect(await review("twin", "same")).toMatchObject({ error: expect.stringContaining("Multiple entries") });
    for (const broken of ["ann", "", "!!!!", Buffer.from("no colon").toString("base64"), tokenOf("", "x")])
      expect(await webhook.review(broken, client), broken).toMatchObject({ authenticated: false });
  });

  it("isn't asked another question by somebody's name", async ({ expect }) => {
    const names = ["*", "a*", "ann)(uid=*", "*)(uid=*))(|(uid=*", "ann\u0000", "ann\\2a", "ann)(&)", "(objectClass=*)"];
    for (const name of names)
      expect(await review(name, "ann's pass: word"), name).toMatchObject({ authenticated: false });
    // Somebody who is really called so, with a DN that is full of it.
    expect(await review("eve(*)\\\\", "evil")).toMatchObject({ authenticated: true, user: { groups: ["dev"] } });
  });

  it("can't make administrators by founding a group", async ({ expect }) => {
    expect((await review("bob", "hunter2")).user?.groups).toEqual([]);
  });

  it("that the service can't bind to is an outage, not anybody's refusal", async ({ expect }) => {
    const wrong = { LDAP_BIND_PASSWORD: "wrong" };
    const locked = await startLoginWebhook(flags(`--ldap.server-port=${slapd.port}`, "--ldap.start-tls"), {
      env: wrong,
    });
    const answer = await locked.review(tokenOf("ann", "ann's pass: word"), client);
    expect(answer).toMatchObject({
      status: 503,
      authenticated: false,
      error: expect.stringContaining("as the service"),
    });
    expect(locked.log.join("")).not.toContain("ann's pass");
    await locked.close();
  });

  it("with a certificate that nobody vouches for is sent no password", async ({ expect }) => {
    const stranger = flags(`--ldap.server-port=${slapd.port}`, "--ldap.start-tls").filter(
      (flag) => !flag.includes("ca-cert"),
    );
    const wary = await startLoginWebhook(stranger, { env });
    const answer = await wary.review(tokenOf("ann", "ann's pass: word"), client);
    expect(answer).toMatchObject({ status: 503, error: expect.stringContaining("certificate") });
    await wary.close();
  });
});

describe("a server that isn't honest", () => {
  let server: Server;
  let heard: Buffer[];
  let behave: (socket: Socket, chunk: Buffer) => void = () => undefined;
  let port = 0;

  beforeAll(async () => {
    heard = [];
    server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        heard.push(chunk);
        behave(socket, chunk);
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    ({ port } = server.address() as { port: number });
  });
  afterAll(() => void server.close());

  const login = async (...more: string[]): Promise<Review> => {
    heard.length = 0;
    const webhook = await startLoginWebhook(flags(`--ldap.server-port=${port}`, ...more), { env });
    try {
      return await webhook.review(tokenOf("ann", "top-secret"), client);
    } finally {
      await webhook.close();
    }
  };
  const hex = (text: string) => (socket: Socket) => void socket.write(Buffer.from(text, "hex"));

  it("gets no password when it refuses, breaks or fakes StartTLS", async ({ expect }) => {
    // Result 2, protocolError; result 0 and then something else than TLS; nothing but the end of the connection.
    const tricks = [
      hex("300c02010178070a010204000400"),
      (socket: Socket) => void socket.write(Buffer.from(`300c02010178070a0100040004003000${"00".repeat(40)}`, "hex")),
      (socket: Socket) => void socket.end(),
    ];
    for (const trick of tricks) {
      behave = trick;
      expect(await login("--ldap.start-tls")).toMatchObject({ status: 503, authenticated: false });
      expect(Buffer.concat(heard).includes("top-secret")).toBe(false);
      expect(Buffer.concat(heard).includes(servicePassword)).toBe(false);
    }
  });

  it("that sends nonsense, floods or nothing is left in time", async ({ expect }) => {
    behave = (socket) => void socket.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(await login("--ldap.allow-plain-text")).toMatchObject({
      status: 503,
      error: expect.stringContaining("LDAP"),
    });
    behave = hex("3084ffffffff");
    expect(await login("--ldap.allow-plain-text")).toMatchObject({ status: 503 });
    behave = () => undefined;
    const silent = await login("--ldap.allow-plain-text", "--login-timeout=200ms");
    expect(silent).toMatchObject({ status: 503, error: expect.stringContaining("in time") });
  });

  it("isn't asked at all without TLS, unless somebody insists", async ({ expect }) => {
    const webhook = await startLoginWebhook(flags(`--ldap.server-port=${port}`), { env });
    expect(await webhook.running.done).toBe(1);
    expect(webhook.log.join("")).toContain("passwords would be sent in clear");
    const kerberos = await startLoginWebhook(flags("--ldap.start-tls", "--ldap.auth-choice=kerberos"), { env });
    expect(await kerberos.running.done).toBe(1);
    expect(kerberos.log.join("")).toContain("kerberos isn't supported");
  });
});
