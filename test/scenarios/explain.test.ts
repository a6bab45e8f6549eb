// `lotse explain principal` and reality never differ: random entries, aws-auth items and bindings in a living cluster, where
// everybody asks for themselves with a token of their own.
import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { describeCluster } from "../../src/access/index.ts";
import { randomised } from "../../src/base/testing.ts";
import type { PrincipalExplanation, PrincipalQuestion } from "../../src/explain/index.ts";
import {
  askPod,
  explainPrincipal,
  mappedUserOf,
  readPrincipalWorld,
  readWanted,
  review,
} from "../../src/explain/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { execAsPod } from "../../src/sandbox/exec/run.ts";
import type { SandboxCredentials } from "../../src/sandbox/index.ts";
import type { PrincipalCase } from "../explain/principal-cases.ts";
import { carryOutLine } from "../explain/principal-changes.ts";
import { principalCase } from "../explain/principal-cases.ts";
import { makeCluster, makeGroup } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import type { World } from "../helpers/world.ts";
import { openWorld } from "../helpers/world.ts";

const kubernetes = await kubernetesOr("1.35");
const rbac = "rbac.authorization.k8s.io";
const account = "123456789012";

interface Made {
  at: number;
  case: PrincipalCase;
  role: string;
  question: PrincipalQuestion;
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "explaining somebody", { timeout: 1_200_000 }, () => {
  const { seed, numRuns: wanted } = randomised(20);
  // Each case reads all bindings there are: the work grows with the square.
  const numRuns = Math.min(wanted, 200);
  let world: World;
  let kube: Kube;

  beforeAll(async () => {
    world = await openWorld({ account, listen: true });
    makeGroup(world.sandbox, makeCluster(world.sandbox, "quay", { version: "1.35" }), "workers", 1);
    kube = kubeOf(world, "quay");
    for (const name of ["east", "west"])
      await kube.create(resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }, 300_000);
  afterAll(async () => {
    kube?.close();
    await world?.close();
  });

  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
  });
  const makeRole = (RoleName: string, Path: string): void => {
    world.send("iam", "CreateRole", { RoleName, Path, AssumeRolePolicyDocument: trust });
  };
  const credentialsOf = (RoleArn: string): SandboxCredentials => {
    const { Credentials } = world.send<{
      Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
    }>("sts", "AssumeRole", { RoleArn, RoleSessionName: "app" });
    const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials;
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  };

  /** Everybody has a name of his own: what is proposed for one changes nothing for another. Nobody gets one of EKS's. */
  const named = (text: string, at: number): string => (text.startsWith("eks:") ? text : `${text}-${at}`);

  function makeEntry(one: PrincipalCase, at: number, principalArn: string): void {
    if (!one.entry) return;
    const { username, group, policies } = one.entry;
    world.send("eks", "CreateAccessEntry", {
      clusterName: "quay",
      principalArn,
      ...(username === undefined ? {} : { username: named(username, at) }),
      ...(group ? { kubernetesGroups: [`group-${at}`] } : {}),
    });
    for (const { name, namespaces } of policies) {
      world.send("eks", "AssociateAccessPolicy", {
        clusterName: "quay",
        principalArn,
        policyArn: `arn:aws:eks::aws:cluster-access-policy/${name}`,
        accessScope: namespaces.length === 0 ? { type: "cluster" } : { type: "namespace", namespaces },
      });
    }
  }

  function itemOf({ mapping, path }: PrincipalCase, at: number): string {
    if (!mapping) return "";
    const name = `who-${at}`;
    const arns = {
      right: `arn:aws:iam::${account}:role/${name}`,
      path: `arn:aws:iam::${account}:role${path === "/" ? "/team/" : path}${name}`,
      session: `arn:aws:sts::${account}:assumed-role/${name}/app`,
      account: `arn:aws:iam::999988887777:role/${name}`,
      partition: `arn:aws-cn:iam::${account}:role/${name}`,
      star: `arn:aws:iam::${account}:role/${name.slice(0, -1)}*`,
    };
    const groups = mapping.groups.map((group) => (group === "group" ? `group-${at}` : group));
    const item = { rolearn: arns[mapping.how], username: named(mapping.username, at), groups };
    return `- ${JSON.stringify(item)}\n`;
  }

  async function makeBindings(one: PrincipalCase, at: number): Promise<void> {
    const subjects = {
      group: { kind: "Group", name: `group-${at}` },
      user: { kind: "User", name: `user-${at}` },
      arn: { kind: "User", name: `arn:aws:sts::${account}:assumed-role/who-${at}/app` },
      everybody: { kind: "Group", name: "system:authenticated" },
      nobody: { kind: "User", name: `nobody-${at}` },
    };
    for (const [i, { cluster, clusterRole, namespace, subject, rule }] of one.bindings.entries()) {
      const name = `case-${at}-${i}`;
      const wide = cluster || clusterRole;
      const role = { apiVersion: `${rbac}/v1`, metadata: { name, ...(wide ? {} : { namespace }) }, rules: [rule] };
      if (wide) await kube.create(resources.clusterRoles, { ...role, kind: "ClusterRole" });
      else await kube.create(resources.roles, { ...role, kind: "Role" });
      const binding = {
        apiVersion: `${rbac}/v1`,
        metadata: { name, ...(cluster ? {} : { namespace }) },
        roleRef: { apiGroup: rbac, kind: wide ? "ClusterRole" : "Role", name },
        subjects: [{ ...subjects[subject], apiGroup: rbac }],
      };
      if (cluster) await kube.create(resources.clusterRoleBindings, { ...binding, kind: "ClusterRoleBinding" });
      else await kube.create(resources.roleBindings, { ...binding, kind: "RoleBinding" });
    }
  }

  /** What really happens: their own token, their own question. */
  async function reality({ role, question }: Made): Promise<boolean> {
    const mine = kubeOf(world, "quay", credentialsOf(role));
    const { wanted } = question;
    const attributes =
      wanted.kind === "path"
        ? { nonResourceAttributes: { path: wanted.path, verb: wanted.verb } }
        : {
            resourceAttributes: {
              verb: wanted.verb,
              group: wanted.group,
              resource: wanted.resource,
              subresource: wanted.subresource,
              name: wanted.name,
              namespace: wanted.namespace,
            },
          };
    try {
      const answer = await mine.connection.send<{ status: { allowed: boolean } }>({
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: attributes },
        what: "ask for oneself",
      });
      return answer.status.allowed;
    } catch (error) {
      if ((error as { code?: string }).code !== "kube/unauthorized") throw error;
      return false;
    } finally {
      mine.close();
    }
  }

  /** What is explained, once the API server says the same of what was read: it keeps its webhook's answers for 5 s. */
  async function explained({ question }: Made): Promise<PrincipalExplanation> {
    const { own } = await eventually(
      async () => {
        const facts = await readPrincipalWorld(world.aws, kube, await describeCluster(world.aws, "quay"), question);
        const mapped = mappedUserOf(facts, question);
        const asked = mapped && { ...question, review: await review(kube, facts, question, mapped) };
        const steps = asked ? explainPrincipal(facts, asked).steps : [];
        const disagreement = steps.find(({ code }) => code === "explain/review-disagrees")?.text;
        return { disagreement, own: explainPrincipal(facts, question) };
      },
      ({ disagreement }) => disagreement === undefined,
    );
    return own;
  }

  /** Answers that the proposed changes have turned, worked out; how many. */
  async function compare(all: readonly Made[]): Promise<{ allowed: number; denied: number; turned: number }> {
    const seen = { allowed: 0, denied: 0, turned: 0 };
    for (const one of all) {
      const [answer, real] = [await explained(one), await reality(one)];
      const told = `${JSON.stringify(one.case, null, 1)}\n${JSON.stringify(answer, null, 1)}\nreally ${real}`;
      if (answer.verdict !== (real ? "allow" : "deny")) throw new Error(told);
      seen[real ? "allowed" : "denied"] += 1;
      if (answer.remedy?.proven) seen.turned += 1;
    }
    return seen;
  }

  /** Does what is proposed, case by case; then reality has to turn each time. How many. */
  async function turn(all: readonly Made[]): Promise<number> {
    const begun: { one: Made; answer: PrincipalExplanation }[] = [];
    for (const one of all) {
      const answer = await explained(one);
      if (!answer.remedy?.proven) continue;
      for (const { command = "" } of answer.remedy.changes) await carryOutLine(world, kube, command);
      begun.push({ one, answer });
    }
    for (const { one, answer } of begun) {
      const turned = answer.remedy?.turns === "allow";
      const told = `${JSON.stringify(one.case)} ${JSON.stringify(answer, null, 1)}`;
      await eventually(
        async () => ({ really: await reality(one), told }),
        ({ really }) => really === turned,
      );
    }
    return begun.length;
  }

  it("knows whose role a pod has: by annotation, by association, by its node", async ({ expect }) => {
    const { cluster } = world.send<{ cluster: { identity: { oidc: { issuer: string } } } }>("eks", "DescribeCluster", {
      name: "quay",
    });
    const { issuer } = cluster.identity.oidc;
    const provider = `arn:aws:iam::${account}:oidc-provider/${issuer.replace("https://", "")}`;
    world.send("iam", "CreateOpenIDConnectProvider", { Url: issuer, ClientIDList: ["sts.amazonaws.com"] });
    const trusting = (RoleName: string, Principal: object, Action: string[]): string => {
      const AssumeRolePolicyDocument = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal, Action }],
      });
      world.send("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument });
      return `arn:aws:iam::${account}:role/${RoleName}`;
    };
    const noted = trusting("noted", { Federated: provider }, ["sts:AssumeRoleWithWebIdentity"]);
    const bound = trusting("bound", { Service: "pods.eks.amazonaws.com" }, ["sts:AssumeRole", "sts:TagSession"]);
    world.send("eks", "CreatePodIdentityAssociation", {
      clusterName: "quay",
      namespace: "east",
      serviceAccount: "bound",
      roleArn: bound,
    });
    const accounts: Readonly<Record<string, Record<string, string>>> = {
      noted: { "eks.amazonaws.com/role-arn": noted },
      bound: {},
      plain: {},
    };
    for (const [name, annotations] of Object.entries(accounts)) {
      const metadata = { name, namespace: "east", annotations };
      await kube.create(resources.serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata });
      await kube.create(resources.pods, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "east" },
        spec: { serviceAccountName: name, containers: [{ name: "app", image: "app:1" }] },
      } as never);
    }
    for (const name of Object.keys(accounts)) {
      await eventually(
        async () => kube.get<KubeObject & { spec: { nodeName?: string } }>(resources.pods, { namespace: "east", name }),
        ({ spec }) => spec.nodeName !== undefined,
      );
      const question = { action: "s3:ListAllMyBuckets", resource: "*", now: Date.now() };
      const answer = await askPod(world.aws, "quay", { namespace: "east", name }, question);
      let said = "";
      await execAsPod({
        endpoint: world.sandbox.endpoint,
        cluster: "quay",
        pod: `east/${name}`,
        command: [process.execPath, "-e", whoAmI],
        env: { PATH: process.env["PATH"] },
        stdio: "pipe",
        onStart: (child) => child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString())),
      });
      const role = /I am arn:aws:sts::\d+:assumed-role\/([^/]+)\//.exec(said)?.[1];
      expect(role, `${said}\n${JSON.stringify(answer, null, 1)}`).toBe(answer.roleArn?.split("/").at(-1));
    }
  });

  it(`says what really happens (seed ${seed})`, async ({ expect }) => {
    const made: Made[] = [];
    let map = "";
    for (const [at, one] of fc.sample(principalCase, { seed, numRuns }).entries()) {
      const role = `arn:aws:iam::${account}:role${one.path}who-${at}`;
      makeRole(`who-${at}`, one.path);
      makeEntry(one, at, role);
      if (one.stale) {
        world.sandbox.advance(5);
        world.send("iam", "DeleteRole", { RoleName: `who-${at}` });
        makeRole(`who-${at}`, one.path);
      }
      map += itemOf(one, at);
      await makeBindings(one, at);
      const wanted = readWanted(one.verb, one.resource, { namespace: one.namespace });
      const arn = one.asRole ? role : `arn:aws:sts::${account}:assumed-role/who-${at}/app`;
      made.push({ at, case: one, role, question: { arn, wanted, ...(one.asRole ? { sessionName: "app" } : {}) } });
    }
    // Whoever comes last tells when the API server has seen them all: one of each kind, and an item at the end of the map.
    const last: PrincipalCase = {
      path: "/",
      stale: false,
      entry: undefined,
      mapping: { how: "right", username: "user", groups: ["group"] },
      bindings: [
        { cluster: true, clusterRole: true, namespace: "east", subject: "group", rule: rule("pods") },
        { cluster: false, clusterRole: false, namespace: "east", subject: "group", rule: rule("secrets") },
      ],
      verb: "get",
      resource: "pods",
      namespace: "east",
      asRole: true,
    };
    const at = numRuns;
    makeRole(`who-${at}`, "/");
    const role = `arn:aws:iam::${account}:role/who-${at}`;
    await makeBindings(last, at);
    const data = { mapRoles: `${map}${itemOf(last, at)}` };
    await kube.apply(resources.configMaps, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "aws-auth", namespace: "kube-system" },
      data,
    } as never);
    for (const resource of ["pods", "secrets"]) {
      const question = { arn: role, wanted: readWanted("get", resource, { namespace: "east" }) };
      await eventually(() => reality({ at, case: last, role, question }), Boolean);
    }
    const first = await compare(made);
    const turned = await turn(made.slice(0, 40));
    console.log(`API_AND_CONFIG_MAP: ${JSON.stringify(first)}; turned for real ${turned}`);
    // Nearly every answer comes with a change that turns it.
    expect(turned).toBeGreaterThan(0);
    world.send("eks", "UpdateClusterConfig", { name: "quay", accessConfig: { authenticationMode: "API" } });
    world.sandbox.clock.settle();
    const question = { arn: role, wanted: readWanted("get", "pods", { namespace: "east" }) };
    await eventually(
      () => reality({ at, case: last, role, question }),
      (allowed) => !allowed,
    );
    const second = await compare(made);
    console.log(`API: ${JSON.stringify(second)}`);
    expect(first.allowed + first.denied).toBe(numRuns);
    expect(second.allowed).toBeLessThanOrEqual(first.allowed + first.denied);
  });
});

/** Says who it is, as any program with an SDK in a container would find out. */
const whoAmI = `import("@aws-sdk/client-sts").then(async ({ STSClient, GetCallerIdentityCommand }) => {
  const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  console.log("I am " + Arn);
});`;

const rule = (resource: string): PrincipalCase["bindings"][number]["rule"] => ({
  verbs: ["get"],
  apiGroups: [""],
  resources: [resource],
});
