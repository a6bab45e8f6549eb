// Requests a second of the emulator, against moto_server and against a bare HTTP server, by the same raw client.
import type { Bench, Figure } from "./figure.ts";
import { median } from "./figure.ts";
import type { Exchange } from "./raw-client.ts";
import { requestsPerSecond } from "./raw-client.ts";
import type { Server } from "./servers.ts";
import { bareServer, motoServer, ourServer } from "./servers.ts";
import { signedRequest } from "./signed-request.ts";

const region = "eu-central-1";
/** One for each connection of the VPC makers, none of them the others' region: a region takes five VPCs. */
const regions = [
  "ap-south-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "eu-north-1",
  "us-east-1",
  "us-east-2",
  "us-west-2",
];
const rounds = 3;

interface Load {
  name: string;
  /** Bounds of the ratio to moto (at least) and of the bare server to ours (at most). */
  atLeastMoto: number;
  atMostBare?: number;
  prepare?(server: Server): Promise<void>;
  exchange(server: Server): Exchange;
}

const query = (server: Server, service: string, parameters: Record<string, string>, where = region): string => {
  const body = new URLSearchParams(parameters).toString();
  return signedRequest({ ...server, method: "POST", path: "/", service, region: where, body });
};
const ec2 = (server: Server, action: string, parameters: Record<string, string>, where?: string): string =>
  query(server, "ec2", { Action: action, Version: "2016-11-15", ...parameters }, where);

/** Sends one raw request and returns the body. */
async function once(server: Server, request: string): Promise<string> {
  const [head, body] = [request.slice(0, request.indexOf("\r\n\r\n")), request.slice(request.indexOf("\r\n\r\n") + 4)];
  const [line = "", ...lines] = head.split("\r\n");
  const [method = "GET", path = "/"] = line.split(" ");
  const headers = Object.fromEntries(
    lines.map((text) => [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 2)]),
  );
  delete headers["host"];
  delete headers["content-length"];
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, headers, ...(body ? { body } : {}) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${server.name}: ${line}: ${answer.status} ${text}`);
  return text;
}

const idIn = (xml: string | undefined, tag: string): string =>
  new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(xml ?? "")?.[1] ?? "";
const same = (request: string): Exchange => ({ next: () => request });

/** 500 subnets of /28 in three VPCs: AWS allows 200 in one. */
async function subnets(server: Server): Promise<void> {
  for (let v = 0; v < 3; v += 1) {
    const vpc = idIn(await once(server, ec2(server, "CreateVpc", { CidrBlock: `10.${v}.0.0/16` })), "vpcId");
    for (let s = 0; s < (v === 2 ? 100 : 200); s += 1) {
      const cidr = `10.${v}.${Math.floor(s / 16)}.${(s % 16) * 16}/28`;
      await once(server, ec2(server, "CreateSubnet", { VpcId: vpc, CidrBlock: cidr }));
    }
  }
}

async function cluster(server: Server): Promise<void> {
  const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`;
  const role = await once(
    server,
    query(
      server,
      "iam",
      { Action: "CreateRole", Version: "2010-05-08", RoleName: "c", AssumeRolePolicyDocument: trust },
      "us-east-1",
    ),
  );
  const vpc = idIn(await once(server, ec2(server, "CreateVpc", { CidrBlock: "10.9.0.0/16" })), "vpcId");
  const ids: string[] = [];
  for (const [i, zone] of ["a", "b"].entries()) {
    const parameters = { VpcId: vpc, CidrBlock: `10.9.${i}.0/24`, AvailabilityZone: `${region}${zone}` };
    ids.push(idIn(await once(server, ec2(server, "CreateSubnet", parameters)), "subnetId"));
  }
  const body = JSON.stringify({ name: "c", roleArn: idIn(role, "Arn"), resourcesVpcConfig: { subnetIds: ids } });
  const request = { ...server, method: "POST", path: "/clusters", service: "eks", region, body } as const;
  await once(server, signedRequest({ ...request, contentType: "application/json" }));
}

/** Makes a VPC and deletes it, on and on; what a round leaves behind is deleted by the next. */
function vpcMakers(server: Server): Exchange {
  const last = new Map<number, string | undefined>();
  return {
    next: (connection, previous) => {
      const where = regions[connection] ?? region;
      const vpc = idIn(previous ?? last.get(connection), "vpcId");
      return vpc === ""
        ? ec2(server, "CreateVpc", { CidrBlock: "10.99.0.0/16" }, where)
        : ec2(server, "DeleteVpc", { VpcId: vpc }, where);
    },
    ended: (connection, answer) => void last.set(connection, answer),
  };
}

const loads: readonly Load[] = [
  {
    name: "GetCallerIdentity",
    atLeastMoto: 30,
    atMostBare: 3,
    exchange: (server) => same(query(server, "sts", { Action: "GetCallerIdentity", Version: "2011-06-15" })),
  },
  {
    name: "DescribeCluster",
    atLeastMoto: 30,
    atMostBare: 5,
    prepare: cluster,
    exchange: (server) =>
      same(
        signedRequest({
          ...server,
          method: "GET",
          path: "/clusters/c",
          service: "eks",
          region,
          contentType: "application/json",
        }),
      ),
  },
  {
    name: "CreateVpc+DeleteVpc",
    atLeastMoto: 30,
    exchange: vpcMakers,
  },
  {
    name: "DescribeSubnets (500)",
    atLeastMoto: 30,
    atMostBare: 10,
    prepare: subnets,
    exchange: (server) => same(ec2(server, "DescribeSubnets", {})),
  },
];

/** Each server gets its turns between the others', so that a noisy neighbour hits all of them. */
async function* measure(load: Load, ours: Server, moto: Server, seconds: number): AsyncGenerator<Figure> {
  for (const server of [ours, moto]) await load.prepare?.(server);
  const exchanges = new Map([ours, moto].map((server) => [server, load.exchange(server)]));
  const first = await once(ours, exchanges.get(ours)?.next(0, undefined) ?? "");
  exchanges.get(ours)?.ended?.(0, first);
  const size = Buffer.byteLength(first);
  const bare = load.atMostBare === undefined ? undefined : await bareServer(size);
  if (bare) exchanges.set(bare, load.exchange(bare));
  const rates = new Map<Server, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [server, exchange] of exchanges) {
      const rate = await requestsPerSecond(server.port, exchange, seconds);
      rates.set(server, [...(rates.get(server) ?? []), rate]);
    }
  }
  await bare?.stop();
  const rateOf = (server: Server): number => Math.round(median(rates.get(server) ?? []));
  yield {
    name: `${load.name}, ${size} bytes`,
    ours: rateOf(ours),
    unit: "requests/s",
    peer: { name: moto.name, value: rateOf(moto) },
    bound: { atLeast: load.atLeastMoto },
  };
  if (bare && load.atMostBare !== undefined) {
    yield {
      name: `${load.name}, share of bare`,
      ours: rateOf(ours),
      unit: "requests/s",
      peer: { name: bare.name, value: rateOf(bare) },
      bound: { atLeast: 1 / load.atMostBare },
    };
  }
}

export const bench: Bench = {
  name: "emulator",
  async *run() {
    const [ours, moto] = [await ourServer(), await motoServer()];
    try {
      for (const load of loads) yield* measure(load, ours, moto, 3);
    } finally {
      await Promise.all([ours.stop(), moto.stop()]);
    }
  },
};
