// lotse takes over a cluster that eksctl made: the recorded requests of the real eksctl are sent to the sandbox, then the
// same file is planned. Only what eksctl makes by call is missing here, no stack is touched.
import { resolve } from "node:path";
import { describe, it } from "vitest";
import { destroy, planDestroy } from "../../src/lotse.ts";
import { recordings, type RecordedStack, type Recording } from "../helpers/eksctl-golden.ts";
import { clusterOf, openWorld, type World } from "../helpers/world.ts";

const all = recordings(resolve(import.meta.dirname, "../fixtures/eksctl-stacks"));

interface Values {
  [placeholder: string]: string;
}

const replaced = (text: string, values: Values): string =>
  Object.entries(values).reduce((result, [from, to]) => result.replaceAll(from, to), text);

/** A recorded template with the stub's ids turned into those of the living cluster, in user data too. */
function living(template: RecordedStack["template"], values: Values): string {
  const walk = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") {
      return key === "UserData"
        ? Buffer.from(replaced(Buffer.from(value, "base64").toString(), values)).toString("base64")
        : replaced(value, values);
    }
    if (Array.isArray(value)) return value.map((item) => walk(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([member, inner]) => [replaced(member, values), walk(inner, member)]),
    );
  };
  return JSON.stringify(walk(template));
}

async function create(world: World, stack: RecordedStack, values: Values): Promise<void> {
  world.send("cloudformation", "CreateStack", {
    StackName: stack.stackName,
    TemplateBody: living(stack.template, values),
    Capabilities: stack.capabilities,
    Tags: [...new Map(stack.tags.map((tag) => [tag.Key, tag])).values()],
    EnableTerminationProtection: true,
  });
  const { Stacks: [made] = [] } = await world.aws.call("cloudformation", "DescribeStacks", {
    StackName: stack.stackName,
  });
  if (made?.StackStatus !== "CREATE_COMPLETE") {
    const { StackEvents = [] } = await world.aws.call("cloudformation", "DescribeStackEvents", {
      StackName: stack.stackName,
    });
    throw new Error(
      StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("FAILED"))
        .map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`)
        .join("; "),
    );
  }
}

async function asEksctl(world: World, recording: Recording): Promise<void> {
  const { metadata } = (await clusterOf(recording.configText)).config;
  const main = recording.stacks.find(({ stackName }) => stackName === `eksctl-${metadata.name}-cluster`);
  if (!main) throw new Error("no cluster stack");
  for (const principal of recording.configText.matchAll(/arn:aws:iam::\d+:(role|user)\/([\w+=,.@-]+)/g)) {
    const [, kind, name] = principal;
    const trust = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    try {
      world.send(
        "iam",
        kind === "role" ? "CreateRole" : "CreateUser",
        kind === "role" ? { RoleName: name, AssumeRolePolicyDocument: trust } : { UserName: name },
      );
    } catch (error) {
      if ((error as { code?: string }).code !== "EntityAlreadyExists") throw error;
    }
  }
  await create(world, main, {});
  const { StackResources = [] } = await world.aws.call("cloudformation", "DescribeStackResources", {
    StackName: main.stackName,
  });
  const { cluster } = await world.aws.call("eks", "DescribeCluster", { name: metadata.name });
  const issuer = cluster?.identity?.oidc?.issuer ?? "";
  const values: Values = {
    ...Object.fromEntries(
      StackResources.map(({ LogicalResourceId, PhysicalResourceId }) => [
        `<${LogicalResourceId}>`,
        PhysicalResourceId ?? "",
      ]),
    ),
    [`https://ABCDEF0123456789.gr7.${metadata.region}.eks.amazonaws.com`]: cluster?.endpoint ?? "",
    "<CA-DATA-BASE64>": cluster?.certificateAuthority?.data ?? "",
    "10.100.0.0/16": cluster?.kubernetesNetworkConfig?.serviceIpv4Cidr ?? "",
    "10.100.0.10": (cluster?.kubernetesNetworkConfig?.serviceIpv4Cidr ?? "").replace(/0\/\d+$/, "10"),
  };
  const rest = recording.stacks.filter((stack) => stack !== main);
  const recordedId = /\/id\/([0-9A-F]{32})/.exec(JSON.stringify(rest.map(({ template }) => template)))?.[1];
  if (recordedId !== undefined) values[recordedId] = issuer.split("/").at(-1) ?? "";
  const image = /"ImageId":"(ami-[0-9a-f]+)"/.exec(JSON.stringify(rest.map(({ template }) => template)))?.[1];
  if (image !== undefined) {
    const { Parameter } = await world.aws.call("ssm", "GetParameter", {
      Name: `/aws/service/eks/optimized-ami/${cluster?.version}/amazon-linux-2023/x86_64/standard/recommended/image_id`,
    });
    values[image] = Parameter?.Value ?? "";
  }
  const config = await clusterOf(recording.configText);
  const isGroup = ({ stackName }: RecordedStack): boolean => stackName.includes("-nodegroup-");
  if (config.config.iam?.withOIDC)
    await world.aws.call("iam", "CreateOpenIDConnectProvider", { Url: issuer, ClientIDList: ["sts.amazonaws.com"] });
  for (const stack of rest.filter((stack) => !isGroup(stack))) await create(world, stack, values);
  // Nodes don't become ready without a network plug-in and its role.
  const { Stacks = [] } = await world.aws.call("cloudformation", "DescribeStacks", {});
  const role = Stacks.find(({ StackName }) => StackName === `eksctl-${metadata.name}-addon-vpc-cni`)?.Outputs?.[0]
    ?.OutputValue;
  for (const addonName of ["vpc-cni", "kube-proxy"]) {
    await world.aws.call("eks", "CreateAddon", {
      clusterName: metadata.name,
      addonName,
      ...(addonName === "vpc-cni" && role !== undefined && { serviceAccountRoleArn: role }),
    });
    await world.aws.call("eks", "DescribeAddon", { clusterName: metadata.name, addonName });
  }
  for (const stack of rest.filter(isGroup)) await create(world, stack, values);
}

/** Examples, and all of `d…`, that name keys, roles or snapshots of nobody or of other accounts, which AWS (and so the sandbox) refuses. */
const foreign = /^(19-kms-cluster|39-pod-identity-association|40-access-entries|d\d\d-.*)$/;

describe.each(all.filter(({ folder }) => !foreign.test(folder)))("$folder", (recording) => {
  it("has its stacks left alone, and is completed and taken down by lotse", async ({ expect }) => {
    const { metadata } = (await clusterOf(recording.configText)).config;
    await using world = await openWorld({ kubernetes: "off", region: metadata.region });
    await asEksctl(world, recording);
    const plan = await world.plan(recording.configText);
    expect(
      plan.steps
        .filter(({ stack }) => stack !== undefined)
        .map(({ id, why }) => `${id}: ${why.map(({ text }) => text).join("; ")}`),
    ).toEqual([]);
    const result = await world.apply(recording.configText);
    expect(result.failed.map(({ message }) => message)).toEqual([]);
    expect((await world.plan(recording.configText)).steps.filter(({ pending }) => !pending)).toEqual([]);
    const removal = await destroy(
      await planDestroy(metadata.name, world.aws, { kubernetes: "never" }),
      world.aws,
      world.host,
    );
    expect(removal.failed.map(({ message }) => message)).toEqual([]);
  });
});
