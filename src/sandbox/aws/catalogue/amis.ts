// The public machine images of the emulated cloud: one catalogue behind EC2's DescribeImages and SSM's public
// parameters, so that an id read from one is known to the other. Names and owners as AWS publishes them; ids are made up
// from what the image is, so they are the same in every sandbox and differ by region as on AWS.
import { createHash } from "node:crypto";
import {
  al2023Parameters,
  al2Parameters,
  bottlerocketParameters,
  eksVersions,
  minorOf,
  ubuntuParameters,
  windowsParameters,
} from "../../../facts/index.ts";

export type AmiFamily = "al2023" | "al2" | "bottlerocket" | "windows" | "ubuntu" | "ubuntu-pro";

/** A public image. */
export interface PublicImage {
  id: string;
  name: string;
  description: string;
  ownerId: string;
  /** `amazon` where `--owners amazon` finds it. */
  ownerAlias?: string;
  architecture: "x86_64" | "arm64";
  platform?: "windows";
  rootDevice: string;
  /** Disks with their least size in GiB. */
  disks: readonly { device: string; size: number; type: string }[];
  /** `20260812`. */
  date: string;
  /** Kubernetes minor the image is made for. */
  version?: string;
  /** What EKS calls this release in `releaseVersion`. */
  releaseVersion?: string;
  /** SSM public parameters that give this image, or facts about it. */
  parameters: Readonly<Record<string, string>>;
}

type Draft = Omit<PublicImage, "id" | "parameters"> & {
  parameters: (id: string) => Record<string, string>;
  key: readonly string[];
};

const releaseDates = ["20260812", "20260715"] as const;
const bottlerocketRelease = "1.44.0-d6f3a9c1";
const xvda = (size: number, type = "gp3"): PublicImage["disks"] => [{ device: "/dev/xvda", size, type }];

/**
 * The id of an image, from what it is.
 *
 * @param variant `standard`, `nvidia`, `neuron` (AL2023); ``, `-gpu`, `-arm64` (AL2); ``, `-nvidia`, `-fips` … (Bottlerocket);
 *   `2022/Core` (Windows); `24.04` (Ubuntu)
 * @param date of the release; default: the newest
 */
export function eksAmiId(
  version: string,
  family: AmiFamily,
  arch: string,
  variant: string,
  region: string,
  date: string = releaseDates[0],
): string {
  return amiId([family, version, arch, variant, date], region);
}

function amiId(key: readonly string[], region: string): string {
  return `ami-0${createHash("sha256")
    .update([region, ...key].join("/"))
    .digest("hex")
    .slice(0, 16)}`;
}

function* al2023(version: string, patch: string): Generator<Draft> {
  for (const [arch, variant] of [
    ["x86_64", "standard"],
    ["arm64", "standard"],
    ["x86_64", "nvidia"],
    ["arm64", "nvidia"],
    ["x86_64", "neuron"],
  ] as const) {
    for (const date of releaseDates) {
      const { image, release } = al2023Parameters(version, arch, variant);
      const name = `amazon-eks-node-al2023-${arch}-${variant}-${version}-v${date}`;
      const releaseVersion = `${patch}-${date}`;
      const newest = date === releaseDates[0];
      yield {
        key: ["al2023", version, arch, variant, date],
        name,
        description: `EKS-optimized Kubernetes node based on Amazon Linux 2023, (k8s: ${patch}, containerd: 2.1.*)`,
        ownerId: "602401143452",
        ownerAlias: "amazon",
        architecture: arch,
        rootDevice: "/dev/xvda",
        disks: xvda(20),
        date,
        version,
        releaseVersion,
        parameters: (id) => ({
          ...(newest ? { [image]: id, [release ?? ""]: releaseVersion, [sibling(image, "image_name")]: name } : {}),
          [image.replace("/recommended/", `/${name}/`)]: id,
          [(release ?? "").replace("/recommended/", `/${name}/`)]: releaseVersion,
        }),
      };
    }
  }
}

function* al2(version: string, patch: string): Generator<Draft> {
  const date = "20251120"; // the last images: Amazon Linux 2 for EKS ended on 2025-11-26
  for (const [variant, arch, infix] of [
    ["", "x86_64", ""],
    ["-gpu", "x86_64", "-gpu"],
    ["-arm64", "arm64", "-arm64"],
  ] as const) {
    const { image, release } = al2Parameters(version, variant);
    const name = `amazon-eks${infix}-node-${version}-v${date}`;
    yield {
      key: ["al2", version, arch, variant, releaseDates[0]],
      name,
      description: `EKS Kubernetes Worker AMI with AmazonLinux2 image, (k8s: ${patch}, containerd: 1.7.*)`,
      ownerId: "602401143452",
      ownerAlias: "amazon",
      architecture: arch,
      rootDevice: "/dev/xvda",
      disks: xvda(20, "gp2"),
      date,
      version,
      releaseVersion: `${patch}-${date}`,
      parameters: (id) => ({
        [image]: id,
        [release ?? ""]: `${patch}-${date}`,
        [sibling(image, "image_name")]: name,
      }),
    };
  }
}

function* bottlerocket(version: string): Generator<Draft> {
  for (const variant of ["", "-nvidia", "-fips", "-nvidia-fips"]) {
    for (const arch of ["x86_64", "arm64"] as const) {
      const { image, release } = bottlerocketParameters(version, arch, variant);
      yield {
        key: ["bottlerocket", version, arch, variant, releaseDates[0]],
        name: `bottlerocket-aws-k8s-${version}${variant}-${arch}-v${bottlerocketRelease}`,
        description: `bottlerocket-aws-k8s-${version}${variant}-${arch}-v${bottlerocketRelease}`,
        ownerId: "092701018921",
        ownerAlias: "amazon",
        architecture: arch,
        rootDevice: "/dev/xvda",
        disks: [...xvda(2), { device: "/dev/xvdb", size: 20, type: "gp3" }],
        date: releaseDates[0],
        version,
        releaseVersion: bottlerocketRelease,
        parameters: (id) => ({
          [image]: id,
          [release ?? ""]: bottlerocketRelease,
          [image.replace("/latest/", `/${bottlerocketRelease.split("-")[0]}/`)]: id,
        }),
      };
    }
  }
}

function* windows(version: string): Generator<Draft> {
  for (const year of ["2019", "2022", "2025"] as const) {
    if (year === "2025" && minorOf(version) < 35) continue;
    for (const edition of ["Core", "Full"] as const) {
      const { image, release } = windowsParameters(version, year, edition);
      const date = "2026.08.13";
      yield {
        key: ["windows", version, "x86_64", `${year}/${edition}`, releaseDates[0]],
        name: `Windows_Server-${year}-English-${edition}-EKS_Optimized-${version}-${date}`,
        description: `Microsoft Windows Server ${year} ${edition} Locale English with EKS ${version}`,
        ownerId: "957547624766",
        ownerAlias: "amazon",
        architecture: "x86_64",
        platform: "windows",
        rootDevice: "/dev/sda1",
        disks: [{ device: "/dev/sda1", size: 50, type: "gp2" }],
        date: "20260813",
        version,
        releaseVersion: `${version}-${date}`,
        parameters: (id) => ({ [image]: id, [release ?? ""]: `${version}-${date}` }),
      };
    }
  }
}

const ubuntus = [
  ["20.04", "focal", 21, 29],
  ["22.04", "jammy", 29, Infinity],
  ["24.04", "noble", 31, Infinity],
  ["26.04", "resolute", 35, Infinity],
] as const;

function* ubuntu(version: string): Generator<Draft> {
  const minor = minorOf(version);
  for (const [release, codename, first, last] of ubuntus) {
    if (minor < first || minor > last) continue;
    for (const pro of [false, true]) {
      for (const [arch, architecture] of [
        ["amd64", "x86_64"],
        ["arm64", "arm64"],
      ] as const) {
        const { image } = ubuntuParameters(version, release, arch, pro);
        yield {
          key: [pro ? "ubuntu-pro" : "ubuntu", version, architecture, release, releaseDates[0]],
          name: `ubuntu-eks${pro ? "-pro" : ""}/k8s_${version}/images/hvm-ssd/ubuntu-${codename}-${release}-${arch}-server-20260810`,
          description: `Canonical, Ubuntu EKS Node OS (k8s_${version}), ${release} LTS, ${arch} ${codename} image`,
          ownerId: "099720109477",
          architecture,
          rootDevice: "/dev/sda1",
          disks: [{ device: "/dev/sda1", size: 30, type: "gp2" }],
          date: "20260810",
          version,
          parameters: (id) => ({ [image]: id }),
        };
      }
    }
  }
}

/** Images that aren't made for Kubernetes: bastions, tests. */
function* plain(): Generator<Draft> {
  for (const architecture of ["x86_64", "arm64"] as const) {
    const base = "/aws/service/ami-amazon-linux-latest";
    yield {
      key: ["plain", "al2023", architecture],
      name: `al2023-ami-2023.8.20260810.0-kernel-6.1-${architecture}`,
      description: "Amazon Linux 2023 AMI 2023.8.20260810.0 HVM kernel-6.1",
      ownerId: "137112412989",
      ownerAlias: "amazon",
      architecture,
      rootDevice: "/dev/xvda",
      disks: xvda(8),
      date: "20260810",
      parameters: (id) => ({
        [`${base}/al2023-ami-kernel-default-${architecture}`]: id,
        [`${base}/al2023-ami-kernel-6.1-${architecture}`]: id,
      }),
    };
    yield {
      key: ["plain", "al2", architecture],
      name: `amzn2-ami-hvm-2.0.20260615.0-${architecture}-gp2`,
      description: `Amazon Linux 2 AMI 2.0.20260615.0 ${architecture} HVM gp2`,
      ownerId: "137112412989",
      ownerAlias: "amazon",
      architecture,
      rootDevice: "/dev/xvda",
      disks: xvda(8, "gp2"),
      date: "20260615",
      parameters: (id) => ({ [`${base}/amzn2-ami-hvm-${architecture}-gp2`]: id }),
    };
    const arch = architecture === "x86_64" ? "amd64" : "arm64";
    yield {
      key: ["plain", "ubuntu", architecture],
      name: `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${arch}-server-20260810`,
      description: `Canonical, Ubuntu, 24.04, ${arch} noble image`,
      ownerId: "099720109477",
      architecture,
      rootDevice: "/dev/sda1",
      disks: [{ device: "/dev/sda1", size: 8, type: "gp3" }],
      date: "20260810",
      parameters: (id) => ({
        [`/aws/service/canonical/ubuntu/server/24.04/stable/current/${arch}/hvm/ebs-gp3/ami-id`]: id,
      }),
    };
  }
}

function sibling(parameter: string, last: string): string {
  return parameter.slice(0, parameter.lastIndexOf("/") + 1) + last;
}

function* drafts(): Generator<Draft> {
  for (const { version, patch } of eksVersions()) {
    const minor = minorOf(version);
    if (minor >= 28) yield* al2023(version, patch);
    if (minor <= 32) yield* al2(version, patch);
    yield* bottlerocket(version);
    yield* windows(version);
    yield* ubuntu(version);
  }
  yield* plain();
}

const catalogues = new Map<string, ReadonlyMap<string, PublicImage>>();

/** Every public image of a region by id. */
export function publicImages(region: string): ReadonlyMap<string, PublicImage> {
  let images = catalogues.get(region);
  if (!images) {
    images = new Map(
      [...drafts()].map(({ key, parameters, ...rest }) => {
        const id = amiId(key, region);
        return [id, Object.freeze({ ...rest, id, parameters: parameters(id) })];
      }),
    );
    catalogues.set(region, images);
  }
  return images;
}

/** SSM public parameters about images in a region: name → value. */
export function publicImageParameters(region: string): ReadonlyMap<string, string> {
  return new Map([...publicImages(region).values()].flatMap((image) => Object.entries(image.parameters)));
}
