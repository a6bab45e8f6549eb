// The life of stacks: create, update, replace, roll back, delete; who may be in the way.
import { describe, it } from "vitest";
import { AwsError } from "../../core/index.ts";
import type { World } from "./testing.ts";
import { inventory, stackNow, story, world } from "./testing.ts";

const vpc = (properties: object = {}): object => ({
  Type: "AWS::EC2::VPC",
  Properties: { CidrBlock: "10.0.0.0/16", ...properties },
});
const group = (description: string, more: object = {}): object => ({
  Type: "AWS::EC2::SecurityGroup",
  Properties: { GroupDescription: description, VpcId: { Ref: "Vpc" }, ...more },
});

function create(here: World, name: string, resources: object, more: object = {}): string {
  const { Outputs, ...input } = more as { Outputs?: object };
  const TemplateBody = JSON.stringify({ Resources: resources, ...(Outputs ? { Outputs } : {}) });
  return here.send<{ StackId: string }>("CreateStack", { StackName: name, TemplateBody, ...input }).StackId;
}

function update(here: World, name: string, resources: object, more: object = {}): void {
  const { Outputs, ...input } = more as { Outputs?: object };
  const TemplateBody = JSON.stringify({ Resources: resources, ...(Outputs ? { Outputs } : {}) });
  here.send("UpdateStack", { StackName: name, TemplateBody, ...input });
}

const failing = (logicalId: string, message = "no luck today"): object => ({
  guards: {
    faultResource: (kind: string, facts: Record<string, string>) =>
      kind === "failAt" && facts["logicalId"] === logicalId ? { id: "fault", message, seconds: 5 } : undefined,
  },
});

describe("creating", () => {
  it("tells the events in AWS's order", ({ expect }) => {
    const here = world();
    create(here, "net", { Vpc: vpc(), Group: group("g") });
    expect(stackNow(here, "net").StackStatus).toBe("CREATE_COMPLETE");
    expect(story(here, "net")).toEqual([
      "net CREATE_IN_PROGRESS User Initiated",
      "Vpc CREATE_IN_PROGRESS",
      "Vpc CREATE_IN_PROGRESS Resource creation Initiated",
      "Vpc CREATE_COMPLETE",
      "Group CREATE_IN_PROGRESS",
      "Group CREATE_IN_PROGRESS Resource creation Initiated",
      "Group CREATE_COMPLETE",
      "net CREATE_COMPLETE",
    ]);
  });

  it("moves to the next event when events are read, to the end when the stack is", ({ expect }) => {
    const here = world();
    create(here, "net", { Vpc: vpc() });
    const first = here.send<{ StackEvents: object[] }>("DescribeStackEvents", { StackName: "net" });
    const second = here.send<{ StackEvents: object[] }>("DescribeStackEvents", { StackName: "net" });
    expect([first.StackEvents.length, second.StackEvents.length]).toEqual([3, 5]);
    expect(stackNow(here, "net").StackStatus).toBe("CREATE_COMPLETE");
  });

  it("is over before the next answer when the clock is instant", ({ expect }) => {
    const here = world("eu-central-1", { clock: { kind: "instant" } });
    create(here, "net", { Vpc: vpc(), Group: group("g") });
    const { StackSummaries } = here.send<{ StackSummaries: { StackStatus: string }[] }>("ListStacks", {});
    expect(StackSummaries.map((one) => one.StackStatus)).toEqual(["CREATE_COMPLETE"]);
  });

  it("puts CloudFormation's tags and the stack's on what it makes", ({ expect }) => {
    const here = world();
    const id = create(
      here,
      "net",
      { Vpc: vpc({ Tags: [{ Key: "team", Value: "own" }] }) },
      {
        Tags: [
          { Key: "team", Value: "stack" },
          { Key: "env", Value: "a" },
          { Key: "env", Value: "a" },
        ],
      },
    );
    stackNow(here, "net");
    const { Vpcs } = here.send<{ Vpcs: { CidrBlock: string; Tags?: { Key: string; Value: string }[] }[] }>(
      "DescribeVpcs",
      {},
      "ec2",
    );
    const tags = Object.fromEntries(
      (Vpcs.find((one) => one.CidrBlock === "10.0.0.0/16")?.Tags ?? []).map((tag) => [tag.Key, tag.Value]),
    );
    expect(tags).toEqual({
      team: "own",
      env: "a",
      "aws:cloudformation:stack-name": "net",
      "aws:cloudformation:stack-id": id,
      "aws:cloudformation:logical-id": "Vpc",
    });
  });

  it("rolls back after a failure and names the cause, then the stack can only be deleted", ({ expect }) => {
    const here = world("eu-central-1", failing("Group"));
    here.send("DescribeVpcs", {}, "ec2");
    const before = inventory(here.cloud);
    create(here, "net", { Vpc: vpc(), Group: group("g"), Other: group("o", { GroupName: "other" }) });
    const stack = stackNow(here, "net");
    expect(stack.StackStatus).toBe("ROLLBACK_COMPLETE");
    const lines = story(here, "net");
    expect(lines.find((line) => line.startsWith("Group CREATE_FAILED"))).toMatch(
      /^Group CREATE_FAILED Resource handler returned message: "no luck today" \(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: GeneralServiceException\)$/,
    );
    expect(lines).toContain(
      "net ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Group]. Rollback requested by user.",
    );
    expect(() => update(here, "net", { Vpc: vpc() })).toThrow(
      /is in ROLLBACK_COMPLETE state and can not be updated\.$/,
    );
    expect(inventory(here.cloud)).toEqual(before);
    here.send("DeleteStack", { StackName: "net" });
    expect(() => stackNow(here, "net")).toThrow("Stack with id net does not exist");
  });

  it("cancels what is under way beside the failure", ({ expect }) => {
    const here = world("eu-central-1", failing("Gateway"));
    create(
      here,
      "net",
      { Gateway: { Type: "AWS::EC2::InternetGateway" }, Wait: { Type: "AWS::IAM::Role", Properties: role } },
      { Capabilities: ["CAPABILITY_IAM"] },
    );
    expect(stackNow(here, "net").StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(story(here, "net")).toContain("Wait CREATE_FAILED Resource creation cancelled");
    expect(story(here, "net")).toContain(
      "net ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Gateway, Wait]. Rollback requested by user.",
    );
  });

  it.for([
    ["DO_NOTHING", "CREATE_FAILED"],
    ["DELETE", "DELETE_COMPLETE"],
  ])("ends as OnFailure %s asks", ([OnFailure, status], { expect }) => {
    const here = world("eu-central-1", failing("Group"));
    const id = create(here, "net", { Vpc: vpc(), Group: group("g") }, { OnFailure });
    expect(stackNow(here, id).StackStatus).toBe(status);
  });

  it("fails a resource that never becomes stable when the stack's time is up", ({ expect }) => {
    const guards = { faultResource: (kind: string) => (kind === "stuck" ? { id: "fault" } : undefined) };
    const here = world("eu-central-1", { guards });
    create(here, "net", { Vpc: vpc() }, { TimeoutInMinutes: 2 });
    expect(stackNow(here, "net").StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(story(here, "net").join("\n")).toContain(
      "Stack creation time exceeded the specified timeout. Rollback requested by user.",
    );
  });

  it("reads an attribute that another resource has changed since", ({ expect }) => {
    const here = world();
    const Ipv6CidrBlock = {
      "Fn::Select": [0, { "Fn::Cidr": [{ "Fn::Select": [0, { "Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"] }] }, 4, 64] }],
    };
    create(here, "net", {
      Vpc: vpc(),
      Six: { Type: "AWS::EC2::VPCCidrBlock", Properties: { VpcId: { Ref: "Vpc" }, AmazonProvidedIpv6CidrBlock: true } },
      Subnet: {
        Type: "AWS::EC2::Subnet",
        DependsOn: "Six",
        Properties: { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.0.0/24", Ipv6CidrBlock },
      },
    });
    expect(stackNow(here, "net").StackStatus, story(here, "net").join("\n")).toBe("CREATE_COMPLETE");
  });

  it("retries what is throttled", ({ expect }) => {
    let calls = 0;
    const guards = {
      faultCall: (call: { service: string }) => {
        calls += 1;
        if (call.service === "ec2" && calls % 3 === 0)
          throw new AwsError("RequestLimitExceeded", "slow down", { status: 503 });
      },
    };
    const here = world("eu-central-1", { guards });
    create(here, "net", { Vpc: vpc(), Group: group("g") });
    expect(stackNow(here, "net").StackStatus).toBe("CREATE_COMPLETE");
  });

  it("refuses by name what it can't build, before anything is made", ({ expect }) => {
    const here = world();
    const make =
      (type: string): (() => void) =>
      () =>
        create(here, "x", { A: { Type: type } });
    expect(make("AWS::Lambda::Function")).toThrow("the resource type AWS::Lambda::Function is not emulated");
    expect(make("AWS::Lamda::Function")).toThrow(
      "Template format error: Unrecognized resource types: [AWS::Lamda::Function]",
    );
    expect(() => stackNow(here, "x")).toThrow("does not exist");
  });
});

const role = {
  AssumeRolePolicyDocument: {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  },
};

describe("updating", () => {
  it("changes in place, replaces, adds and removes, and cleans up last", ({ expect }) => {
    const here = world();
    create(here, "net", { Vpc: vpc(), Group: group("one"), Gone: group("gone") });
    stackNow(here, "net");
    update(here, "net", { Vpc: vpc({ EnableDnsHostnames: true }), Group: group("two"), New: group("new") });
    expect(stackNow(here, "net").StackStatus).toBe("UPDATE_COMPLETE");
    const lines = story(here, "net").slice(11);
    expect(lines).toEqual([
      "net UPDATE_IN_PROGRESS User Initiated",
      "Vpc UPDATE_IN_PROGRESS",
      "Vpc UPDATE_COMPLETE",
      "Group UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
      "Group UPDATE_IN_PROGRESS Resource creation Initiated",
      "New CREATE_IN_PROGRESS",
      "New CREATE_IN_PROGRESS Resource creation Initiated",
      "Group UPDATE_COMPLETE",
      "New CREATE_COMPLETE",
      "net UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
      "Gone DELETE_IN_PROGRESS",
      "Group DELETE_IN_PROGRESS",
      "Gone DELETE_COMPLETE",
      "Group DELETE_COMPLETE",
      "net UPDATE_COMPLETE",
    ]);
  });

  it("refuses an update that changes nothing, and takes one of outputs alone", ({ expect }) => {
    const here = world();
    create(here, "net", { Vpc: vpc() });
    stackNow(here, "net");
    expect(() => update(here, "net", { Vpc: vpc() })).toThrow("No updates are to be performed.");
    update(here, "net", { Vpc: vpc() }, { Outputs: { Flag: { Value: true } } });
    expect(stackNow(here, "net")).toMatchObject({ StackStatus: "UPDATE_COMPLETE", Outputs: [{ OutputValue: "true" }] });
  });

  it("goes back to what was when a step fails", ({ expect }) => {
    const here = world("eu-central-1", failing("Bad"));
    create(here, "net", { Vpc: vpc(), Group: group("one") });
    stackNow(here, "net");
    const before = inventory(here.cloud);
    const bad = { ...group("bad"), DependsOn: ["Group", "New"] };
    update(here, "net", { Vpc: vpc({ EnableDnsHostnames: true }), Group: group("two"), New: group("new"), Bad: bad });
    expect(stackNow(here, "net").StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    const lines = story(here, "net");
    expect(lines).toContain("net UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Bad].");
    expect(lines.at(-1)).toBe("net UPDATE_ROLLBACK_COMPLETE");
    expect(inventory(here.cloud)).toEqual(before);
    const dns = here.send<{ EnableDnsHostnames: { Value: boolean } }>(
      "DescribeVpcAttribute",
      { VpcId: physical(here, "net", "Vpc"), Attribute: "enableDnsHostnames" },
      "ec2",
    );
    expect(dns.EnableDnsHostnames.Value).toBe(false);
    expect(() => update(here, "net", { Vpc: vpc(), Group: group("one") })).toThrow("No updates are to be performed.");
  });

  it("won't replace what carries a name of the user's own", ({ expect }) => {
    const here = world();
    create(here, "net", { Vpc: vpc(), Group: group("one", { GroupName: "mine" }) });
    stackNow(here, "net");
    update(here, "net", { Vpc: vpc(), Group: group("two", { GroupName: "mine" }) });
    expect(stackNow(here, "net").StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(story(here, "net").join("\n")).toContain(
      "Group UPDATE_FAILED CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename mine and update the stack again.",
    );
  });

  it("stops where the update is cancelled", ({ expect }) => {
    const here = world();
    create(here, "net", { Vpc: vpc() });
    stackNow(here, "net");
    update(here, "net", { Vpc: vpc(), Group: group("g") });
    here.send("CancelUpdateStack", { StackName: "net" });
    expect(stackNow(here, "net").StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(() => here.send("CancelUpdateStack", { StackName: "net" })).toThrow(
      "CancelUpdateStack cannot be called from current stack status",
    );
  });
});

function physical(here: World, stack: string, logicalId: string): string {
  const { StackResourceDetail: detail } = here.send<{ StackResourceDetail: { PhysicalResourceId: string } }>(
    "DescribeStackResource",
    { StackName: stack, LogicalResourceId: logicalId },
  );
  return detail.PhysicalResourceId;
}

describe("deleting", () => {
  it("is refused while the stack is protected", ({ expect }) => {
    const here = world();
    create(here, "net", { Vpc: vpc() }, { EnableTerminationProtection: true });
    stackNow(here, "net");
    expect(() => here.send("DeleteStack", { StackName: "net" })).toThrow(
      "Stack [net] cannot be deleted while TerminationProtection is enabled",
    );
    here.send("UpdateTerminationProtection", { StackName: "net", EnableTerminationProtection: false });
    here.send("DeleteStack", { StackName: "net" });
    expect(() => stackNow(here, "net")).toThrow("Stack with id net does not exist");
    expect(here.send("DeleteStack", { StackName: "net" })).toBeUndefined();
  });

  it("fails on what others hold, and goes on without it", ({ expect }) => {
    const here = world();
    const id = create(here, "net", { Vpc: vpc(), Group: group("g") });
    stackNow(here, "net");
    here.send("CreateSubnet", { VpcId: physical(here, "net", "Vpc"), CidrBlock: "10.0.1.0/24" }, "ec2");
    here.send("DeleteStack", { StackName: "net" });
    expect(stackNow(here, "net")).toMatchObject({
      StackStatus: "DELETE_FAILED",
      StackStatusReason: "The following resource(s) failed to delete: [Vpc]. ",
    });
    here.send("DeleteStack", { StackName: "net", RetainResources: ["Vpc"] });
    expect(stackNow(here, id).StackStatus).toBe("DELETE_COMPLETE");
    expect(story(here, id)).toContain("Vpc DELETE_SKIPPED");
  });

  it("keeps what its policy says", ({ expect }) => {
    const here = world();
    const id = create(here, "net", { Vpc: { ...vpc(), DeletionPolicy: "Retain" } });
    stackNow(here, "net");
    here.send("DeleteStack", { StackName: "net" });
    expect(stackNow(here, id).StackStatus).toBe("DELETE_COMPLETE");
    expect(story(here, id)).toContain("Vpc DELETE_SKIPPED");
  });
});

describe("exports", () => {
  const exporter = {
    Outputs: { Id: { Value: { Ref: "Vpc" }, Export: { Name: { "Fn::Sub": "${AWS::StackName}::VPC" } } } },
  };
  const importer = { Group: group("g", { VpcId: { "Fn::ImportValue": "net::VPC" } }) };

  it("hold their stack while another imports them", ({ expect }) => {
    const here = world();
    create(here, "net", { Vpc: vpc() }, exporter);
    stackNow(here, "net");
    create(here, "app", importer);
    expect(stackNow(here, "app").StackStatus).toBe("CREATE_COMPLETE");
    expect(here.send("ListImports", { ExportName: "net::VPC" })).toEqual({ Imports: ["app"] });
    here.send("DeleteStack", { StackName: "net" });
    expect(stackNow(here, "net")).toMatchObject({
      StackStatus: "DELETE_FAILED",
      StackStatusReason: "Export net::VPC cannot be deleted as it is in use by app",
    });
    update(
      here,
      "app",
      { Group: group("g", { VpcId: physical(here, "net", "Vpc") }) },
      { Outputs: { A: { Value: "1" } } },
    );
    stackNow(here, "app");
    here.send("DeleteStack", { StackName: "net" });
    expect(stackNow(here, "net").StackStatus).toBe("DELETE_FAILED");
    here.send("DeleteStack", { StackName: "app" });
    expect(() => stackNow(here, "app")).toThrow();
    here.send("DeleteStack", { StackName: "net" });
    expect(() => stackNow(here, "net")).toThrow("does not exist");
  });

  it("are missed before anything is made", ({ expect }) => {
    const here = world();
    create(here, "app", importer);
    expect(stackNow(here, "app").StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(story(here, "app")[1]).toBe(
      "app ROLLBACK_IN_PROGRESS No export named net::VPC found. Rollback requested by user.",
    );
  });

  it("belong to one stack", ({ expect }) => {
    const here = world();
    create(here, "net", { Vpc: vpc() }, exporter);
    stackNow(here, "net");
    create(here, "two", { Vpc: vpc() }, { Outputs: { Id: { Value: "x", Export: { Name: "net::VPC" } } } });
    expect(stackNow(here, "two").StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(story(here, "two").join("\n")).toContain("Export with name net::VPC is already exported by stack net.");
  });
});
