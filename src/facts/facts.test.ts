import { describe, it } from "vitest";
import {
  addonVersions,
  addons,
  amiTypeParameters,
  amiTypes,
  availabilityZones,
  eksVersions,
  eksZones,
  instanceType,
  instanceTypes,
  supportedVersions,
  versionStatus,
} from "./index.ts";

describe("instance types", () => {
  it("knows the limits that max-pods comes from", ({ expect }) => {
    expect(instanceType("t3.large")).toMatchObject({ enis: 3, ipv4PerEni: 12, hypervisor: "nitro", vcpu: 2 });
    expect(instanceType("m5.metal")).toMatchObject({ bareMetal: true, branchEnis: 120 });
    expect(instanceType("t2.micro")).toMatchObject({ hypervisor: "xen", trunking: false, networkCards: 1 });
    expect(instanceType("p4d.24xlarge")).toMatchObject({ networkCards: 4, efa: 4, gpu: { count: 8, name: "a100" } });
    expect(instanceType("inf2.xlarge")?.accelerator).toEqual({ count: 1, name: "inferentia2" });
  });

  it("knows no type that isn't one", ({ expect }) => {
    for (const name of ["", "t3", "t3.huge", "constructor.prototype", "toString", "T3.LARGE"]) {
      expect(instanceType(name), name).toBeUndefined();
    }
  });

  it("lists each type once, by its own name", ({ expect }) => {
    const names = instanceTypes().map((type) => type.name);
    expect(names.length).toBeGreaterThan(1300);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => instanceType(name)?.name !== name)).toEqual([]);
  });
});

describe("EKS versions", () => {
  it("tells support from dates", ({ expect }) => {
    expect(versionStatus("1.34", "2026-12-01")).toBe("STANDARD_SUPPORT");
    expect(versionStatus("1.34", "2026-12-02")).toBe("EXTENDED_SUPPORT");
    expect(versionStatus("1.31", Date.parse("2026-11-25T23:59:59Z"))).toBe("EXTENDED_SUPPORT");
    expect(versionStatus("1.31", "2026-11-26")).toBe("UNSUPPORTED");
    expect(versionStatus("1.12", "2026-11-21")).toBe("UNSUPPORTED");
  });

  it("never calls a version newer than its table unsupported", ({ expect }) => {
    expect(versionStatus("1.99", "2026-11-21")).toBe("UNKNOWN");
  });

  it("gives extended support twelve months more than standard", ({ expect }) => {
    for (const row of eksVersions()) {
      const year = Number(row.endOfStandardSupport.slice(0, 4));
      expect(row.endOfExtendedSupport).toBe(`${year + 1}${row.endOfStandardSupport.slice(4)}`);
    }
    expect(supportedVersions("2026-11-21").map((row) => row.version)).toEqual([
      "1.36",
      "1.35",
      "1.34",
      "1.33",
      "1.32",
      "1.31",
    ]);
  });
});

describe("zones", () => {
  it("leaves out zones where EKS has no room for a control plane", ({ expect }) => {
    expect(availabilityZones("us-east-1").map((zone) => zone.id)).toContain("use1-az3");
    expect(eksZones("us-east-1").map((zone) => zone.name)).not.toContain("us-east-1e");
    expect(availabilityZones("eu-central-1").map((zone) => zone.name)).toEqual([
      "eu-central-1a",
      "eu-central-1b",
      "eu-central-1c",
    ]);
  });

  it("knows nothing of a region that isn't one", ({ expect }) => {
    expect(availabilityZones("moon-1")).toEqual([]);
  });
});

describe("add-ons", () => {
  it("have at least three versions and one default for every minor in support", ({ expect }) => {
    for (const { name } of addons()) {
      for (const { version } of supportedVersions("2026-11-21")) {
        const versions = addonVersions(name, version);
        expect(versions.length, `${name} on ${version}`).toBeGreaterThanOrEqual(3);
        expect(versions.filter((item) => item.default).length, `${name} on ${version}`).toBe(1);
      }
    }
  });

  it("keep kube-proxy at the cluster's minor", ({ expect }) => {
    expect(addonVersions("kube-proxy", "1.33").find((item) => item.default)?.version).toMatch(/^v1\.33\./);
    expect(addonVersions("no-such-addon", "1.33")).toEqual([]);
  });
});

describe("machine images", () => {
  it("have a parameter for every type but CUSTOM", ({ expect }) => {
    const without = amiTypes.filter((type) => amiTypeParameters(type, "1.34") === undefined);
    expect(without).toEqual(["CUSTOM"]);
    expect(amiTypeParameters("BOTTLEROCKET_ARM_64_NVIDIA_FIPS", "1.34")?.image).toBe(
      "/aws/service/bottlerocket/aws-k8s-1.34-nvidia-fips/arm64/latest/image_id",
    );
  });
});
