// What EKS's settings do to a living control plane: logs, endpoint access, issuer, memory.
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr, program, scratchFolder, writePrograms } from "../../src/sandbox/kube/assets/testing.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import { makeCluster } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import type { World } from "../helpers/world.ts";
import { openWorld } from "../helpers/world.ts";

const kubernetes = await kubernetesOr("1.36");

const file = (name: string): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: ${name}, region: eu-central-1, version: "1.36" }
cloudWatch: { clusterLogging: { enableTypes: [audit, authenticator] } }
iam: { withOIDC: true }
`;

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a control plane", () => {
  let world: World;
  let kube: Kube;

  beforeAll(async () => {
    world = await openWorld({ kubernetes: { memoryLimit: 900 } });
    await world.apply(file("shop"));
    kube = kubeOf(world, "shop");
    await kube.version();
  });

  afterAll(async () => {
    kube?.close();
    await world?.close();
  });

  const streamOf = (prefix: string): { events: { message: string }[] } => {
    const logGroupName = "/aws/eks/shop/cluster";
    const { logStreams } = world.send<{ logStreams: { logStreamName: string }[] }>(
      "cloudwatch-logs",
      "DescribeLogStreams",
      { logGroupName, logStreamNamePrefix: prefix },
    );
    const logStreamName = logStreams[0]?.logStreamName ?? "";
    return world.send("cloudwatch-logs", "GetLogEvents", { logGroupName, logStreamName });
  };

  it("writes the log types that are on into the cluster's log group", async ({ expect }) => {
    await eventually(
      async () => {
        await kube.list(resources.configMaps, { namespace: "default" });
        return streamOf("kube-apiserver-audit-").events;
      },
      (events) => events.some(({ message }) => message.includes('"requestURI":"/api/v1/namespaces/default/configmaps')),
    );
    const { events } = streamOf("authenticator-");
    expect(
      events.some(({ message }) =>
        message.includes('msg="access granted" arn="arn:aws:iam::123456789012:user/administrator"'),
      ),
    ).toBe(true);
    expect(events.some(({ message }) => message.includes("k8s-aws-v1"))).toBe(false);
  });

  it("signs tokens of service accounts that STS takes for the roles that trust them", async ({ expect }) => {
    const { status } = await kube.post<{ status: { token: string } }>(
      resources.serviceAccounts,
      { namespace: "default", name: "default" },
      "token",
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences: ["sts.amazonaws.com"] } },
    );
    const { cluster } = world.send<{ cluster: { identity: { oidc: { issuer: string } } } }>("eks", "DescribeCluster", {
      name: "shop",
    });
    const issuer = cluster.identity.oidc.issuer.replace("https://", "");
    const trust = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: { StringEquals: { [`${issuer}:sub`]: "system:serviceaccount:default:default" } },
        },
      ],
    };
    const { Role } = world.send<{ Role: { Arn: string } }>("iam", "CreateRole", {
      RoleName: "pod",
      AssumeRolePolicyDocument: JSON.stringify(trust),
    });
    const session = world.send<{ SubjectFromWebIdentityToken: string }>("sts", "AssumeRoleWithWebIdentity", {
      RoleArn: Role.Arn,
      RoleSessionName: "test",
      WebIdentityToken: status.token,
    });
    expect(session.SubjectFromWebIdentityToken).toBe("system:serviceaccount:default:default");
  });

  it("is refused by name when there is no memory for another one", async ({ expect }) => {
    await world.apply(file("second"));
    const second = kubeOf(world, "second");
    await expect(second.version()).rejects.toMatchObject({ code: "kube/unreachable" });
    const status = world.sandbox.kubernetes?.status().find(({ name }) => name === "second");
    expect(status?.state).toBe("failed");
    expect(status?.problem).toContain("There is no memory for the control plane of cluster second");
    expect(status?.problem).toContain("the limit is 900 MiB, and shop run");
    second.close();
  });

  it("lets people of this machine in where only some addresses may, and says so", async ({ expect }) => {
    world.send("eks", "UpdateClusterConfig", {
      name: "shop",
      resourcesVpcConfig: { publicAccessCidrs: ["203.0.113.0/24", "198.51.100.7/32"] },
    });
    world.sandbox.clock.settle();
    expect((await kube.version()).gitVersion).toMatch(/^v1\.36\./);
    expect(world.sandbox.kubernetes?.status()[0]?.note).toBe(
      "open to 203.0.113.0/24, 198.51.100.7/32 on AWS; who is on this machine has no public address and gets in",
    );
  });

  it("hangs up on the outside once its endpoint is private, and says so", async ({ expect }) => {
    world.send("eks", "UpdateClusterConfig", {
      name: "shop",
      resourcesVpcConfig: { endpointPublicAccess: false, endpointPrivateAccess: true },
    });
    world.sandbox.clock.settle();
    const outside = kubeOf(world, "shop");
    await expect(outside.version()).rejects.toMatchObject({ code: "kube/unreachable" });
    outside.close();
    expect(world.sandbox.kubernetes?.status()[0]?.note).toBe(
      "its endpoint is private, and this machine stands outside of the VPC",
    );
  });
});

/** Five at a time with all that is theirs in `npm run soak`; in `npm test` others wake two at a time. */
const together = process.env["LOTSE_SOAK"] ? 5 : 0;

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "clusters side by side", () => {
  it(
    "are made in one moment, each with an address and an authority of its own",
    { timeout: 400_000 },
    async ({ expect }) => {
      await using sandbox = await createSandbox({ listen: false });
      const { send, network } = makeCluster(sandbox, "one", { version: "1.36" });
      const roleArn = "arn:aws:iam::123456789012:role/one-cluster";
      const names = ["one", "two", "three", "four", "five"];
      for (const name of names.slice(1)) {
        send("eks", "CreateCluster", {
          name,
          version: "1.36",
          roleArn,
          resourcesVpcConfig: { subnetIds: network.publicSubnets },
        });
      }
      sandbox.clock.settle();
      interface Described {
        cluster: { endpoint: string; certificateAuthority: { data: string }; identity: { oidc: { issuer: string } } };
      }
      const found = names.map((name) => send<Described>("eks", "DescribeCluster", { name }).cluster);
      for (const of of [
        ({ endpoint }: Described["cluster"]) => endpoint,
        ({ certificateAuthority }: Described["cluster"]) => certificateAuthority.data,
        ({ identity }: Described["cluster"]) => identity.oidc.issuer,
      ])
        expect(new Set(found.map(of)).size).toBe(names.length);
      // None takes memory before somebody comes.
      expect(sandbox.kubernetes?.status().map(({ state }) => state)).toEqual(names.map(() => "asleep"));
      const doors = names.slice(0, together).map((name) => kubeOf({ sandbox, send }, name));
      const marks = await Promise.all(
        doors.map(async (door, i) => {
          await door.create(resources.configMaps, {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: `of-${names[i]}`, namespace: "default" },
          });
          const all = await door.list(resources.configMaps, { namespace: "default" });
          door.close();
          return all.map(({ metadata }) => metadata.name).filter((name) => name.startsWith("of-"));
        }),
      );
      expect(marks).toEqual(names.slice(0, together).map((name) => [`of-${name}`]));
    },
  );
});

describe("a cluster whose programs come later", () => {
  it("refuses connections until they are there, and says what helps", async ({ expect }) => {
    using scratch = scratchFolder();
    const world = await openWorld({ kubernetes: { assets: { env: {}, cache: join(scratch.path, "cache") } } });
    await world.apply(file("shop"));
    const { cluster } = world.send<{ cluster: { endpoint: string } }>("eks", "DescribeCluster", { name: "shop" });
    const port = Number(new URL(cluster.endpoint).port);
    const connected = (): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ port, host: "127.0.0.1" }, () => {
          socket.destroy();
          resolve("connected");
        });
        socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
      });
    await eventually(connected, (seen) => seen === "ECONNREFUSED");
    expect(world.sandbox.kubernetes?.status()[0]).toMatchObject({
      state: "failed",
      problem: expect.stringContaining("Get them: lotse sandbox kubernetes install 1.36") as string,
    });
    // Four programs that say they are what is asked for: as far as anybody sees before they are started.
    const set = join(scratch.path, "set");
    const others = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
    writePrograms(set, {
      ...Object.fromEntries(others.map((name) => [name, program("v1.36.3")])),
      etcd: program("v3.6.16", true),
    });
    await world.close();
    const later = await openWorld({
      kubernetes: { assets: { env: { LOTSE_KUBE_ASSETS: set, PATH: "/bin:/usr/bin" } } },
    });
    await later.apply(file("shop"));
    const status = later.sandbox.kubernetes?.status()[0];
    expect(status).toMatchObject({ state: "asleep" });
    // They end as soon as they have said it: the control plane doesn't start, and the status names the program.
    const kube = kubeOf(later, "shop");
    await expect(kube.version()).rejects.toMatchObject({ code: "kube/unreachable" });
    expect(later.sandbox.kubernetes?.status()[0]).toMatchObject({
      state: "failed",
      problem: expect.stringContaining("etcd of the emulated control plane ended") as string,
    });
    kube.close();
    await later.close();
  });

  it("has an endpoint that refuses without a look at DNS when Kubernetes is off", async ({ expect }) => {
    const world = await openWorld({ kubernetes: "off" });
    await world.apply(file("shop"));
    const kube = kubeOf(world, "shop");
    expect(kube.server).toBe("https://127.0.0.1:1");
    await expect(kube.version()).rejects.toMatchObject({ code: "kube/unreachable" });
    kube.close();
    await world.close();
  });
});
