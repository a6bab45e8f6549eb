// The stacks that the real eksctl submitted must come up, and go down leaving an empty account.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { packageFile } from "../../../../base/index.ts";
import type { World } from "./testing.ts";
import { account, inventory, stackNow, story, world } from "./testing.ts";

interface Recording {
  stackName: string;
  capabilities?: string[];
  tags: { Key: string; Value: string }[];
  template: object;
}

const root = packageFile("test/fixtures/eksctl-stacks");
const folders = readdirSync(root).filter((name) => /^(01|13|16|19|25|39|40|s01|s12)-/.test(name));

/** The order in which eksctl submits: the cluster, the network add-on's role, the rest. */
const rank = (name: string): number => (name.endsWith("-cluster") ? 0 : name.endsWith("-addon-vpc-cni") ? 1 : 2);

function recordings(folder: string): Recording[] {
  const path = join(root, folder, "stacks");
  return readdirSync(path)
    .map((file) => JSON.parse(readFileSync(join(path, file), "utf8")) as Recording)
    .toSorted((a, b) => rank(a.stackName) - rank(b.stackName));
}

/** Placeholders become what this account has: ids of the cluster stack's resources, an image, a key. */
function localise(recording: Recording, ids: ReadonlyMap<string, string>, image: string, key: string): string {
  const text = JSON.stringify(recording.template, (_name, value: unknown) => {
    const decoded = typeof value === "object" && value !== null && "$decoded" in value ? value.$decoded : undefined;
    return decoded === undefined ? value : Buffer.from((decoded as { text: string }).text).toString("base64");
  });
  return text
    .replaceAll(/<([A-Za-z0-9]+)>/g, (all, name: string) => ids.get(name) ?? all)
    .replaceAll(/ami-[0-9a-f]{17}/g, image)
    .replaceAll("111122223333", account)
    .replaceAll(/arn:aws:kms:[^"]+/g, key);
}

/** Roles, policies and users that the files name and eksctl doesn't make. */
function makeForeign(world: World, all: readonly Recording[]): void {
  const text = JSON.stringify(all);
  for (const [, kind, name = ""] of text.matchAll(
    /arn:aws:iam::(?:123456789012|111122223333):(role|policy|user)\/([\w-]+)"/g,
  )) {
    const known = inventory(world.cloud).some((line) => line.endsWith(` ${name}`) || line.endsWith(`/${name}`));
    if (known) continue;
    if (kind === "user") world.send("CreateUser", { UserName: name }, "iam");
    if (kind === "role") world.send("CreateRole", { RoleName: name, AssumeRolePolicyDocument: trust }, "iam");
    if (kind === "policy") world.send("CreatePolicy", { PolicyName: name, PolicyDocument: policy }, "iam");
  }
}

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
});

describe.each(folders)("eksctl's stacks of %s", (folder) => {
  const all = recordings(folder);
  const region = /([a-z]{2}-[a-z]+-\d)[a-c]"/.exec(JSON.stringify(all[0]))?.[1] ?? "eu-central-1";

  it("come up in order and leave nothing behind", ({ expect }) => {
    const here = world(region);
    const { send } = here;
    send("DescribeVpcs", {}, "ec2");
    const { Images } = send<{ Images: { ImageId: string; Name: string }[] }>(
      "DescribeImages",
      { Owners: ["amazon"] },
      "ec2",
    );
    const image = Images.find(({ Name }) => /amazon-eks-node-al2023-x86_64-standard/.test(Name))?.ImageId ?? "";
    makeForeign(here, all);
    const key = send<{ KeyMetadata: { Arn: string } }>("CreateKey", {}, "kms").KeyMetadata.Arn;
    const before = inventory(here.cloud);
    const ids = new Map<string, string>();
    for (const recording of all) {
      const { stackName, tags, capabilities } = recording;
      send("CreateStack", {
        StackName: stackName,
        TemplateBody: localise(recording, ids, image, key),
        Tags: tags,
        Capabilities: capabilities ?? [],
      });
      const made = stackNow(here, stackName);
      const failures = story(here, stackName).filter((line) => line.includes("FAILED"));
      expect([made.StackStatus, ...failures], stackName).toEqual(["CREATE_COMPLETE"]);
      const { StackResources } = send<{ StackResources: { LogicalResourceId: string; PhysicalResourceId: string }[] }>(
        "DescribeStackResources",
        { StackName: stackName },
      );
      const clusterName = ids.get("ControlPlane");
      if (rank(stackName) === 1) {
        const serviceAccountRoleArn = made.Outputs?.find(({ OutputKey }) => OutputKey === "Role1")?.OutputValue;
        send("UpdateAddon", { clusterName, addonName: "vpc-cni", serviceAccountRoleArn }, "eks");
        send("DescribeAddon", { clusterName, addonName: "vpc-cni" }, "eks");
      }
      if (rank(stackName) > 0) continue;
      for (const one of StackResources) ids.set(one.LogicalResourceId, one.PhysicalResourceId);
      // eksctl makes the network add-on by API, between the cluster and its nodes.
      const addon = { clusterName: ids.get("ControlPlane"), addonName: "vpc-cni" };
      send("CreateAddon", { ...addon, resolveConflicts: "OVERWRITE" }, "eks");
      send("DescribeAddon", addon, "eks");
    }
    for (const { stackName } of all.toReversed()) {
      const { StackId } = stackNow(here, stackName);
      send("DeleteStack", { StackName: stackName });
      const gone = stackNow(here, StackId);
      const failures = story(here, StackId).filter((line) => line.includes("FAILED"));
      expect([gone.StackStatus, ...failures], stackName).toEqual(["DELETE_COMPLETE"]);
    }
    here.cloud.clock.settle();
    const keptByAws = /^(kms\/keys|kms\/aliases \S+ alias\/aws\/)/;
    const own = (rows: string[]): string[] => rows.filter((row) => !keptByAws.test(row));
    expect(own(inventory(here.cloud))).toEqual(own(before));
  });
});
