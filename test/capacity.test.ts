// Capacity against judges of other making: the sandbox's own arithmetic of nodes, the subnets that are really cut, EC2's
// description of types, and interfaces of a living cluster.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, it } from "vitest";
import { runLotseIn } from "../src/cli/actions/testing.ts";
import { allocatable, maxPods } from "../src/capacity/index.ts";
import { instanceType, instanceTypes } from "../src/facts/index.ts";
import { capacity } from "../src/lotse.ts";
import { factsOfType, holderOf, readInstanceTypes } from "../src/plan/index.ts";
import { nodeSize } from "../src/sandbox/kube/nodes/size.ts";
import { clusterOf, openWorld, type World } from "./helpers/world.ts";

const file = (cidr: string): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-central-1}
vpc: {cidr: ${cidr}}
managedNodeGroups: [{name: web, instanceType: t3.large, minSize: 3, maxSize: 6, privateNetworking: true}]
`;

describe("arithmetic of nodes", () => {
  it("is the sandbox's, written a second time, for every type and way", ({ expect }) => {
    const ways = [{}, { prefixDelegation: true }, { customNetworking: true }, { windows: true }];
    const wrong = instanceTypes().flatMap((type) =>
      ways.flatMap((way) => {
        const judge = nodeSize(type, { ...way, managed: !("windows" in way), rootVolumeGiB: 80 });
        const ours = maxPods(type, way);
        const room = allocatable(type);
        const pods = "windows" in way ? ours.limit : ours.recommended;
        const same =
          judge.capacity.pods === pods &&
          (!room ||
            "windows" in way ||
            (room.millicores === judge.allocatable.cpu && room.memoryMiB * 1024 === judge.allocatable.memory));
        return same ? [] : [`${type.name} ${JSON.stringify(way)}: ${pods}, judge ${judge.capacity.pods}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});

describe("a living account", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ kubernetes: "off", clock: "instant" });
    await world.apply(file("10.0.8.0/21"));
  });
  afterAll(() => world.close());

  it("has the subnets that were reckoned, and says who holds their addresses", async ({ expect }) => {
    const plan = await capacity.plan(await clusterOf(file("10.0.8.0/21")));
    const use = await capacity.use(world.aws, "demo");
    const planned = plan.subnets.map(({ zone, cidr, usable }) => ({ zone, cidr, usable }));
    expect(new Set(use.subnets.map(({ zone, cidr, usable }) => ({ zone, cidr, usable })))).toEqual(new Set(planned));
    for (const { free, usable, holders } of use.subnets) {
      const held = holders.reduce((sum, { addresses }) => sum + addresses, 0);
      expect(free + held).toBe(usable);
    }
    const kinds = new Set(use.subnets.flatMap(({ holders }) => holders.map(({ kind }) => kind)));
    expect([...kinds].toSorted()).toEqual(["NAT gateway", "control plane", "node"]);
    const nodes = use.subnets.flatMap(({ holders }) => holders.filter(({ kind }) => kind === "node"));
    expect(nodes.map(({ name }) => name)).toEqual([0, 1, 2].map(() => expect.stringMatching(/^i-/)));
    await expect(capacity.use(world.aws, "none")).rejects.toThrow("There is no cluster none");
  });

  it("tells a plan the blocks of subnets that a file names by id", async ({ expect }) => {
    const { vpcId, subnets } = await capacity.use(world.aws, "demo");
    const [one, other] = [subnets[0], subnets[2]];
    const halves = [one, other].map((each, i) => `s${i}: {id: ${each?.subnetId}, az: ${each?.zone}}`);
    const given = `vpc: {id: ${vpcId}, subnets: {private: {${halves.join(", ")}}}}`;
    const existing = await clusterOf(file("10.0.8.0/21").replace(/^vpc: .*$/m, given));
    expect((await capacity.plan(existing)).subnets.map(({ verdict }) => verdict)).toEqual(["unknown", "unknown"]);
    const asked = await capacity.plan(existing, {}, world.aws);
    expect(asked.subnets.map(({ cidr, usable }) => [cidr, usable])).toEqual([
      [one?.cidr, 251],
      [other?.cidr, 251],
    ]);
  });

  it("reckons what a living cluster's groups may come to take, as from its file", async ({ expect }) => {
    const fromFile = await capacity.plan(await clusterOf(file("10.0.8.0/21")));
    const use = await capacity.use(world.aws, "demo");
    const living = await capacity.living(world.aws, use);
    const needs = ({ subnets }: typeof living): Map<string | undefined, number> =>
      new Map(subnets.map(({ cidr, needs: { rollingUpgrade } }) => [cidr, rollingUpgrade]));
    expect(needs(living)).toEqual(needs(fromFile));
    expect(living.groups.map(({ podsPerNode, nodes }) => [podsPerNode, nodes])).toEqual(
      fromFile.groups.map(({ podsPerNode, nodes }) => [podsPerNode, nodes]),
    );
    expect([living.fits, living.vpc]).toEqual([true, null]);
    // A database's interface in one of the subnets.
    const [first] = use.subnets;
    world.send("ec2", "CreateNetworkInterface", {
      SubnetId: first?.subnetId,
      Description: "RDSNetworkInterface",
      SecondaryPrivateIpAddressCount: 4,
    });
    const later = await capacity.living(world.aws, await capacity.use(world.aws, "demo"));
    expect(later.subnets.find(({ name }) => name === first?.subnetId)?.needs.others).toBe(5);
    expect(later.subnets.reduce((sum, { needs: { others } }) => sum + others, 0)).toBe(5);
  });

  it("shows where it is going by two looks", async ({ expect }) => {
    const { use, trends } = await capacity.trend(world.aws, "demo", 0.01);
    expect(trends.map(({ subnetId }) => subnetId)).toEqual(use.subnets.map(({ subnetId }) => subnetId));
    expect(trends.every(({ perHour, hoursLeft }) => perHour === 0 && hoursLeft === null)).toBe(true);
  });

  it("describes types as the table has them, the default network card's interfaces", async ({ expect }) => {
    const names = ["t3.large", "m7g.4xlarge", "c6in.32xlarge", "p5.48xlarge", "m5.metal", "t2.micro"];
    const { InstanceTypes = [] } = await world.aws.call("ec2", "DescribeInstanceTypes", {
      InstanceTypes: names as never[],
    });
    const told = InstanceTypes.flatMap((info) => factsOfType(info) ?? []);
    for (const facts of told) {
      const { enis, ipv4PerEni, vcpu, memoryMiB, arch, bareMetal } = instanceType(facts.name) ?? {};
      expect(facts).toMatchObject({ enis, ipv4PerEni, vcpu, memoryMiB, arch, bareMetal });
      expect(maxPods(facts, { prefixDelegation: true })).toEqual(
        maxPods(instanceType(facts.name) ?? facts, { prefixDelegation: true }),
      );
    }
    expect(told.length).toBe(names.length);
    expect([...(await readInstanceTypes(world.aws, ["t3.large", "z9.huge"])).keys()]).toEqual(["t3.large"]);
    await expect(capacity.pods(["z9.huge"], {}, world.aws)).rejects.toThrow("No known instance types: z9.huge");
  });

  it("is warned by plan of subnets that are too small", async ({ expect }) => {
    const plan = await world.plan(file("10.0.8.0/21").replace("maxSize: 6", "maxSize: 60"));
    const notes = plan.notes.filter(({ code }) => code === "capacity/subnet-too-small");
    expect(notes.length).toBe(3);
    expect(notes[0]?.text).toContain("has 251 addresses and needs 805; a /22 holds that");
    expect(notes[0]?.at?.line).toBe(4);
    const quiet = await world.plan(file("10.0.8.0/21"));
    expect(quiet.notes.filter(({ code }) => code.startsWith("capacity/"))).toEqual([]);
  });
});

/** What EC2 answers about a type that is newer than any table, in its own XML. */
const newer = `<DescribeInstanceTypesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><instanceTypeSet><item>
<instanceType>m12g.2xlarge</instanceType><bareMetal>false</bareMetal><hypervisor>nitro</hypervisor>
<processorInfo><supportedArchitectures><item>arm64</item></supportedArchitectures></processorInfo>
<vCpuInfo><defaultVCpus>8</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>32768</sizeInMiB></memoryInfo>
<networkInfo><maximumNetworkInterfaces>8</maximumNetworkInterfaces><maximumNetworkCards>2</maximumNetworkCards><defaultNetworkCardIndex>0</defaultNetworkCardIndex>
<networkCards><item><networkCardIndex>0</networkCardIndex><maximumNetworkInterfaces>5</maximumNetworkInterfaces></item>
<item><networkCardIndex>1</networkCardIndex><maximumNetworkInterfaces>3</maximumNetworkInterfaces></item></networkCards>
<ipv4AddressesPerInterface>15</ipv4AddressesPerInterface></networkInfo></item></instanceTypeSet></DescribeInstanceTypesResponse>`;

describe("a type that is newer than the table", () => {
  it("is asked of EC2, in the order of the question, and the table's aren't", async ({ expect }) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      void (async () => {
        const body = (await request.toArray()).join("");
        if (request.method !== "POST") return response.writeHead(404).end();
        asked.push(...new URLSearchParams(body).getAll("Filter.1.Value.1"));
        return response.writeHead(200, { "content-type": "text/xml" }).end(newer);
      })();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const env = { AWS_PROFILE: "none", AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "x" };
    const where = ["--endpoint-url", `http://127.0.0.1:${port}`, "--region", "eu-central-1"];
    try {
      const words = ["capacity", "pods", "t3.large,m12g.2xlarge", "-o", "json", ...where];
      const { code, stdout } = await runLotseIn(env, "", ...words);
      // Five interfaces, those of the default card: 5 × 14 + 2.
      expect([code, JSON.parse(stdout)]).toMatchObject([
        0,
        [
          { instanceType: "t3.large", limit: 35 },
          { instanceType: "m12g.2xlarge", enis: 5, addressesPerEni: 15, vcpus: 8, limit: 72, recommended: 72 },
        ],
      ]);
      expect(asked).toEqual(["m12g.2xlarge"]);
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });
});

describe("holders of addresses", () => {
  it.for([
    [{ Description: "Amazon EKS prod" }, "control plane", "Amazon EKS prod"],
    [
      { Description: "aws-K8S-i-0abc", TagSet: [{ Key: "node.k8s.amazonaws.com/instance_id", Value: "i-0abc" }] },
      "pods",
      "i-0abc",
    ],
    [{ Description: "aws-K8S-i-0abc" }, "pods", "i-0abc"],
    [
      { Description: "ELB app/shop/50dc6c495c0c9188", RequesterId: "amazon-elb" },
      "load balancer",
      "app/shop/50dc6c495c0c9188",
    ],
    [{ Description: "Interface for NAT Gateway nat-1", InterfaceType: "natGateway" as const }, "NAT gateway", "nat-1"],
    [{ Description: "VPC Endpoint Interface vpce-1" }, "endpoint", "vpce-1"],
    [{ Description: "", Attachment: { InstanceId: "i-1" } }, "node", "i-1"],
    [{ Description: "EFS mount target for fs-1 (fsmt-1)" }, "file system", "EFS mount target for fs-1 (fsmt-1)"],
    [{ Description: "", NetworkInterfaceId: "eni-1" }, "other", "eni-1"],
  ] as const)("%o: %s %s", ([eni, kind, name], { expect }) => {
    expect(holderOf({ ...eni } as Parameters<typeof holderOf>[0])).toEqual({ kind, name });
  });
});
