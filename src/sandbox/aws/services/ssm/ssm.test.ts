import type {
  DescribeParametersResult,
  GetParameterHistoryResult,
  GetParameterResult,
  GetParametersByPathResult,
  GetParametersResult,
} from "@aws-sdk/client-ssm";
import { describe, it } from "vitest";
import { amiTypeParameters, amiTypes, supportedVersions } from "../../../../facts/index.ts";
import { administratorOf } from "../../administrator.ts";
import { refusal } from "../../testing.ts";
import { Cloud } from "../../core/index.ts";
import { kms } from "../kms/index.ts";
import { ssm } from "./index.ts";

const account = "123456789012";

function world(): <Output>(operation: string, input?: object) => Output {
  const cloud = new Cloud({ services: [kms, ssm], start: Date.parse("2026-11-21"), seed: 3 });
  const principal = administratorOf(account, "aws");
  return (operation, input = {}) =>
    cloud.invoke({ service: "ssm", operation, input, account, region: "eu-central-1", principal });
}

describe("public parameters", () => {
  it("give an image for every type of managed node group in support", ({ expect }) => {
    const call = world();
    const read = (Name: string): string | undefined =>
      call<GetParameterResult>("GetParameter", { Name }).Parameter?.Value;
    for (const { version } of supportedVersions("2026-11-21")) {
      for (const amiType of amiTypes) {
        const old = amiType.startsWith("AL2_") && Number(version.slice(2)) > 32;
        const early = amiType.includes("_2025_") && Number(version.slice(2)) < 35;
        if (amiType === "CUSTOM" || old || early) continue;
        expect(read(amiTypeParameters(amiType, version)?.image ?? ""), `${amiType} ${version}`).toMatch(
          /^ami-[0-9a-f]{17}$/,
        );
      }
    }
    const release = amiTypeParameters("AL2023_x86_64_STANDARD", "1.34")?.release ?? "";
    expect(read(release)).toMatch(/^1\.34\.\d+-\d{8}$/);
    expect(refusal(() => read("/aws/service/eks/optimized-ami/1.34/amazon-linux-2/recommended/image_id"))).toMatch(
      /ParameterNotFound/,
    );
  });

  it("are found by path", ({ expect }) => {
    const Path = "/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended";
    const { Parameters = [] } = world()<GetParametersByPathResult>("GetParametersByPath", { Path });
    expect(Parameters.map((parameter) => parameter.Name?.split("/").at(-1))).toEqual([
      "image_id",
      "image_name",
      "release_version",
    ]);
  });
});

describe("parameters", () => {
  it("count their versions and are overwritten only when asked", ({ expect }) => {
    const call = world();
    call("PutParameter", { Name: "/app/colour", Value: "red", Type: "String" });
    expect(refusal(() => call("PutParameter", { Name: "/app/colour", Value: "blue" }))).toMatch(
      /ParameterAlreadyExists/,
    );
    expect(call("PutParameter", { Name: "/app/colour", Value: "blue", Overwrite: true })).toMatchObject({
      Version: 2,
      Tier: "Standard",
    });
    call("LabelParameterVersion", { Name: "/app/colour", ParameterVersion: 1, Labels: ["old"] });
    const read = (Name: string): unknown => call<GetParameterResult>("GetParameter", { Name }).Parameter?.Value;
    expect([read("/app/colour"), read("/app/colour:1"), read("/app/colour:old")]).toEqual(["blue", "red", "red"]);
    expect(refusal(() => read("/app/colour:9"))).toMatch(/ParameterVersionNotFound/);
    expect(read("arn:aws:ssm:eu-central-1:123456789012:parameter/app/colour")).toBe("blue");
    const { Parameters = [] } = call<GetParameterHistoryResult>("GetParameterHistory", { Name: "/app/colour" });
    expect(Parameters.map((each) => [each.Version, each.Value, each.Labels])).toEqual([
      [1, "red", ["old"]],
      [2, "blue", []],
    ]);
  });

  it("keep secrets under a key", ({ expect }) => {
    const call = world();
    call("PutParameter", { Name: "secret", Value: "hush", Type: "SecureString" });
    const read = (WithDecryption: boolean): string | undefined =>
      call<GetParameterResult>("GetParameter", { Name: "secret", WithDecryption }).Parameter?.Value;
    expect(read(true)).toBe("hush");
    expect(Buffer.from(read(false) ?? "", "base64").toString("latin1")).not.toContain("hush");
  });

  it("are listed by path, name and tag, and deleted together", ({ expect }) => {
    const call = world();
    for (const Name of ["/a/1", "/a/2", "/a/b/3", "/c"])
      call("PutParameter", { Name, Value: "x", Type: "String", Tags: [{ Key: "n", Value: Name }] });
    const path = (input: object): unknown =>
      call<GetParametersByPathResult>("GetParametersByPath", { Path: "/a", ...input }).Parameters?.map(
        (each) => each.Name,
      );
    expect(path({})).toEqual(["/a/1", "/a/2"]);
    expect(path({ Recursive: true })).toEqual(["/a/1", "/a/2", "/a/b/3"]);
    const described = (filter: object): unknown =>
      call<DescribeParametersResult>("DescribeParameters", { ParameterFilters: [filter] }).Parameters?.map(
        (each) => each.Name,
      );
    expect(described({ Key: "Name", Option: "BeginsWith", Values: ["/a"] })).toEqual(["/a/1", "/a/2", "/a/b/3"]);
    expect(described({ Key: "tag:n", Values: ["/c"] })).toEqual(["/c"]);
    expect(call("DeleteParameters", { Names: ["/a/1", "/none"] })).toEqual({
      DeletedParameters: ["/a/1"],
      InvalidParameters: ["/none"],
    });
    const some = call<GetParametersResult>("GetParameters", { Names: ["/a/1", "/c"] });
    expect([some.Parameters?.map((each) => each.Name), some.InvalidParameters]).toEqual([["/c"], ["/a/1"]]);
  });

  it("may not take names and values that AWS refuses", ({ expect }) => {
    const call = world();
    const put = (input: object): string =>
      refusal(() => call("PutParameter", { Name: "x", Value: "v", Type: "String", ...input }));
    expect(put({ Name: "/aws/x" })).toMatch(/ValidationException.*"aws"/);
    expect(put({ Name: "a b" })).toMatch(/ValidationException/);
    expect(put({ Value: "v".repeat(5000) })).toMatch(/4096/);
    expect(put({ AllowedPattern: "\\d+" })).toMatch(/ParameterPatternMismatchException/);
    expect(put({ Type: undefined })).toMatch(/type is required/);
  });
});
