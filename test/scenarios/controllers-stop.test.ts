// How every role of `lotse controller` ends after SIGTERM, as a process: what is under way is answered, nobody new is let in, and
// the process ends by itself, and at once. Readiness goes first, so that Services send their clients elsewhere.
import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent, request as overHttp } from "node:http";
import { Agent as TlsAgent, request as overTls } from "node:https";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { issueCertificate, newAuthority } from "../../src/base/index.ts";
import { roles } from "../../src/controllers/index.ts";
import type { ApiStandIn } from "../helpers/api-stand-in.ts";
import { openApiStandIn } from "../helpers/api-stand-in.ts";
import { eventually } from "../helpers/kubernetes.ts";
import type { RoleProcess } from "../helpers/role.ts";
import { startRole } from "../helpers/role.ts";
import { temporaryFolder } from "../helpers/roles.ts";

interface Case {
  flags: Record<string, string | undefined>;
  /** Without it the role speaks HTTP. */
  tls?: true;
  method: "POST" | "PUT";
  path: string;
  headers?: Record<string, string>;
  body: string;
  /** What the answer says. */
  answer: [number, RegExp];
}

interface Answer {
  status: number;
  body: string;
  connection: string | undefined;
}

const folder = temporaryFolder();
const tls = { "tls-cert-file": join(folder.path, "tls.crt"), "tls-private-key-file": join(folder.path, "tls.key") };
const people = { "auth-providers": "token-auth", "token-auth-file": join(folder.path, "people.csv") };
const kubeconfig = join(folder.path, "kubeconfig");
const tokenReview = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: "nobody's" } };
const podReview = {
  apiVersion: "admission.k8s.io/v1",
  kind: "AdmissionReview",
  request: {
    uid: "u-1",
    kind: { group: "", version: "v1", kind: "Pod" },
    namespace: "team-1",
    object: { metadata: {}, spec: { serviceAccountName: "account-1", containers: [{ name: "app" }] } },
  },
};

const cases: Readonly<Record<string, Case>> = {
  authenticator: {
    flags: { "cluster-id": "own", "kubeconfig-pregenerated": "true", "state-dir": folder.path },
    tls: true,
    method: "POST",
    path: "/authenticate",
    body: JSON.stringify(tokenReview),
    answer: [200, /"authenticated":false/],
  },
  login: {
    flags: { ...people, ...tls, "tls-ca-file": join(folder.path, "ca.crt") },
    tls: true,
    method: "POST",
    path: "/tokenreviews",
    body: JSON.stringify({ ...tokenReview, spec: { token: "secret-1" } }),
    answer: [200, /"username":"ada"/],
  },
  "login-proxy": {
    flags: { ...people, ...tls, kubeconfig, port: undefined, address: undefined, "proxy-port": "0" },
    tls: true,
    method: "POST",
    path: "/api/v1/namespaces/default/configmaps",
    headers: { authorization: "Bearer secret-1" },
    body: JSON.stringify({ metadata: { name: "made-at-last" } }),
    answer: [201, /made-at-last/],
  },
  "metadata-proxy": {
    flags: { kubeconfig, node: "node-1", firewall: "none", "startup-taint": "" },
    method: "PUT",
    path: "/latest/api/token",
    headers: { "x-aws-ec2-metadata-token-ttl-seconds": "60" },
    body: "nothing",
    answer: [200, /^[\w-]{40,}$/],
  },
  "pod-identity-agent": {
    flags: { "cluster-name": "own", "bind-hosts": "127.0.0.1", address: undefined },
    method: "POST",
    path: "/v1/credentials",
    body: "nothing",
    answer: [400, /Service account token cannot be empty/],
  },
  "pod-identity-webhook": {
    flags: { kubeconfig, ...tls },
    tls: true,
    method: "POST",
    path: "/mutate",
    body: JSON.stringify(podReview),
    answer: [200, /"patchType":"JSONPatch"/],
  },
};

describe("a role that gets SIGTERM", () => {
  let api: ApiStandIn;
  const authority = newAuthority("stop", Date.now());
  const client = issueCertificate(
    authority,
    { commonName: "", organizations: ["token-auth"], usage: "client" },
    Date.now(),
  );
  const agents = { plain: new Agent({ keepAlive: true }), tls: new TlsAgent({ keepAlive: true }) };

  beforeAll(async () => {
    api = await openApiStandIn(20);
    api.kubeconfig(kubeconfig);
    const names = ["127.0.0.1"];
    const leaf = issueCertificate(authority, { commonName: "role", names, usage: "server" }, Date.now());
    writeFileSync(tls["tls-cert-file"], leaf.certificate);
    writeFileSync(tls["tls-private-key-file"], leaf.privateKey);
    writeFileSync(join(folder.path, "ca.crt"), authority.certificate);
    writeFileSync(people["token-auth-file"], 'secret-1,ada,1,"people"\n');
  });
  afterAll(() => {
    api?.close();
    agents.plain.destroy();
    agents.tls.destroy();
    folder.remove();
  });

  /** Begins a request; its body is for whoever calls to send. */
  const begin = (port: number, { tls: secure, method, path, headers, body }: Case): ClientRequest => {
    const more = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)), ...headers };
    const common = { host: "127.0.0.1", port, method, path, headers: { ...more, expect: "100-continue" } };
    if (!secure) return overHttp({ ...common, agent: agents.plain });
    const { certificate: cert, privateKey: key } = client;
    return overTls({ ...common, agent: agents.tls, rejectUnauthorized: false, cert, key });
  };
  const answerOf = (sent: ClientRequest): Promise<Answer> =>
    new Promise((done, fail) => {
      sent.once("error", fail);
      sent.once("response", (answer: IncomingMessage) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
        answer.once("error", fail);
        answer.once("end", () => done({ status: answer.statusCode ?? 0, body, connection: answer.headers.connection }));
      });
    });
  const whole = (port: number, each: Case): Promise<Answer> => {
    const sent = begin(port, each);
    sent.end(each.body);
    return answerOf(sent);
  };
  /** The role has the head of the request, and waits for its body. */
  const underWay = async (port: number, each: Case): Promise<{ sent: ClientRequest; answer: Promise<Answer> }> => {
    const sent = begin(port, each);
    const answer = answerOf(sent);
    sent.flushHeaders();
    await Promise.race([new Promise<void>((go) => sent.once("continue", go)), answer]);
    sent.write(each.body.slice(0, 5));
    return { sent, answer };
  };
  const start = (name: string, each: Case, more: Record<string, string>, program?: string): Promise<RoleProcess> =>
    startRole(name, { ...each.flags, ...more }, { HOME: folder.path, AWS_REGION: "eu-central-1" }, program);

  it("is one of these", ({ expect }) => {
    expect(roles.map(({ name }) => name)).toEqual(Object.keys(cases));
  });

  it.for(Object.entries(cases))("%s answers what is under way, and ends", async ([name, each], { expect }) => {
    // Half of them as the image runs them. The patience is longer than this test's: nothing is cut off.
    const program = Object.keys(cases).indexOf(name) % 2 === 0 ? "dist/lotse-image.cjs" : "dist/lotse.js";
    const role = await start(name, each, { "grace-period": "10m" }, program);
    await eventually(
      () => role.probe("readyz"),
      (status) => status === 200,
    );
    // Somebody else's connection is kept, and is no reason to stay.
    expect((await whole(role.port, each)).status).toBe(each.answer[0]);
    const { sent, answer } = await underWay(role.port, each);
    const ended = role.stop();
    await eventually(
      () => role.probe("readyz"),
      (status) => status === 503,
    );
    await eventually(
      () =>
        whole(role.port, { ...each, headers: { ...each.headers } })
          .then(() => "let in")
          .catch(() => "shut"),
      (seen) => seen === "shut",
    );
    sent.end(each.body.slice(5));
    const { status, body, connection } = await answer;
    expect(status, body).toBe(each.answer[0]);
    expect(body).toMatch(each.answer[1]);
    expect(connection).toBe("close");
    expect(await ended, role.log()).toBe(0);
    expect(role.log()).toMatch(/"message":"stopped"/);
  });

  it("is unready, and serves on, for as long as clients need to hear of it", async ({ expect }) => {
    const each = cases["pod-identity-webhook"] as Case;
    const role = await start("pod-identity-webhook", each, { "shutdown-delay": "10m" });
    await eventually(
      () => role.probe("readyz"),
      (status) => status === 200,
    );
    void role.stop();
    await eventually(
      () => role.probe("readyz"),
      (status) => status === 503,
    );
    expect(await role.probe("healthz")).toBe(200);
    const { status, body } = await whole(role.port, each);
    expect(status).toBe(200);
    expect(body).toMatch(each.answer[1]);
    // Whoever asks a second time doesn't want to wait.
    expect(await role.stop()).toBe(130);
  });
});
