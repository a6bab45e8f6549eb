// The calls beside the stacks, against the calls recorded from eksctl for the same files (test/fixtures/eksctl-stacks).
import { readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { packageFile } from "../base/index.ts";
import { loadCluster } from "../config/index.ts";
import type { DesiredAwsObject, DesiredObjects } from "./desired.ts";
import { desiredObjects } from "./desired-objects.ts";

function objectsOf(text: string): DesiredObjects {
  const { cluster, diagnostics } = loadCluster(text);
  if (!cluster) throw new Error(JSON.stringify(diagnostics));
  return desiredObjects(cluster);
}

const recorded = (folder: string): DesiredObjects =>
  objectsOf(readFileSync(packageFile(`test/fixtures/eksctl-stacks/${folder}/config.yaml`), "utf8"));

const demo = (rest: string): DesiredObjects =>
  objectsOf(
    `apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: demo, region: eu-central-1}\n${rest}`,
  );

function ofKind<K extends DesiredAwsObject["kind"]>(
  kind: K,
  { aws }: DesiredObjects,
): Extract<DesiredAwsObject, { kind: K }>[] {
  return aws.filter((object): object is Extract<DesiredAwsObject, { kind: K }> => object.kind === kind);
}

describe("add-ons", () => {
  it("come in eksctl's order: network before the nodes, the rest after them", ({ expect }) => {
    const addons = ofKind("addon", recorded("s01-prod-managed-fargate-addons"));
    expect(addons.map(({ name, phase }) => `${name} ${phase}`)).toEqual([
      "vpc-cni before-nodes",
      "coredns before-nodes",
      "kube-proxy before-nodes",
      "aws-ebs-csi-driver after-nodes",
      "metrics-server after-nodes",
    ]);
    expect(addons[0]).toMatchObject({
      configurationValues: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}',
      resolveConflicts: { create: "OVERWRITE" },
      roleLater: true,
      serviceAccountRole: { stack: "eksctl-prod-addon-vpc-cni", output: "Role1" },
    });
    expect(addons[3]).toMatchObject({ roleLater: false, wait: true, isDefault: false });
    expect(addons[3]?.after).toEqual(
      expect.arrayContaining(["oidc-provider/oidc-provider", "eksctl-prod-addon-aws-ebs-csi-driver"]),
    );
  });

  it("put the pod identity agent first, and carry the file's tags", ({ expect }) => {
    const [agent, next] = ofKind("addon", recorded("39-pod-identity-association"));
    expect(agent).toMatchObject({ name: "eks-pod-identity-agent", tags: { team: "eks" } });
    expect(next?.after).toContain("addon/eks-pod-identity-agent");
  });

  it("are eksctl's four by default, none of them when switched off, no metrics-server in China", ({ expect }) => {
    const names = (objects: DesiredObjects): string =>
      ofKind("addon", objects)
        .map(({ name }) => name)
        .join(" ");
    expect(names(demo(""))).toBe("vpc-cni kube-proxy coredns metrics-server");
    expect(names(demo("addonsConfig: {disableDefaultAddons: true}"))).toBe("");
    expect(
      names(
        objectsOf("apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: demo, region: cn-north-1}"),
      ),
    ).toBe("vpc-cni kube-proxy coredns");
  });

  it("keep the version as the file says it: exact, a part, or latest", ({ expect }) => {
    const addons = ofKind("addon", recorded("25-addons"));
    expect(addons.map(({ name, version }) => `${name} ${version ?? "default"}`)).toEqual([
      "vpc-cni default",
      "coredns latest",
      "kube-proxy latest",
      "aws-ebs-csi-driver default",
      "metrics-server default",
    ]);
  });
});

describe("other objects in AWS", () => {
  it("are Fargate profiles one after the other", ({ expect }) => {
    const [first, second] = ofKind("fargate-profile", recorded("16-fargate-profile"));
    expect(first).toMatchObject({
      name: "fp-default",
      podExecutionRole: { stack: "eksctl-cluster-16-cluster", output: "FargatePodExecutionRoleARN" },
      selectors: [{ namespace: "default" }, { namespace: "kube-system" }],
    });
    expect(second).toMatchObject({ tags: { env: "dev", name: "fp-dev" } });
    expect(second?.after).toContain("fargate-profile/fp-default");
  });

  it("are the OIDC provider and the retention of logs", ({ expect }) => {
    const objects = recorded("s01-prod-managed-fargate-addons");
    expect(ofKind("oidc-provider", objects)).toMatchObject([{ clientIds: ["sts.amazonaws.com"] }]);
    expect(ofKind("log-retention", objects)).toMatchObject([{ logGroup: "/aws/eks/prod/cluster", days: 30 }]);
  });

  it("are pod identity associations; those of roles that a stack makes carry eksctl's tag", ({ expect }) => {
    const associations = ofKind("pod-identity-association", recorded("39-pod-identity-association"));
    expect(associations.find(({ name }) => name === "default/s3-reader")).toMatchObject({
      role: { arn: "arn:aws:iam::111122223333:role/role-1" },
      tags: {},
    });
    expect(associations.find(({ name }) => name === "dev/nginx")).toMatchObject({
      role: { stack: "eksctl-cluster-39-podidentityrole-dev-nginx" },
      tags: { "alpha.eksctl.io/podidentityassociation-name": "dev/nginx" },
    });
    expect(associations.find(({ name }) => name === "default/cross-account-s3-reader")).toMatchObject({
      targetRoleArn: "arn:aws:iam::444455556666:role/role-b",
      disableSessionTags: true,
    });
  });

  it("are one access entry per role that node groups bring, and wishes about Auto Scaling groups", ({ expect }) => {
    const role = "arn:aws:iam::111122223333:role/nodes";
    const objects = demo(`
nodeGroups:
- {name: a, iam: {instanceRoleARN: '${role}'}, asgSuspendProcesses: [AZRebalance]}
- {name: b, iam: {instanceRoleARN: '${role}'}}
managedNodeGroups: [{name: m, propagateASGTags: true, labels: {tier: web}}]`);
    expect(ofKind("access-entry", objects)).toMatchObject([{ principalArn: role, type: "EC2_LINUX" }]);
    expect(ofKind("suspended-processes", objects)).toMatchObject([{ nodeGroup: "a", processes: ["AZRebalance"] }]);
    expect(ofKind("asg-tags", objects)[0]?.tags).toMatchObject({
      "k8s.io/cluster-autoscaler/node-template/label/tier": "web",
      "alpha.eksctl.io/nodegroup-type": "managed",
    });
  });
});

describe("objects inside Kubernetes", () => {
  it("are service accounts, with the role's ARN known later or brought by the file", ({ expect }) => {
    const { kubernetes } = recorded("13-iamserviceaccounts");
    expect(kubernetes.find(({ name }) => name === "backend-apps/s3-reader")).toMatchObject({
      kind: "service-account",
      labels: { "app.kubernetes.io/managed-by": "eksctl", "aws-usage": "application" },
      role: { stack: "eksctl-cluster-13-addon-iamserviceaccount-backend-apps-s3-reader", output: "Role1" },
    });
    expect(kubernetes.find(({ name }) => name === "default/some-app")).toMatchObject({
      role: { arn: "arn:aws:iam::123:role/already-created-role-for-app" },
    });
  });

  it("are CoreDNS on Fargate when a profile selects it", ({ expect }) => {
    const kinds = (objects: DesiredObjects): string[] => objects.kubernetes.map(({ kind }) => kind);
    expect(kinds(recorded("16-fargate-profile"))).toEqual(["coredns-on-fargate"]);
    expect(kinds(recorded("s01-prod-managed-fargate-addons"))).not.toContain("coredns-on-fargate");
  });

  it("are node roles in aws-auth where there are no access entries, and plugins for GPUs", ({ expect }) => {
    const { kubernetes } = demo(
      "accessConfig: {authenticationMode: CONFIG_MAP}\nnodeGroups: [{name: gpu, instanceType: g5.xlarge}]",
    );
    expect(kubernetes).toMatchObject([
      {
        kind: "aws-auth",
        principal: { stack: "eksctl-demo-nodegroup-gpu", output: "InstanceRoleARN" },
        username: "system:node:{{EC2PrivateDNSName}}",
        groups: ["system:bootstrappers", "system:nodes"],
      },
      { kind: "device-plugin", plugin: "nvidia" },
    ]);
  });

  it("let nodes of Windows be kube-proxy as well", ({ expect }) => {
    const { kubernetes } = demo(
      "accessConfig: {authenticationMode: CONFIG_MAP}\n" +
        "nodeGroups: [{name: linux}, {name: windows, amiFamily: WindowsServer2022CoreContainer}]",
    );
    expect(kubernetes.map((object) => object.kind === "aws-auth" && object.groups)).toEqual([
      ["system:bootstrappers", "system:nodes"],
      ["eks:kube-proxy-windows", "system:bootstrappers", "system:nodes"],
    ]);
  });
});

it("gives every object a line of the file and an id of its own", ({ expect }) => {
  const { aws, kubernetes } = recorded("s01-prod-managed-fargate-addons");
  const all = [...aws, ...kubernetes];
  expect(all.filter(({ source }) => source.length === 0)).toEqual([]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
});
