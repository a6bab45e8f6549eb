// SSM public parameters that name the newest machine images for EKS (Amazon EKS user guide, "Retrieve recommended AMI IDs").

/** Names of public SSM parameters that say which node image is current. */
export interface AmiParameters {
  /** Parameter with the image id. */
  image: string;
  /** Parameter with the release version, where the family has one. */
  release?: string;
}

const eksPath = (version: string, path: string): AmiParameters => ({
  image: `/aws/service/eks/optimized-ami/${version}/${path}/recommended/image_id`,
  release: `/aws/service/eks/optimized-ami/${version}/${path}/recommended/release_version`,
});

/** Amazon Linux 2023. */
export function al2023Parameters(
  version: string,
  arch: "x86_64" | "arm64",
  variant: "standard" | "nvidia" | "neuron" = "standard",
): AmiParameters {
  return eksPath(version, `amazon-linux-2023/${arch}/${variant}`);
}

/** Amazon Linux 2, up to Kubernetes 1.32. */
export function al2Parameters(version: string, variant: "" | "-gpu" | "-arm64" = ""): AmiParameters {
  return eksPath(version, `amazon-linux-2${variant}`);
}

/** Bottlerocket; `variant` as in its path: nothing, `-nvidia`, `-fips`, `-nvidia-fips`. */
export function bottlerocketParameters(version: string, arch: "x86_64" | "arm64", variant = ""): AmiParameters {
  const base = `/aws/service/bottlerocket/aws-k8s-${version}${variant}/${arch}/latest`;
  return { image: `${base}/image_id`, release: `${base}/image_version` };
}

/** Windows Server. */
export function windowsParameters(
  version: string,
  year: "2019" | "2022" | "2025",
  edition: "Core" | "Full",
): AmiParameters {
  const base = `/aws/service/ami-windows-latest/Windows_Server-${year}-English-${edition}-EKS_Optimized-${version}`;
  return { image: `${base}/image_id`, release: `${base}/release_version` };
}

/** Ubuntu of Canonical. `pro` is Ubuntu Pro. */
export function ubuntuParameters(
  version: string,
  release: "20.04" | "22.04" | "24.04" | "26.04",
  arch: "amd64" | "arm64",
  pro = false,
): AmiParameters {
  const disk = release === "20.04" || release === "22.04" ? "ebs-gp2" : "ebs-gp3";
  const product = pro ? "eks-pro" : "eks";
  return {
    image: `/aws/service/canonical/ubuntu/${product}/${release}/${version}/stable/current/${arch}/hvm/${disk}/ami-id`,
  };
}

const al2023Variants: readonly [suffix: string, arch: "x86_64" | "arm64", variant: "standard" | "nvidia" | "neuron"][] =
  [
    ["x86_64_STANDARD", "x86_64", "standard"],
    ["ARM_64_STANDARD", "arm64", "standard"],
    ["x86_64_NEURON", "x86_64", "neuron"],
    ["x86_64_NVIDIA", "x86_64", "nvidia"],
    ["ARM_64_NVIDIA", "arm64", "nvidia"],
  ];

/** Parameters of a managed node group's `amiType`, e.g. `AL2023_x86_64_STANDARD`; undefined for CUSTOM and unknown ones. */
export function amiTypeParameters(amiType: string, version: string): AmiParameters | undefined {
  const al2023 = al2023Variants.find(([suffix]) => amiType === `AL2023_${suffix}`);
  if (al2023) return al2023Parameters(version, al2023[1], al2023[2]);
  const al2 = { AL2_x86_64: "", AL2_x86_64_GPU: "-gpu", AL2_ARM_64: "-arm64" } as const;
  if (amiType in al2) return al2Parameters(version, al2[amiType as keyof typeof al2]);
  const bottlerocket = /^BOTTLEROCKET_(ARM_64|x86_64)(_NVIDIA)?(_FIPS)?$/.exec(amiType);
  if (bottlerocket) {
    const [, arch, nvidia, fips] = bottlerocket;
    const variant = `${nvidia ? "-nvidia" : ""}${fips ? "-fips" : ""}`;
    return bottlerocketParameters(version, arch === "ARM_64" ? "arm64" : "x86_64", variant);
  }
  const windows = /^WINDOWS_(CORE|FULL)_(2019|2022|2025)_x86_64$/.exec(amiType);
  if (!windows) return undefined;
  return windowsParameters(version, windows[2] as "2019", windows[1] === "CORE" ? "Core" : "Full");
}
