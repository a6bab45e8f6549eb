// The role `authenticator` with the backends that live in a cluster (aws-auth, IAMIdentityMapping objects), and with nodes
// whose names EC2 knows.
import { writeFileSync, readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { afterAll, beforeAll, describe, it } from "vitest";
import { manifestOptions, objectsOf, roleNamed } from "../../src/controllers/index.ts";
import { bearerToken } from "../../src/identity/index.ts";
import type { Kube, KubeObject, Resource } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import type { Send } from "../helpers/eks-by-api.ts";
import { makeCluster, makeGroup, senderOf } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import type { StartedRole } from "../helpers/roles.ts";
import { listening, startRole, temporaryFolder } from "../helpers/roles.ts";

const kubernetes = await kubernetesOr("1.35");
const account = "123456789012";
const region = "eu-central-1";
const arnOf = (role: string): string => `arn:aws:iam::${account}:role/${role}`;

const mappings: Resource = {
  group: "iamauthenticator.k8s.aws",
  version: "v1alpha1",
  plural: "iamidentitymappings",
  kind: "IAMIdentityMapping",
  namespaced: false,
};
interface Mapping extends KubeObject {
  spec: { arn: string; username: string; groups?: string[] };
  status?: { canonicalARN?: string };
}
interface Status {
  authenticated?: boolean;
  error?: string;
  user?: { username?: string; groups?: string[] };
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "the authenticator", () => {
  let sandbox: Sandbox;
  let send: Send;
  let kube: Kube;
  let role: StartedRole;
  let agent: Agent;
  let url: string;
  const folder = temporaryFolder();
  const file = (name: string): string => `${folder.path}/${name}`;
  const awsAuth = { namespace: "kube-system", name: "aws-auth" };

  beforeAll(async () => {
    sandbox = await createSandbox({ region, account });
    send = senderOf(sandbox);
    const made = makeCluster(sandbox, "shop");
    makeGroup(sandbox, made, "workers", 1);
    kube = kubeOf({ sandbox, send }, "shop");
    const { cluster } = send<{ cluster: { endpoint: string; certificateAuthority: { data: string } } }>(
      "eks",
      "DescribeCluster",
      { name: "shop" },
    );
    const { credentials } = sandbox;
    const { token } = bearerToken({ cluster: "shop", region, credentials, at: Date.now() });
    const kubeconfig = {
      "current-context": "shop",
      clusters: [
        {
          name: "shop",
          cluster: { server: cluster.endpoint, "certificate-authority-data": cluster.certificateAuthority.data },
        },
      ],
      users: [{ name: "me", user: { token } }],
      contexts: [{ name: "shop", context: { cluster: "shop", user: "me" } }],
    };
    writeFileSync(file("kubeconfig"), JSON.stringify(kubeconfig));
    const config = {
      clusterID: "own",
      server: {
        port: 0,
        stateDir: folder.path,
        kubeconfigPregenerated: true,
        kubeconfig: file("kubeconfig"),
        backendMode: ["CRD", "EKSConfigMap"],
      },
    };
    writeFileSync(file("config.yaml"), JSON.stringify(config));
    // The kind of the backend CRD comes with the role's manifests.
    const authenticator = roleNamed("authenticator");
    const definition = (authenticator ? objectsOf(authenticator, manifestOptions({})) : []).find(
      (object) => (object as KubeObject).kind === "CustomResourceDefinition",
    ) as KubeObject;
    const kind = {
      group: "apiextensions.k8s.io",
      version: "v1",
      plural: "customresourcedefinitions",
      kind: "CustomResourceDefinition",
      namespaced: false,
    };
    await kube.apply(kind, definition);
    role = await startRole("authenticator", ["-c", file("config.yaml"), `--sts-endpoint=${sandbox.endpoint}`], {
      env: {
        AWS_REGION: region,
        AWS_ENDPOINT_URL: sandbox.endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    });
    url = `https://localhost:${await listening(role, "authenticator")}/authenticate`;
    agent = new Agent({ keepAlive: true, ca: readFileSync(file("cert.pem")) });
  }, 120_000);

  afterAll(async () => {
    agent?.destroy();
    await role?.stop();
    kube?.close();
    await sandbox?.close();
    folder.remove();
  });

  /** A role of the account that may be assumed, and a token of a session of it. */
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }],
  });
  const tokenOf = (name: string, RoleSessionName: string): string => {
    const { Credentials } = send<{
      Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
    }>("sts", "AssumeRole", { RoleArn: arnOf(name), RoleSessionName });
    const credentials = {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
    };
    return bearerToken({ cluster: "own", region, credentials, at: Date.now(), endpoint: sandbox.endpoint }).token;
  };
  const ask = (token: string): Promise<Status> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method: "POST", agent }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.once("end", () => resolve((JSON.parse(text) as { status: Status }).status));
      });
      sent.once("error", reject);
      sent.end(JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } }));
    });

  it("goes by aws-auth as it is now", async ({ expect }) => {
    send("iam", "CreateRole", { RoleName: "dev", AssumeRolePolicyDocument: trust });
    const token = tokenOf("dev", "ann@example.com");
    expect((await ask(token)).error).toContain("identity is not mapped");
    const mapRoles = (username: string): string =>
      `- rolearn: ${arnOf("dev")}\n  username: ${username}\n  groups: ["{{AccountID}}"]\n`;
    const found = await kube.find<KubeObject & { data?: Record<string, string> }>(resources.configMaps, awsAuth);
    const data = { ...found?.data, mapRoles: (found?.data?.["mapRoles"] ?? "") + mapRoles("dev:{{SessionName}}") };
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: awsAuth, data };
    await kube.apply(resources.configMaps, map, { force: true });
    const status = await eventually(
      () => ask(token),
      ({ authenticated }) => authenticated === true,
    );
    expect(status.user).toMatchObject({ username: "dev:ann-example.com", groups: [account] });
    await kube.delete(resources.configMaps, awsAuth);
    await eventually(
      () => ask(token),
      ({ authenticated }) => !authenticated,
    );
  });

  it("goes by IAMIdentityMapping objects, and says whom they are", async ({ expect }) => {
    send("iam", "CreateRole", { RoleName: "Ops", AssumeRolePolicyDocument: trust });
    const spec = { arn: `arn:aws:sts::${account}:assumed-role/Ops/somebody`, username: "ops", groups: ["operators"] };
    const object: Mapping = {
      apiVersion: "iamauthenticator.k8s.aws/v1alpha1",
      kind: mappings.kind,
      metadata: { name: "ops" },
      spec,
    };
    await eventually(
      () =>
        kube.create(mappings, object).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
    const written = await eventually(
      () => kube.get<Mapping>(mappings, { name: "ops" }),
      ({ status }) => status?.canonicalARN !== undefined,
    );
    expect(written.status?.canonicalARN).toBe(arnOf("Ops").toLowerCase());
    const status = await eventually(
      () => ask(tokenOf("Ops", "night")),
      ({ authenticated }) => authenticated === true,
    );
    expect(status.user).toMatchObject({ username: "ops", groups: ["operators"] });
  });

  it("lets instances be the nodes that they are, and nobody else", async ({ expect }) => {
    const { Reservations } = send<{
      Reservations: {
        Instances: { InstanceId: string; PrivateDnsName: string; IamInstanceProfile: { Arn: string } }[];
      }[];
    }>("ec2", "DescribeInstances", {});
    const [instance] = Reservations.flatMap(({ Instances }) => Instances);
    const profile = instance?.IamInstanceProfile.Arn ?? "";
    const { InstanceProfile } = send<{ InstanceProfile: { Roles: { RoleName: string }[] } }>(
      "iam",
      "GetInstanceProfile",
      { InstanceProfileName: profile.slice(profile.lastIndexOf("/") + 1) },
    );
    const nodeRole = InstanceProfile.Roles[0]?.RoleName ?? "";
    // So that this test can be the instance, and as whoever may assume the role could be it.
    send("iam", "UpdateAssumeRolePolicy", { RoleName: nodeRole, PolicyDocument: trust });
    send("iam", "CreateRole", { RoleName: "imitator", AssumeRolePolicyDocument: trust });
    const node = (rolearn: string): string =>
      `- rolearn: ${rolearn}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: [system:nodes]\n`;
    const data = { mapRoles: node(arnOf(nodeRole)) + node(arnOf("imitator")) };
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: awsAuth, data };
    await kube.apply(resources.configMaps, map, { force: true });
    const id = instance?.InstanceId ?? "";
    const status = await eventually(
      () => ask(tokenOf(nodeRole, id)),
      ({ authenticated }) => authenticated === true,
    );
    expect(status.user).toMatchObject({
      username: `system:node:${instance?.PrivateDnsName}`,
      groups: ["system:nodes"],
    });
    expect((await ask(tokenOf("imitator", id))).error).toContain(`instance ${id} runs with ${arnOf(nodeRole)}`);
    expect((await ask(tokenOf(nodeRole, "i-00000000000000000"))).error).toContain("has no private DNS name");
    expect((await ask(tokenOf(nodeRole, "not-an-instance"))).error).toContain("did not contain an instance id");
    const { text } = await role.probe("metrics");
    expect(text).toMatch(/aws_iam_authenticator_ec2_describe_instances_calls_total 2\n/);
  });
});
