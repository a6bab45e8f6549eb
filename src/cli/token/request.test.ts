import { describe, it } from "vitest";
import { parseTokenArguments } from "./request.ts";

const parse = (line: string): ReturnType<typeof parseTokenArguments> => parseTokenArguments(line.split(" "));

describe("arguments of lotse token", () => {
  it.for([
    ["--cluster prod", {}],
    ["--cluster=prod --region eu-west-1 --profile dev", { region: "eu-west-1", profile: "dev" }],
    ["-c prod -r eu-west-1 -p dev", { region: "eu-west-1", profile: "dev" }],
    [
      "--cluster prod --role-arn arn:x --external-id 1 --session-name me",
      { roleArn: "arn:x", externalId: "1", sessionName: "me" },
    ],
    ["--cluster prod --no-cache --token-only", { cache: false, tokenOnly: true }],
  ] as const)("are read from %s", ([line, more], { expect }) => {
    expect(parse(line)).toEqual({ cluster: "prod", ...more });
  });

  it("may be those of the AWS CLI's kubeconfig", ({ expect }) => {
    expect(parse("--region eu-west-1 --cluster-name prod --output json --role arn:aws:iam::1:role/x")).toEqual({
      cluster: "prod",
      region: "eu-west-1",
      roleArn: "arn:aws:iam::1:role/x",
    });
  });

  it("may be those of aws-iam-authenticator, whose -r is the role", ({ expect }) => {
    const role = "arn:aws:iam::111122223333:role/x";
    expect(parse(`-i prod -r ${role} -e id -s me --cache`)).toEqual({
      cluster: "prod",
      roleArn: role,
      externalId: "id",
      sessionName: "me",
      cache: true,
    });
    expect(parse(`--cluster-id prod --role ${role} --forward-session-name --token-only`)).toMatchObject({
      roleArn: role,
      forwardSessionName: true,
      tokenOnly: true,
    });
    expect(parse("-iprod -r=eu-west-1")).toEqual({ cluster: "prod", region: "eu-west-1" });
  });

  it.for([
    "--help",
    "--cluster",
    "--region eu-west-1",
    "--cluster prod --sandbox",
    "--cluster prod extra",
    "--cluster prod --unknown x",
    "--cluster prod --output text",
    "--cluster prod --constructor x",
  ])("leave %s to the whole command line", (line, { expect }) => {
    expect(parse(line)).toBeUndefined();
  });
});
