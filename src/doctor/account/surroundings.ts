// The account around a cluster: quotas, trails, addresses, stacks, other clusters, images of nodes, the container registry, detection.
import type { Aws } from "../../aws/index.ts";
import { allPages, isGone } from "../../aws/index.ts";
import { amiTypeParameters, instanceType } from "../../facts/index.ts";
import type { AccountFacts, AccountLookups, AccountParts } from "./facts.ts";
import { documentOf } from "./roles.ts";

type SurroundingPart =
  | "addresses"
  | "clusters"
  | "guardDuty"
  | "inspector"
  | "interfaces"
  | "nodeReleases"
  | "quotas"
  | "repositories"
  | "stacks"
  | "standardVcpus"
  | "storage"
  | "trails"
  | "versionUpdates";

type Reader<P extends SurroundingPart> = (aws: Aws, name: string, facts: AccountFacts) => Promise<AccountParts[P]>;

const next = (token: string | undefined): { NextToken?: string } => (token ? { NextToken: token } : {});

/** Everything of the region that runs; other clusters and other machines count for quotas too. */
const standardVcpus: Reader<"standardVcpus"> = async (aws) => {
  const Filters = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
  const reservations = await allPages(async (token) => {
    const page = await aws.call("ec2", "DescribeInstances", { Filters, ...next(token) });
    return { items: page.Reservations, next: page.NextToken };
  });
  return reservations
    .flatMap(({ Instances = [] }) => Instances)
    .filter(
      // L-1216C47A: on-demand, families A, C, D, H, I (also Im and Is), M, R, T and Z; Inf, hpc and the like have quotas of their own.
      ({ InstanceLifecycle, InstanceType = "" }) =>
        InstanceLifecycle === undefined && /^([acdhimrtz]|im|is)\d/.test(InstanceType),
    )
    .reduce((sum, { CpuOptions, InstanceType = "" }) => {
      const { CoreCount, ThreadsPerCore = 1 } = CpuOptions ?? {};
      return sum + (CoreCount === undefined ? (instanceType(InstanceType)?.vcpu ?? 0) : CoreCount * ThreadsPerCore);
    }, 0);
};

const storage: Reader<"storage"> = async (aws) => {
  const Filters = [{ Name: "volume-type", Values: ["gp2", "gp3"] }];
  const volumes = await allPages(async (token) => {
    const page = await aws.call("ec2", "DescribeVolumes", { Filters, ...next(token) });
    return { items: page.Volumes, next: page.NextToken };
  });
  const sum = (type: string): number =>
    volumes.reduce((gib, { VolumeType, Size = 0 }) => gib + (VolumeType === type ? Size : 0), 0);
  return { gp2: sum("gp2"), gp3: sum("gp3") };
};

const quotas: Reader<"quotas"> = async (aws) => {
  const read = async (ServiceCode: string, QuotaCode: string): Promise<number> =>
    (await aws.call("servicequotas", "GetServiceQuota", { ServiceCode, QuotaCode })).Quota?.Value ?? Infinity;
  const [gp2TiB, gp3TiB, vcpus] = await Promise.all([
    read("ebs", "L-D18FCD1D"),
    read("ebs", "L-7A658B76"),
    read("ec2", "L-1216C47A"),
  ]);
  return { gp2TiB, gp3TiB, vcpus };
};

const interfaces: Reader<"interfaces"> = async (aws, _, facts) => {
  const { resourcesVpcConfig } = await facts.read("cluster");
  const Filters = [{ Name: "vpc-id", Values: [resourcesVpcConfig?.vpcId ?? ""] }];
  return allPages(async (token) => {
    const page = await aws.call("ec2", "DescribeNetworkInterfaces", { Filters, MaxResults: 1000, ...next(token) });
    return { items: page.NetworkInterfaces, next: page.NextToken };
  });
};

const trails: Reader<"trails"> = async (aws) => {
  const { trailList = [] } = await aws.call("cloudtrail", "DescribeTrails", {});
  return Promise.all(
    trailList.map(async ({ Name = "", TrailARN = "", IsMultiRegionTrail = false, HomeRegion = "" }) => {
      const { IsLogging = false } = await aws.call("cloudtrail", "GetTrailStatus", { Name: TrailARN });
      return { name: Name, home: HomeRegion, multiRegion: IsMultiRegionTrail, logging: IsLogging };
    }),
  );
};

const stacks: Reader<"stacks"> = async (aws, name) => {
  const all = await allPages(async (token) => {
    const page = await aws.call("cloudformation", "DescribeStacks", next(token));
    return { items: page.Stacks, next: page.NextToken };
  });
  return all.filter(({ Tags = [] }) =>
    Tags.some(({ Key, Value }) => /(^|[/.:-])cluster-name$/.test(Key ?? "") && Value === name),
  );
};

const versionUpdates: Reader<"versionUpdates"> = async (aws, name) => {
  const ids = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListUpdates", { name, ...(nextToken ? { nextToken } : {}) });
    return { items: page.updateIds, next: page.nextToken };
  });
  const found = await Promise.all(ids.map(async (updateId) => aws.call("eks", "DescribeUpdate", { name, updateId })));
  return found.flatMap(({ update }) =>
    update?.type === "VersionUpdate" || update?.type === "VersionRollback" ? [update] : [],
  );
};

const clusters: Reader<"clusters"> = async (aws) =>
  allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListClusters", nextToken ? { nextToken } : {});
    return { items: page.clusters, next: page.nextToken };
  });

/** Ten names a call. */
const nodeReleases: Reader<"nodeReleases"> = async (aws, _, facts) => {
  const wanted = new Map<string, string>();
  for (const { amiType = "", version = "" } of await facts.read("nodeGroups")) {
    const release = amiTypeParameters(amiType, version)?.release;
    if (release !== undefined) wanted.set(`${amiType}/${version}`, release);
  }
  const names = [...new Set(wanted.values())];
  const pages = await Promise.all(
    Array.from({ length: Math.ceil(names.length / 10) }, async (__, i) =>
      aws.call("ssm", "GetParameters", { Names: names.slice(i * 10, i * 10 + 10) }),
    ),
  );
  const values = new Map(pages.flatMap(({ Parameters = [] }) => Parameters.map(({ Name, Value }) => [Name, Value])));
  return new Map(
    [...wanted].flatMap(([key, name]) => {
      const value = values.get(name);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
};

const repositories: Reader<"repositories"> = async (aws) => {
  const [list, { scanningConfiguration }] = await Promise.all([
    allPages(async (nextToken) => {
      const page = await aws.call("ecr", "DescribeRepositories", nextToken ? { nextToken } : {});
      return { items: page.repositories, next: page.nextToken };
    }),
    aws.call("ecr", "GetRegistryScanningConfiguration", {}),
  ]);
  const { scanType = "BASIC", rules = [] } = scanningConfiguration ?? {};
  return { list, scanType, rules };
};

const guardDuty: Reader<"guardDuty"> = async (aws) => {
  const { DetectorIds: [DetectorId] = [] } = await aws.call("guardduty", "ListDetectors", {});
  if (DetectorId === undefined) return undefined;
  const { Status, Features = [] } = await aws.call("guardduty", "GetDetector", { DetectorId });
  if (Status !== "ENABLED") return undefined;
  return Features.flatMap((each) => (each.Status === "ENABLED" ? [each.Name ?? ""] : []));
};

const inspector: Reader<"inspector"> = async (aws) => {
  const { accounts = [] } = await aws.call("inspector2", "BatchGetAccountStatus", {});
  const state = accounts[0]?.resourceState;
  return { ec2: state?.ec2?.status === "ENABLED", ecr: state?.ecr?.status === "ENABLED" };
};

/** How each part is read. */
export const surroundings: { readonly [P in SurroundingPart]: Reader<P> } = {
  addresses: async (aws) => (await aws.call("ec2", "DescribeAddresses", {})).Addresses ?? [],
  clusters,
  guardDuty,
  inspector,
  interfaces,
  nodeReleases,
  quotas,
  repositories,
  stacks,
  standardVcpus,
  storage,
  trails,
  versionUpdates,
};

/** What is looked up by name: nobody lists all of an account's streams for the one that a cluster names. */
export const lookups: {
  readonly [L in keyof AccountLookups]: (aws: Aws, name: string) => Promise<AccountLookups[L]>;
} = {
  deliveryStream: async (aws, DeliveryStreamName) => {
    try {
      const { DeliveryStreamDescription } = await aws.call("firehose", "DescribeDeliveryStream", {
        DeliveryStreamName,
      });
      return DeliveryStreamDescription?.DeliveryStreamStatus;
    } catch (error) {
      // Undefined says that there is none.
      if (isGone(error)) return undefined;
      throw error;
    }
  },
  managedPolicy: async (aws, PolicyArn) => {
    const { Policy } = await aws.call("iam", "GetPolicy", { PolicyArn });
    const { PolicyVersion } = await aws.call("iam", "GetPolicyVersion", {
      PolicyArn,
      VersionId: Policy?.DefaultVersionId,
    });
    return documentOf(PolicyVersion?.Document);
  },
  repositoryPolicy: async (aws, repositoryName) => {
    try {
      const { policyText } = await aws.call("ecr", "GetRepositoryPolicy", { repositoryName });
      return policyText === undefined ? undefined : documentOf(encodeURIComponent(policyText));
    } catch (error) {
      // Most repositories have no policy of their own.
      if (isGone(error)) return undefined;
      throw error;
    }
  },
};
