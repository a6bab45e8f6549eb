import { it } from "vitest";
import { isAwsHost, issuerRegion } from "./hosts.ts";

it("answers for AWS's names in every partition", ({ expect }) => {
  const names = [
    "sts.eu-central-1.amazonaws.com",
    "ec2.cn-north-1.amazonaws.com.cn",
    "eks.eu-central-1.api.aws",
    "bucket.s3.amazonaws.com",
    "oidc.eks.us-east-1.amazonaws.com",
    "STS.AMAZONAWS.COM",
  ];
  expect(names.filter((name) => !isAwsHost(name))).toEqual([]);
});

it("answers for nobody else", ({ expect }) => {
  const names = [
    "example.com",
    "amazonaws.com",
    "amazonaws.com.example.com",
    "notamazonaws.com",
    "sts.amazonaws.com\r\nx",
    "-.amazonaws.com",
    "..amazonaws.com",
    "169.254.169.254",
    "",
  ];
  expect(names.filter(isAwsHost)).toEqual([]);
});

it("knows issuers by their names", ({ expect }) => {
  expect(issuerRegion("oidc.eks.eu-west-1.amazonaws.com")).toBe("eu-west-1");
  expect(issuerRegion("eks.eu-west-1.amazonaws.com")).toBeUndefined();
});
