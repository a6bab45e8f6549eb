// The metadata proxy on a node: a real API server says which pod has which address, the sandbox's STS gives out roles. Pods
// are addresses of 127.0.0.0/8, from which this test asks; packets that really are redirected have a test of their own.
import type { ChildProcess } from "node:child_process";
import { request } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { connect } from "../../src/lotse.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { Send } from "../helpers/eks-by-api.ts";
import { makeCluster } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import { lendPorts, namespacesMissing, openNode } from "../helpers/network-namespaces.ts";
import { churn, thirds } from "../helpers/pod-churn.ts";
import type { RoleProcess } from "../helpers/role.ts";
import { kubeconfigText, startRole } from "../helpers/role.ts";

const kubernetes = await kubernetesOr("1.36");
const node = "node-1";

interface Answer {
  status: number;
  body: string;
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "the metadata proxy", () => {
  let sandbox: Sandbox;
  let send: Send;
  let kube: Kube;
  let proxy: RoleProcess;
  const folder = mkdtempSync(join(tmpdir(), "lotse-proxy-"));

  const ask = (from: string, method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        { host: "127.0.0.1", port: proxy.port, localAddress: from, method, path, headers },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
        },
      );
      outgoing.once("error", reject);
      outgoing.end();
    });
  const token = (from: string, headers: Record<string, string> = {}): Promise<Answer> =>
    ask(from, "PUT", "/latest/api/token", { "x-aws-ec2-metadata-token-ttl-seconds": "600", ...headers });
  const credentialsPath = "/latest/meta-data/iam/security-credentials/";
  const get = async (from: string, path: string): Promise<Answer> =>
    ask(from, "GET", path, { "x-aws-ec2-metadata-token": (await token(from)).body });

  const arnOf = (name: string): string => `arn:aws:iam::${sandbox.account}:role/${name}`;
  const makeRole = (name: string, trust: object = { AWS: "*" }): void => {
    const statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: trust };
    const document = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    send("iam", "CreateRole", { RoleName: name, AssumeRolePolicyDocument: document });
  };
  /** A pod that has an address or several, as its kubelet says it. */
  const makePod = async (
    name: string,
    address: string | readonly string[],
    annotations: Record<string, string>,
    namespace = "default",
  ): Promise<KubeObject> => {
    const pod = await kube.create(resources.pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, annotations },
      spec: { nodeName: node, tolerations: [{ operator: "Exists" }], containers: [{ name: "main", image: "app" }] },
    } as KubeObject);
    const [podIP, ...further] = [address].flat();
    const status = { phase: "Running", podIP, podIPs: [podIP, ...further].map((ip) => ({ ip })) };
    await kube.connection.send({
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
      patch: "merge",
      body: { status },
      what: "patch status",
    });
    return pod;
  };
  const removePod = (name: string): Promise<boolean> =>
    kube.delete(resources.pods, { namespace: "default", name }, { gracePeriodSeconds: 0 });

  beforeAll(async () => {
    sandbox = await createSandbox();
    ({ send } = makeCluster(sandbox, "proxied", { version: "1.36" }));
    kube = kubeOf({ sandbox, send }, "proxied");
    await eventually(
      () => kube.find(resources.serviceAccounts, { namespace: "default", name: "default" }),
      (found) => found !== undefined,
    );
    await kube.create(resources.nodes, {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: node },
      spec: { taints: [{ key: "lotse.dev/metadata-proxy", effect: "NoSchedule" }] },
    } as KubeObject);
    for (const name of ["web", "api", "secret"]) makeRole(name);
    makeRole("closed", { Service: "ec2.amazonaws.com" });
    await kube.patch(resources.namespaces, { name: "default" }, "merge", {
      metadata: { annotations: { "iam.amazonaws.com/allowed-roles": '["web","api","closed","away-*"]' } },
    });
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, kubeconfigText(sandbox, "proxied"));
    const flags = {
      kubeconfig,
      node,
      firewall: "none",
      "base-role-arn": arnOf(""),
      // Nobody is there.
      "metadata-addr": "127.0.0.1:9",
      "allow-path": "meta-data/placement/*",
    };
    proxy = await startRole("metadata-proxy", flags, sandbox.env());
  }, 120_000);

  afterAll(async () => {
    await proxy?.stop();
    kube?.close();
    await sandbox?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it("gives each pod the credentials of its own role, by the paths and in the words of kube2iam", async ({
    expect,
  }) => {
    await makePod("web-1", "127.0.1.1", { "iam.amazonaws.com/role": "web" });
    await makePod("api-1", "127.0.1.2", { "iam.amazonaws.com/role": arnOf("api") });
    for (const [from, role, session] of [
      ["127.0.1.1", "web", "default.web-1"],
      ["127.0.1.2", "api", "default.api-1"],
    ] as const) {
      expect(await get(from, credentialsPath)).toEqual({ status: 200, body: role });
      const { status, body } = await get(from, `${credentialsPath}${role}`);
      expect(status).toBe(200);
      const document = JSON.parse(body) as Record<string, string>;
      expect(Object.keys(document)).toEqual([
        "AccessKeyId",
        "Code",
        "Expiration",
        "LastUpdated",
        "SecretAccessKey",
        "Token",
        "Type",
      ]);
      const { endpoint, region } = sandbox;
      const aws = await connect({
        endpoint,
        region,
        credentials: {
          accessKeyId: document["AccessKeyId"] ?? "",
          secretAccessKey: document["SecretAccessKey"] ?? "",
          sessionToken: document["Token"] ?? "",
        },
      });
      expect((await aws.identity()).arn).toBe(`arn:aws:sts::${sandbox.account}:assumed-role/${role}/${session}`);
      aws.close();
    }
  });

  it("refuses other roles, and roles that the namespace doesn't allow", async ({ expect }) => {
    await makePod("web-2", "127.0.1.3", { "iam.amazonaws.com/role": "web" });
    await makePod("thief", "127.0.1.4", { "iam.amazonaws.com/role": "secret" });
    await makePod("plain", "127.0.1.5", {});
    expect(await get("127.0.1.3", `${credentialsPath}api`)).toEqual({ status: 403, body: "Invalid role api" });
    expect(await get("127.0.1.4", credentialsPath)).toEqual({
      status: 404,
      body: `role requested ${arnOf("secret")} not valid for namespace default: no pattern allows it`,
    });
    expect((await get("127.0.1.5", credentialsPath)).status).toBe(404);
  });

  it("says what STS refuses, and to nobody what others have", async ({ expect }) => {
    await makePod("closed", "127.0.1.6", { "iam.amazonaws.com/role": "closed" });
    const { status, body } = await get("127.0.1.6", `${credentialsPath}closed`);
    expect(status).toBe(500);
    expect(body).toContain("is not authorized to perform: sts:AssumeRole");
  });

  it("speaks IMDSv2 only, with tokens that are one pod's", async ({ expect }) => {
    await makePod("web-3", "127.0.1.7", { "iam.amazonaws.com/role": "web" });
    await makePod("web-4", "127.0.1.8", { "iam.amazonaws.com/role": "web" });
    const own = (await token("127.0.1.7")).body;
    const withToken = (from: string, text: string): Promise<Answer> =>
      ask(from, "GET", credentialsPath, { "x-aws-ec2-metadata-token": text });
    expect((await withToken("127.0.1.7", own)).status).toBe(200);
    expect((await withToken("127.0.1.8", own)).status).toBe(401);
    expect((await withToken("127.0.1.7", `${own.slice(0, -2)}AA`)).status).toBe(401);
    expect((await ask("127.0.1.7", "GET", credentialsPath)).status).toBe(401);
    expect((await token("127.0.1.7", { "x-forwarded-for": "127.0.1.8" })).status).toBe(403);
    expect((await ask("127.0.1.7", "GET", credentialsPath, { "x-forwarded-for": "127.0.1.8" })).status).toBe(401);
    for (const life of ["0", "21601", "-1", "1e3", ""])
      expect((await token("127.0.1.7", { "x-aws-ec2-metadata-token-ttl-seconds": life })).status, life).toBe(400);
    expect((await ask("127.0.1.7", "PUT", "/latest/api/token")).status).toBe(400);
    expect((await ask("127.0.1.7", "POST", credentialsPath)).status).toBe(405);
    expect((await token("127.0.1.99")).status).toBe(404);
  });

  it("ends a token after its time", async ({ expect }) => {
    await makePod("web-5", "127.0.1.9", { "iam.amazonaws.com/role": "web" });
    const { body } = await token("127.0.1.9", { "x-aws-ec2-metadata-token-ttl-seconds": "1" });
    const look = (): Promise<Answer> => ask("127.0.1.9", "GET", credentialsPath, { "x-aws-ec2-metadata-token": body });
    await eventually(look, ({ status }) => status === 401);
    expect((await look()).status).toBe(401);
  });

  it("passes on what is allowed, whatever the path looks like", async ({ expect }) => {
    await makePod("web-6", "127.0.1.10", { "iam.amazonaws.com/role": "web" });
    for (const path of [
      "/latest/user-data",
      "/latest/meta-data/iam/info",
      "/latest/meta-data//iam/security-credentials/node",
      "/latest/meta-data/placement/%2e%2e/iam/info",
      "/latest/meta-data/placement/../iam/info",
      "/latest/dynamic/instance-identity/document",
      "/",
    ])
      expect((await get("127.0.1.10", path)).status, path).toBe(404);
    // Allowed, and nobody is there.
    expect((await get("127.0.1.10", "/latest/meta-data/placement/region")).status).toBe(502);
  });

  it("never gives an address's next pod what the last one had", async ({ expect }) => {
    const address = "127.0.2.1";
    for (let turn = 0; turn < 20; turn += 1) {
      const role = turn % 2 === 0 ? "web" : "api";
      await makePod(`turn-${turn}`, address, { "iam.amazonaws.com/role": role });
      // At once: the proxy's copy may still hold the pod before.
      const held = (await token(address)).body;
      const read = (text: string): Promise<Answer> =>
        ask(address, "GET", credentialsPath, { "x-aws-ec2-metadata-token": text });
      const seen = await eventually(
        () => read(held),
        ({ status }) => status !== 401,
      );
      expect(seen).toEqual({ status: 200, body: role });
      await removePod(`turn-${turn}`);
      const after = await eventually(
        () => read(held),
        ({ status }) => status === 401,
      );
      expect(after.status).toBe(401);
    }
  });

  it("serves what it has while STS is away, opens nothing, and recovers", async ({ expect }) => {
    await makePod("steady", "127.0.3.1", { "iam.amazonaws.com/role": "web" });
    expect((await get("127.0.3.1", `${credentialsPath}web`)).status).toBe(200);
    const { id } = sandbox.faults.add({
      service: "sts",
      effect: { kind: "error", code: "AccessDenied", message: "away" },
    });
    await makePod("late", "127.0.3.2", { "iam.amazonaws.com/role": "api" });
    expect((await get("127.0.3.1", `${credentialsPath}web`)).status).toBe(200);
    expect((await get("127.0.3.2", `${credentialsPath}api`)).status).toBe(500);
    sandbox.faults.remove(id);
    const back = await eventually(
      () => get("127.0.3.2", `${credentialsPath}api`),
      ({ status }) => status === 200,
    );
    expect(JSON.parse(back.body)).toMatchObject({ Code: "Success" });
  });

  it("has a pod's credentials before it asks", async ({ expect }) => {
    makeRole("away-early");
    const match = { RoleArn: arnOf("away-early") };
    const { id } = sandbox.faults.add({ service: "sts", match, effect: { kind: "delay", milliseconds: 1 } });
    await makePod("early", "127.0.5.9", { "iam.amazonaws.com/role": "away-early" });
    const calls = (): number => sandbox.faults.list().find((rule) => rule.id === id)?.hits ?? 0;
    await eventually(() => Promise.resolve(calls()), Boolean);
    expect((await get("127.0.5.9", `${credentialsPath}away-early`)).status).toBe(200);
    expect(calls()).toBe(1);
    sandbox.faults.remove(id);
  });

  const away = "lets nobody wait for an STS that throttles, is broken or hangs up, and has what it said afterwards";
  it(away, async ({ expect }) => {
    const kinds = {
      throttled: { kind: "throttle" },
      broken: { kind: "error", code: "InternalFailure", status: 500 },
      gone: { kind: "drop" },
      slow: { kind: "delay", milliseconds: 60_000 },
    } as const;
    const waiting = Object.entries(kinds).map(async ([name, effect], i) => {
      const [address, role] = [`127.0.5.${i + 1}`, `away-${name}`];
      makeRole(role);
      const { id } = sandbox.faults.add({ service: "sts", match: { RoleArn: arnOf(role) }, effect });
      await makePod(role, address, { "iam.amazonaws.com/role": role });
      const meanwhile = await get(address, `${credentialsPath}${role}`);
      sandbox.faults.remove(id);
      // What is on its way to a slow one takes its time.
      if (name !== "slow")
        await eventually(
          () => get(address, `${credentialsPath}${role}`),
          ({ status }) => status === 200,
        );
      return [name, meanwhile.status, meanwhile.body.includes("AccessKeyId")];
    });
    expect(await Promise.all(waiting)).toEqual(Object.keys(kinds).map((name) => [name, 500, false]));
  });

  describe.for(["iptables", "nftables"] as const)("with rules of %s", (firewall) => {
    const missing = namespacesMissing(["iptables", "ip6tables", "nft"]);
    const title = "sees every packet of a pod in both families, sets its rules again, and leaves them when it is gone";
    it.skipIf(missing)(missing ? `skipped: ${missing}` : title, async ({ expect }) => {
      const host = openNode();
      const { endpoint } = sandbox;
      const giveBack = lendPorts(
        host,
        mkdtempSync(join(folder, "node-")),
        [endpoint, kube.server].map((url) => Number(new URL(url).port)),
      );
      const number = firewall === "iptables" ? 1 : 2;
      // One has both, and the other one only IPv6, as on a cluster of that family.
      const addresses = {
        web: [`10.99.${number}.1`, `fd99:${number}::1`],
        api: [`fd99:${number}::2`],
      };
      const curl = (more: string, seconds = 5): string => `curl -g -s -m ${seconds} ${more}`;
      const [four, six] = ["http://169.254.169.254/latest", "http://[fd00:ec2::254]/latest"] as const;
      const roleBy = (base: string, seconds?: number): string =>
        `TOKEN=$(${curl(`-X PUT -H 'x-aws-ec2-metadata-token-ttl-seconds: 60' ${base}/api/token`, seconds)}); ` +
        `${curl(`-H "x-aws-ec2-metadata-token: $TOKEN" ${base}/meta-data/iam/security-credentials/`, seconds)}; echo " $?"`;
      // What pods get where nobody stands between.
      const answering = `require("node:http").createServer((_, answer) => answer.end("the node")).listen(80, "::")`;
      host.pod("ec2", ["169.254.169.254", "fd00:ec2::254"], "ens");
      const metadata = host.start([process.execPath, "-e", answering], {}, "ec2");
      const proxies = new Set<ChildProcess>();
      const { accessKeyId, secretAccessKey } = sandbox.credentials;
      /** A proxy on the node; returns how often it has set its rules, and what ends it. */
      const start = (hostAddresses: string): { rules(times: number): Promise<unknown>; end(): Promise<void> } => {
        const flags = {
          kubeconfig: join(folder, "kubeconfig"),
          node,
          firewall,
          "host-ip": hostAddresses,
          "base-role-arn": arnOf(""),
          "log-level": "debug",
        };
        const words = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
        const program = host.start([process.execPath, "dist/lotse.js", "controller", "metadata-proxy", ...words], {
          AWS_ENDPOINT_URL: endpoint,
          AWS_REGION: sandbox.region,
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
        });
        proxies.add(program);
        let output = "";
        for (const stream of [program.stdout, program.stderr])
          stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
        const ended = new Promise<void>((done) => program.once("exit", () => done()));
        return {
          rules: (times) =>
            eventually(
              async () => [output.match(/the rules are set/g)?.length ?? 0, output] as const,
              ([seen]) => seen === times,
            ),
          end: async () => {
            program.kill("SIGTERM");
            await ended;
            proxies.delete(program);
          },
        };
      };
      try {
        const web = host.pod("web", addresses.web);
        const api = host.pod("api", addresses.api);
        const neighbour = host.pod("next", [`10.99.${number}.9`, `fd99:${number}::9`], "eth");
        // The VPC CNI gives pods of IPv6 clusters a second interface, whose packets of IPv4 leave with the node's address.
        const aside = host.pod("egress", [`10.99.${number}.3`, `fd99:${number}::3`], "veth");
        await makePod(`${firewall}-web`, addresses.web, { "iam.amazonaws.com/role": "web" });
        await makePod(`${firewall}-api`, addresses.api, { "iam.amazonaws.com/role": "api" });
        const gets = (inside: typeof web, base: string, wanted: string): Promise<string> =>
          eventually(
            async () => (await inside(roleBy(base))).output,
            (text) => text === wanted,
          );
        for (const inside of [web, aside]) for (const base of [four, six]) await gets(inside, base, "the node 0\n");
        const noneAside = async (): Promise<void> => {
          const asked = [four, six].map((base) => aside(`${curl(`${base}/meta-data/`, 1)}; echo " $?"`));
          expect((await Promise.all(asked)).map(({ output }) => output)).toEqual([" 28\n", " 28\n"]);
        };
        const other = {
          iptables: ["lotse_metadata_proxy", "nft add table inet lotse_metadata_proxy"],
          nftables: [
            "lotse-metadata-proxy",
            "iptables -t nat -A PREROUTING -i eni+ -m comment --comment lotse-metadata-proxy -j ACCEPT",
          ],
        } as const;
        const [left, leave] = other[firewall];
        const tables = async (): Promise<string> => (await host.run("nft list tables; iptables-save")).output;
        await host.run(leave);
        expect(await tables()).toContain(left);
        // The node's address of IPv4 is all that the proxy knows: what it can't answer it shuts.
        const first = start(host.address);
        await first.rules(1);
        await gets(web, four, "web 0\n");
        for (const inside of [web, api]) expect((await inside(roleBy(six, 1))).output).toBe(" 28\n");
        await noneAside();
        // A proxy of the other kind was here before.
        expect(await tables()).not.toContain(left);
        await first.end();
        const second = start(`${host.address},${host.address6}`);
        await second.rules(1);
        await gets(web, four, "web 0\n");
        await gets(web, six, "web 0\n");
        await gets(api, six, "api 0\n");
        await noneAside();
        // The node has the metadata as before.
        for (const base of [four, six]) await gets(host.run, base, "the node 0\n");
        // The node itself gets through to the port; neighbours that aren't its pods don't.
        for (const address of [host.address, `[${host.address6}]`]) {
          const code = (seconds?: number): string =>
            curl(`-o /dev/null -w '%{http_code}' http://${address}:8181/latest/meta-data/`, seconds);
          expect((await host.run(code())).output).toBe("401");
          expect((await neighbour(`${code(1)}; echo " $?"`)).output).toBe("000 28\n");
        }
        // Somebody takes the rules away.
        const flush = ["iptables", "ip6tables"].map((each) => `${each} -t nat -F PREROUTING`).join("; ");
        await host.run(firewall === "iptables" ? flush : "nft flush ruleset");
        await second.rules(2);
        await gets(web, four, "web 0\n");
        await gets(api, six, "api 0\n");
        await second.end();
        // Nothing is better than the node's role.
        for (const base of [four, six]) expect((await web(roleBy(base))).output).toBe(" 7\n");
        await noneAside();
      } finally {
        for (const program of [...proxies, metadata]) program.kill("SIGKILL");
        giveBack();
        host.close();
      }
    });
  });

  const soaks = process.env["LOTSE_SOAK"] !== undefined;
  const [pods, minutes] = soaks ? [1000, 10] : [10, 0];
  const title = `gives ${pods} pods that come and go, ${minutes} minutes long, their own roles' credentials, with the webhook${soaks ? ", and stays as large" : ""}`;
  it(title, { timeout: 30 * 60_000 }, async ({ expect }) => {
    const place = join(folder, "churn");
    const { lives, answers, wrong, memory } = await churn({
      sandbox,
      send,
      kube,
      cluster: "proxied",
      node,
      folder: place,
      pods,
      minutes,
    });
    console.log(`${lives} pods, ${pods} at a time; ${answers} answers, ${wrong.length} wrong`);
    for (const [name, { heap, resident }] of Object.entries(memory)) {
      const [used, whole] = [thirds(heap), thirds(resident)];
      console.log(
        `${name}: heap ${used.first.toFixed(1)} → ${used.last.toFixed(1)} MiB, resident ${whole.first.toFixed(1)} → ${whole.last.toFixed(1)} MiB, ${heap.length} samples`,
      );
      // What a process keeps shows after minutes: until then it is still warming up.
      if (!soaks) continue;
      // A tenth is how far apart two collections' results are; a kilobyte kept of each pod would be many mebibytes.
      expect(used.last, name).toBeLessThan(used.first * 1.1 + 1);
      // Pages that a collection frees stay with the process for a while.
      expect(whole.last, name).toBeLessThan(whole.first * 1.25);
    }
    expect(wrong).toEqual([]);
    expect(lives).toBeGreaterThanOrEqual(3 * pods);
  });

  it("takes the start-up taint from its node", async ({ expect }) => {
    const found = await eventually(
      () => kube.get<KubeObject & { spec: { taints?: { key: string }[] } }>(resources.nodes, { name: node }),
      ({ spec }) => !spec.taints?.some(({ key }) => key === "lotse.dev/metadata-proxy"),
    );
    expect(found.metadata.name).toBe(node);
  });

  it("writes no secret into its log", ({ expect }) => {
    expect(proxy.log()).not.toMatch(/SecretAccessKey|ASIA[A-Z0-9]{16}/);
  });
});
