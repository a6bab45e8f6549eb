// Availability Zones by region. AWS shuffles zone names per account; ids are the same for all. The pairing here is the
// one an emulated account has, and, for want of an account, the order offline output uses.

/** A zone of a region. Which name stands for which id differs from account to account. */
export interface Zone {
  /** `eu-central-1a`. */
  name: string;
  /** `euc1-az2`. */
  id: string;
  region: string;
  type: "availability-zone" | "local-zone";
  /** `eu-central-1` for zones of the region, `us-west-2-lax-1` for a local zone's group. */
  group: string;
  /** Local zones: the zone of the region they hang on. */
  parent?: string;
}

/** EKS puts no control plane there (Amazon EKS user guide, network requirements). */
export const zoneIdsWithoutEks: readonly string[] = ["use1-az3", "usw1-az2", "cac1-az3"];

/** Region → zone id prefix and zones: a letter, or letter:number where the id's number isn't the letter's place. */
const catalogue: Readonly<Record<string, readonly [prefix: string, zones: string]>> = {
  "af-south-1": ["afs1", "a b c"],
  "ap-east-1": ["ape1", "a b c"],
  "ap-east-2": ["ape2", "a b c"],
  // Zone b is closed to newer accounts; this is an older one, as in the data that eksctl was recorded with.
  "ap-northeast-1": ["apne1", "a:4 b:3 c:1 d:2"],
  "ap-northeast-2": ["apne2", "a b c d"],
  "ap-northeast-3": ["apne3", "a:3 b:1 c:2"],
  "ap-south-1": ["aps1", "a:1 b:3 c:2"],
  "ap-south-2": ["aps2", "a b c"],
  "ap-southeast-1": ["apse1", "a:2 b:1 c:3"],
  "ap-southeast-2": ["apse2", "a:1 b:3 c:2"],
  "ap-southeast-3": ["apse3", "a b c"],
  "ap-southeast-4": ["apse4", "a b c"],
  "ap-southeast-5": ["apse5", "a b c"],
  "ap-southeast-6": ["apse6", "a b c"],
  "ap-southeast-7": ["apse7", "a b c"],
  "ca-central-1": ["cac1", "a:1 b:2 d:4"],
  "ca-west-1": ["caw1", "a b c"],
  "cn-north-1": ["cnn1", "a:1 b:2 d:4"],
  "cn-northwest-1": ["cnnw1", "a b c"],
  "eu-central-1": ["euc1", "a:2 b:3 c:1"],
  "eu-central-2": ["euc2", "a b c"],
  "eu-north-1": ["eun1", "a b c"],
  "eu-south-1": ["eus1", "a b c"],
  "eu-south-2": ["eus2", "a b c"],
  "eu-west-1": ["euw1", "a:3 b:1 c:2"],
  "eu-west-2": ["euw2", "a:2 b:3 c:1"],
  "eu-west-3": ["euw3", "a b c"],
  "eusc-de-east-1": ["eusc1", "a b c"],
  "il-central-1": ["ilc1", "a b c"],
  "me-central-1": ["mec1", "a b c"],
  "me-south-1": ["mes1", "a b c"],
  "mx-central-1": ["mxc1", "a b c"],
  "sa-east-1": ["sae1", "a b c"],
  "us-east-1": ["use1", "a:6 b:1 c:2 d:4 e:3 f:5"],
  "us-east-2": ["use2", "a b c"],
  "us-gov-east-1": ["usge1", "a b c"],
  "us-gov-west-1": ["usgw1", "a b c"],
  "us-iso-east-1": ["usie1", "a b c"],
  "us-iso-west-1": ["usiw1", "a b c"],
  "us-isob-east-1": ["usibe1", "a b c"],
  "us-west-1": ["usw1", "a:3 c:1"],
  "us-west-2": ["usw2", "a:2 b:1 c:3 d:4"],
};

/** Some local zones, `parent zone` → group suffixes with their zone letters; AWS has more. */
const locals: Readonly<Record<string, readonly string[]>> = {
  "us-east-1a": ["bos-1a", "mia-1a", "nyc-1a"],
  "us-west-2a": ["lax-1a", "lax-1b", "den-1a", "sea-1a"],
  "eu-central-1a": ["ham-1a", "waw-1a"],
};

/** Zones of a region in the order of their names; empty when the region isn't known. */
export function availabilityZones(region: string): Zone[] {
  const [prefix, zones] = catalogue[region] ?? ["", ""];
  return zones
    .split(" ")
    .filter((zone) => zone !== "")
    .map((zone, i) => {
      const [letter, number = String(i + 1)] = zone.split(":");
      return { name: region + letter, id: `${prefix}-az${number}`, region, type: "availability-zone", group: region };
    });
}

/** Local zones of a region that are known here. */
export function localZones(region: string): Zone[] {
  const [prefix = ""] = catalogue[region] ?? [];
  return availabilityZones(region).flatMap((parent) =>
    (locals[parent.name] ?? []).map((suffix): Zone => {
      const [city = ""] = suffix.split("-");
      return {
        name: `${region}-${suffix}`,
        id: `${prefix}-${city}1-az${suffix.endsWith("a") ? 1 : 2}`,
        region,
        type: "local-zone",
        group: `${region}-${suffix.slice(0, -1)}`,
        parent: parent.name,
      };
    }),
  );
}

/** Zones in which EKS can put a control plane. */
export function eksZones(region: string): Zone[] {
  return availabilityZones(region).filter((zone) => !zoneIdsWithoutEks.includes(zone.id));
}
