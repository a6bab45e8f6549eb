// Reading the account, part by part. Each part says which operations it takes; a part may build on another one.
import type { Aws } from "../../aws/index.ts";
import { allPages, isGone } from "../../aws/index.ts";
import { readEntries } from "../../access/index.ts";
import { errorMessage, isLotseError } from "../../base/index.ts";
import { Unread } from "../unread.ts";
import type { AccountFacts, AccountLookups, AccountParts, PartName, TemplateFacts } from "./facts.ts";
import { network } from "./network.ts";
import { lostPrincipals, oidcProviders, readRole, roles } from "./roles.ts";
import { lookups, surroundings } from "./surroundings.ts";

/** How one part is read. */
export type PartReader<P extends PartName> = (aws: Aws, name: string, facts: AccountFacts) => Promise<AccountParts[P]>;

/** Input with the token of the next page, where there is one. */
export const paged = <T extends object>(input: T, nextToken: string | undefined): T & { nextToken?: string } =>
  nextToken ? { ...input, nextToken } : input;

const cluster: PartReader<"cluster"> = async (aws, name) => {
  const { cluster: found } = await aws.call("eks", "DescribeCluster", { name });
  return found ?? {};
};

const nodeGroups: PartReader<"nodeGroups"> = async (aws, clusterName) => {
  const names = await allPages(async (token) => {
    const page = await aws.call("eks", "ListNodegroups", paged({ clusterName }, token));
    return { items: page.nodegroups, next: page.nextToken };
  });
  return Promise.all(
    names.map(async (nodegroupName) => {
      const { nodegroup = {} } = await aws.call("eks", "DescribeNodegroup", { clusterName, nodegroupName });
      return nodegroup;
    }),
  );
};

const addons: PartReader<"addons"> = async (aws, clusterName) => {
  const names = await allPages(async (token) => {
    const page = await aws.call("eks", "ListAddons", paged({ clusterName }, token));
    return { items: page.addons, next: page.nextToken };
  });
  return Promise.all(
    names.map(async (addonName) => {
      const { addon = {} } = await aws.call("eks", "DescribeAddon", { clusterName, addonName });
      return addon;
    }),
  );
};

const addonVersions: PartReader<"addonVersions"> = async (aws, _, facts) => {
  const { version = "" } = await facts.read("cluster");
  return allPages(async (token) => {
    const page = await aws.call("eks", "DescribeAddonVersions", paged({ kubernetesVersion: version }, token));
    return { items: page.addons, next: page.nextToken };
  });
};

const fargateProfiles: PartReader<"fargateProfiles"> = async (aws, clusterName) => {
  const names = await allPages(async (token) => {
    const page = await aws.call("eks", "ListFargateProfiles", paged({ clusterName }, token));
    return { items: page.fargateProfileNames, next: page.nextToken };
  });
  return Promise.all(
    names.map(async (fargateProfileName) => {
      const { fargateProfile = {} } = await aws.call("eks", "DescribeFargateProfile", {
        clusterName,
        fargateProfileName,
      });
      return fargateProfile;
    }),
  );
};

const entries: PartReader<"entries"> = async (aws, name, facts) => {
  const { accessConfig } = await facts.read("cluster");
  // EKS refuses to list entries where only aws-auth counts.
  if ((accessConfig?.authenticationMode ?? "CONFIG_MAP") === "CONFIG_MAP") return [];
  return (await readEntries(aws, name)).map(({ principalArn, type, kubernetesGroups, policies }) => ({
    arn: principalArn,
    type,
    groups: kubernetesGroups,
    policies: policies.map(({ policyArn }) => policyArn.split("/").at(-1) ?? ""),
  }));
};

const associations: PartReader<"associations"> = async (aws, clusterName) =>
  allPages(async (token) => {
    const page = await aws.call("eks", "ListPodIdentityAssociations", paged({ clusterName }, token));
    return { items: page.associations, next: page.nextToken };
  });

const insights: PartReader<"insights"> = async (aws, clusterName) =>
  allPages(async (token) => {
    const page = await aws.call("eks", "ListInsights", paged({ clusterName }, token));
    return { items: page.insights, next: page.nextToken };
  });

const scalingGroups: PartReader<"scalingGroups"> = async (aws, name) => {
  const Filters = [{ Name: "tag-key", Values: [`kubernetes.io/cluster/${name}`] }];
  const groups = await allPages(async (token) => {
    const page = await aws.call(
      "autoscaling",
      "DescribeAutoScalingGroups",
      token ? { Filters, NextToken: token } : { Filters },
    );
    return { items: page.AutoScalingGroups, next: page.NextToken };
  });
  return groups.map((group) => ({
    name: group.AutoScalingGroupName ?? "",
    zones: group.AvailabilityZones ?? [],
    max: group.MaxSize ?? 0,
    suspended: (group.SuspendedProcesses ?? []).map(({ ProcessName }) => ProcessName ?? ""),
    managed: (group.Tags ?? []).some(({ Key }) => Key === "eks:nodegroup-name"),
  }));
};

const launchTemplates: PartReader<"launchTemplates"> = async (aws, _, facts) => {
  const used = (await facts.read("nodeGroups")).flatMap(({ nodegroupName = "", launchTemplate }) =>
    launchTemplate?.id === undefined
      ? []
      : [{ group: nodegroupName, id: launchTemplate.id, version: launchTemplate.version }],
  );
  const found = await Promise.all(
    used.map(async ({ group, id, version = "$Default" }): Promise<TemplateFacts[]> => {
      const { LaunchTemplateVersions = [] } = await aws.call("ec2", "DescribeLaunchTemplateVersions", {
        LaunchTemplateId: id,
        Versions: [version, "$Latest"],
      });
      const numbers = LaunchTemplateVersions.map(({ VersionNumber = 0 }) => VersionNumber);
      const [first] = LaunchTemplateVersions.toSorted((a, b) => (a.VersionNumber ?? 0) - (b.VersionNumber ?? 0));
      if (!first) return [];
      const latest = String(Math.max(...numbers));
      return [{ group, managed: true, id, version, latest, data: first.LaunchTemplateData ?? {} }];
    }),
  );
  return found.flat();
};

const instances: PartReader<"instances"> = async (aws, name) => {
  const Filters = [
    { Name: "tag-key", Values: [`kubernetes.io/cluster/${name}`] },
    { Name: "instance-state-name", Values: ["pending", "running"] },
  ];
  const reservations = await allPages(async (NextToken) => {
    const page = await aws.call("ec2", "DescribeInstances", { Filters, ...(NextToken ? { NextToken } : {}) });
    return { items: page.Reservations, next: page.NextToken };
  });
  return reservations.flatMap(({ Instances = [] }) => Instances);
};

const volumes: PartReader<"volumes"> = async (aws, name) => {
  const read = async (Filters: { Name: string; Values: string[] }[]): Promise<AccountParts["volumes"]> =>
    allPages(async (NextToken) => {
      const page = await aws.call("ec2", "DescribeVolumes", { Filters, ...(NextToken ? { NextToken } : {}) });
      return { items: page.Volumes, next: page.NextToken };
    });
  const found = await Promise.all([
    read([{ Name: "tag-key", Values: [`kubernetes.io/cluster/${name}`] }]),
    read([{ Name: "tag:KubernetesCluster", Values: [name] }]),
  ]);
  return [...new Map(found.flat().map((volume) => [volume.VolumeId, volume])).values()];
};

const ebsEncryptionByDefault: PartReader<"ebsEncryptionByDefault"> = async (aws) =>
  (await aws.call("ec2", "GetEbsEncryptionByDefault", {})).EbsEncryptionByDefault === true;

const logGroup: PartReader<"logGroup"> = async (aws, name) => {
  const prefix = `/aws/eks/${name}/cluster`;
  const { logGroups = [] } = await aws.call("logs", "DescribeLogGroups", { logGroupNamePrefix: prefix });
  return logGroups.find(({ logGroupName }) => logGroupName === prefix);
};

const key: PartReader<"key"> = async (aws, _, facts) => {
  const { encryptionConfig = [] } = await facts.read("cluster");
  const KeyId = encryptionConfig[0]?.provider?.keyArn;
  if (KeyId === undefined) return undefined;
  const { KeyMetadata } = await aws.call("kms", "DescribeKey", { KeyId });
  if (!KeyMetadata) return undefined;
  // AWS answers about the rotation of keys that can't be used with an error.
  if (KeyMetadata.KeyState !== "Enabled") return { metadata: KeyMetadata, rotates: false };
  const { KeyRotationEnabled = false } = await aws.call("kms", "GetKeyRotationStatus", { KeyId });
  return { metadata: KeyMetadata, rotates: KeyRotationEnabled };
};

const readers: { readonly [P in PartName]: PartReader<P> } = {
  ...network,
  ...surroundings,
  cluster,
  nodeGroups,
  addons,
  addonVersions,
  fargateProfiles,
  entries,
  associations,
  insights,
  scalingGroups,
  launchTemplates,
  instances,
  volumes,
  ebsEncryptionByDefault,
  logGroup,
  key,
  roles,
  lostPrincipals,
  oidcProviders,
};

/** The account of a cluster. Nothing is read before a check asks; what is denied, or fails, is {@link Unread} for whoever asks. */
export function accountFacts(aws: Aws, name: string): AccountFacts {
  const asked = new Map<PartName, Promise<unknown>>();
  const told = async (what: string, read: () => Promise<unknown>): Promise<unknown> => {
    try {
      return await read();
    } catch (error) {
      if (!isLotseError(error) || error.code === "aws/interrupted") throw error;
      const gone = isGone(error) ? "is gone" : "can't be read";
      throw new Unread(`${what} ${gone}: ${errorMessage(error).slice(0, 240)}`);
    }
  };
  const roleOf = new Map<string, Promise<unknown>>();
  const lookedUp = new Map<string, Promise<unknown>>();
  const facts: AccountFacts = {
    role: async (arn) => {
      const answer = roleOf.get(arn) ?? told(`role ${arn}`, async () => (await readRole(aws, arn, []))[0]);
      roleOf.set(arn, answer);
      return answer as ReturnType<AccountFacts["role"]>;
    },
    lookup: async <L extends keyof AccountLookups>(what: L, name: string) => {
      const key = `${what}/${name}`;
      const answer = lookedUp.get(key) ?? told(`${what} ${name}`, async () => lookups[what](aws, name));
      lookedUp.set(key, answer);
      return answer as Promise<AccountLookups[L]>;
    },
    region: aws.region,
    read: async <P extends PartName>(part: P) => {
      const answer = asked.get(part) ?? told(part, async () => readers[part](aws, name, facts));
      asked.set(part, answer);
      return answer as Promise<AccountParts[P]>;
    },
  };
  return facts;
}
