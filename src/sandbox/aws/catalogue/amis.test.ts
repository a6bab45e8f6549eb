import { describe, it } from "vitest";
import { amiTypeParameters, eksVersions } from "../../../facts/index.ts";
import { eksAmiId, publicImageParameters, publicImages } from "./amis.ts";

describe("public images", () => {
  const parameters = publicImageParameters("eu-central-1");

  it("gives every parameter of a node group's image type an image that exists", ({ expect }) => {
    const types = [
      "AL2023_x86_64_STANDARD",
      "AL2023_ARM_64_NVIDIA",
      "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
      "WINDOWS_CORE_2022_x86_64",
    ];
    for (const type of types) {
      const { image, release } = amiTypeParameters(type, "1.34") ?? { image: "" };
      expect(publicImages("eu-central-1").get(parameters.get(image) ?? "")?.releaseVersion, type).toBe(
        parameters.get(release ?? ""),
      );
    }
  });

  it("names an image by what it is and where", ({ expect }) => {
    const { image = "" } = amiTypeParameters("AL2_ARM_64", "1.32") ?? {};
    expect(parameters.get(image)).toBe(eksAmiId("1.32", "al2", "arm64", "-arm64", "eu-central-1"));
    expect(parameters.get(image)).toMatch(/^ami-0[0-9a-f]{16}$/);
    expect(parameters.get(image)).not.toBe(publicImageParameters("us-east-1").get(image));
  });

  it("has no Amazon Linux 2 after 1.32 and no two images of one id", ({ expect }) => {
    expect(parameters.has(amiTypeParameters("AL2_x86_64", "1.33")?.image ?? "")).toBe(false);
    expect(publicImages("eu-central-1").size).toBeGreaterThan(eksVersions().length * 10);
    expect([...parameters.keys()]).not.toContain("");
  });
});
