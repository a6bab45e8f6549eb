import { describe, it } from "vitest";
import type { KubeconfigOptions } from "./kubeconfig.ts";
import { kubeconfigEntry } from "./kubeconfig.ts";
import type { LivingCluster } from "./living-cluster.ts";

const cluster: LivingCluster = {
  name: "prod",
  arn: "arn:aws:eks:eu-central-1:111122223333:cluster/prod",
  partition: "aws",
  account: "111122223333",
  region: "eu-central-1",
  status: "ACTIVE",
  version: "1.36",
  server: "https://X.gr7.eu-central-1.eks.amazonaws.com",
  authority: "Q0E=",
  mode: "API",
};
const role = "arn:aws:iam::111122223333:role/dev";
const execOf = (options: KubeconfigOptions, of = cluster): object => kubeconfigEntry(of, options).user.exec as object;

describe("the entry of a cluster", () => {
  it("is the one of `aws eks update-kubeconfig`", ({ expect }) => {
    expect(kubeconfigEntry(cluster, { exec: "aws", roleArn: role, profile: "ops" })).toEqual({
      clusterName: cluster.arn,
      userName: cluster.arn,
      contextName: cluster.arn,
      cluster: { "certificate-authority-data": "Q0E=", server: cluster.server },
      user: {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1beta1",
          command: "aws",
          args: [
            "--region",
            "eu-central-1",
            "eks",
            "get-token",
            "--cluster-name",
            "prod",
            "--output",
            "json",
            "--role",
            role,
          ],
          env: [{ name: "AWS_PROFILE", value: "ops" }],
        },
      },
      use: true,
    });
  });

  it("has lotse's own plugin, with everything as arguments", ({ expect }) => {
    const lotse = ["/usr/bin/node", "/opt/lotse/dist/lotse.js"] as const;
    const options = { exec: "lotse", roleArn: role, profile: "ops", endpoint: "http://127.0.0.1:1", lotse } as const;
    expect(execOf(options)).toEqual({
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "/usr/bin/node",
      args: `/opt/lotse/dist/lotse.js token --cluster prod --region eu-central-1 --role-arn ${role} --profile ops --endpoint-url http://127.0.0.1:1`.split(
        " ",
      ),
      interactiveMode: "IfAvailable",
    });
  });

  it("has aws-iam-authenticator's", ({ expect }) => {
    expect(execOf({ exec: "aws-iam-authenticator", roleArn: role })).toMatchObject({
      command: "aws-iam-authenticator",
      args: ["token", "-i", "prod", "--region", "eu-central-1", "-r", role],
    });
  });

  it("brings an emulated account's keys, and none of the environment's session", ({ expect }) => {
    const sandboxKeys = { accessKeyId: "AKIAX", secretAccessKey: "s" };
    expect(execOf({ exec: "aws", endpoint: "http://127.0.0.1:1", sandboxKeys })).toMatchObject({
      env: [
        { name: "AWS_ENDPOINT_URL", value: "http://127.0.0.1:1" },
        { name: "AWS_ACCESS_KEY_ID", value: "AKIAX" },
        { name: "AWS_SECRET_ACCESS_KEY", value: "s" },
        { name: "AWS_SESSION_TOKEN", value: "" },
      ],
    });
  });

  it("asks for tokens of a local cluster by its id", ({ expect }) => {
    const local = { ...cluster, localId: "6f1c" };
    expect(execOf({ exec: "aws" }, local)).toMatchObject({ args: expect.arrayContaining(["--cluster-id", "6f1c"]) });
    expect(execOf({ exec: "lotse" }, local)).toMatchObject({ args: expect.arrayContaining(["--cluster", "6f1c"]) });
  });

  it.for([
    [{}, cluster.arn, cluster.arn],
    [{ alias: "p" }, cluster.arn, "p"],
    [{ userAlias: "me" }, "me", "me"],
    [{ userAlias: "me", alias: "p" }, "me", "p"],
    [
      { naming: { by: "eksctl", callerArn: "arn:aws:sts::111122223333:assumed-role/dev/jane" } },
      "jane@prod.eu-central-1.eksctl.io",
      "jane@prod.eu-central-1.eksctl.io",
    ],
    [
      { naming: { by: "eksctl", callerArn: "arn:aws:iam::111122223333:root" } },
      "iam-root-account@prod.eu-central-1.eksctl.io",
      "iam-root-account@prod.eu-central-1.eksctl.io",
    ],
  ] as const)("is named by %j", ([options, userName, contextName], { expect }) => {
    expect(kubeconfigEntry(cluster, { exec: "aws", ...options })).toMatchObject({ userName, contextName });
  });
});
