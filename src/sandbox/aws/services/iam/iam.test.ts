import { describe, it } from "vitest";
import { administratorOf } from "../../administrator.ts";
import { AwsError, Cloud } from "../../core/index.ts";
import { iam } from "./index.ts";

const account = "111122223333";
const principal = administratorOf(account, "aws");

type Answer = Record<string, unknown>;

function world(): (operation: string, input?: object) => Answer {
  const cloud = new Cloud({ services: [iam], start: 0 });
  return (operation, input = {}) =>
    cloud.invoke({ service: "iam", operation, input, account, region: "us-east-1", principal }) as Answer;
}

const json = (statement: object, version = "2012-10-17"): string =>
  JSON.stringify({ Version: version, Statement: [statement] });
const trust = json({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" });
const reading = json({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" });

function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof AwsError) return `${error.code} ${error.status}: ${error.message}`;
    throw error;
  }
  return "no refusal";
}

describe("roles", () => {
  it("come back with their trust policy percent-encoded", ({ expect }) => {
    const send = world();
    send("CreateRole", {
      RoleName: "Node",
      AssumeRolePolicyDocument: trust,
      Path: "/eks/",
      Tags: [{ Key: "a", Value: "b" }],
    });
    const { Role } = send("GetRole", { RoleName: "node" }) as unknown as { Role: Record<string, string> };
    expect(Role["Arn"]).toBe("arn:aws:iam::111122223333:role/eks/Node");
    expect(Role["RoleId"]).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(decodeURIComponent(Role["AssumeRolePolicyDocument"] ?? "")).toBe(trust);
    expect(Role["AssumeRolePolicyDocument"]).toContain("%22Version%22%3A%222012-10-17%22");
    expect(Role["Tags"]).toEqual([{ Key: "a", Value: "b" }]);
  });

  it("have names that are unique without regard to case", ({ expect }) => {
    const send = world();
    send("CreateRole", { RoleName: "Node", AssumeRolePolicyDocument: trust });
    const again = refusal(() => send("CreateRole", { RoleName: "NODE", AssumeRolePolicyDocument: trust }));
    expect(again).toBe("EntityAlreadyExists 409: Role with name NODE already exists.");
    expect(refusal(() => send("GetRole", { RoleName: "other" }))).toBe(
      "NoSuchEntity 404: The role with name other cannot be found.",
    );
  });

  it("can't be deleted while something hangs on them", ({ expect }) => {
    const send = world();
    send("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trust });
    send("CreateInstanceProfile", { InstanceProfileName: "p" });
    send("AddRoleToInstanceProfile", { InstanceProfileName: "p", RoleName: "r" });
    send("AttachRolePolicy", { RoleName: "r", PolicyArn: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy" });
    send("PutRolePolicy", { RoleName: "r", PolicyName: "inline", PolicyDocument: reading });
    const conflicts: string[] = [];
    const attempt = (): void => void conflicts.push(refusal(() => send("DeleteRole", { RoleName: "r" })));
    attempt();
    send("RemoveRoleFromInstanceProfile", { InstanceProfileName: "p", RoleName: "r" });
    attempt();
    send("DetachRolePolicy", { RoleName: "r", PolicyArn: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy" });
    attempt();
    send("DeleteRolePolicy", { RoleName: "r", PolicyName: "inline" });
    attempt();
    expect(conflicts).toEqual([
      "DeleteConflict 409: Cannot delete entity, must remove roles from instance profile first.",
      "DeleteConflict 409: Cannot delete entity, must detach all policies first.",
      "DeleteConflict 409: Cannot delete entity, must delete policies first.",
      "no refusal",
    ]);
  });

  it.for([
    ["{", "This policy contains invalid Json"],
    [
      json({ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole", Resource: "*" }),
      "Has prohibited field Resource",
    ],
    [
      json({ Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject" }),
      "AssumeRole policy may only specify STS AssumeRole actions.",
    ],
    [json({ Effect: "Allow", Action: "sts:AssumeRole" }), "Missing required field Principal"],
    [
      json({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:role/nobody` }, Action: "sts:AssumeRole" }),
      `Invalid principal in policy: "AWS":"arn:aws:iam::${account}:role/nobody"`,
    ],
    [
      json({ Effect: "Allow", Principal: { Service: "ec2" }, Action: "sts:AssumeRole" }),
      'Invalid principal in policy: "SERVICE":"ec2"',
    ],
  ])("refuse the trust policy %s", ([document, problem], { expect }) => {
    expect(refusal(() => world()("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: document }))).toBe(
      `MalformedPolicyDocument 400: ${problem}`,
    );
  });

  it("trust the user they named, not a later one of the same name", ({ expect }) => {
    const send = world();
    send("CreateUser", { UserName: "ann" });
    const arn = `arn:aws:iam::${account}:user/ann`;
    const { User } = send("GetUser", { UserName: "ann" }) as unknown as { User: { UserId: string } };
    const document = json({ Effect: "Allow", Principal: { AWS: arn }, Action: "sts:AssumeRole" });
    send("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: document });
    send("DeleteUser", { UserName: "ann" });
    send("CreateUser", { UserName: "ann" });
    const { Role } = send("GetRole", { RoleName: "r" }) as unknown as { Role: { AssumeRolePolicyDocument: string } };
    expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toContain(User.UserId);
    expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).not.toContain(arn);
  });

  it("take ten managed policies and 10,240 characters of inline ones", ({ expect }) => {
    const send = world();
    send("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trust });
    for (let i = 0; i < 11; i += 1) send("CreatePolicy", { PolicyName: `p${i}`, PolicyDocument: reading });
    const attach = (i: number): string =>
      refusal(() => send("AttachRolePolicy", { RoleName: "r", PolicyArn: `arn:aws:iam::${account}:policy/p${i}` }));
    expect(Array.from({ length: 11 }, (_, i) => attach(i)).slice(9)).toEqual([
      "no refusal",
      "LimitExceeded 409: Cannot exceed quota for PoliciesPerRole: 10",
    ]);
    const long = json({ Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${"x".repeat(10_240)}` });
    expect(refusal(() => send("PutRolePolicy", { RoleName: "r", PolicyName: "long", PolicyDocument: long }))).toBe(
      "LimitExceeded 409: Maximum policy size of 10240 bytes exceeded for role r",
    );
  });
});

describe("managed policies", () => {
  const arn = `arn:aws:iam::${account}:policy/p`;

  it("keep five versions and never reuse a number", ({ expect }) => {
    const send = world();
    send("CreatePolicy", { PolicyName: "p", PolicyDocument: reading });
    for (let i = 0; i < 4; i += 1) send("CreatePolicyVersion", { PolicyArn: arn, PolicyDocument: reading });
    expect(refusal(() => send("CreatePolicyVersion", { PolicyArn: arn, PolicyDocument: reading }))).toMatch(
      /^LimitExceeded 409: A managed policy can have up to 5 versions/,
    );
    send("DeletePolicyVersion", { PolicyArn: arn, VersionId: "v5" });
    const { PolicyVersion } = send("CreatePolicyVersion", {
      PolicyArn: arn,
      PolicyDocument: reading,
      SetAsDefault: true,
    });
    expect(PolicyVersion).toMatchObject({ VersionId: "v6", IsDefaultVersion: true });
    expect(refusal(() => send("DeletePolicy", { PolicyArn: arn }))).toMatch(
      /^DeleteConflict 409: This policy has more/,
    );
    expect(refusal(() => send("DeletePolicyVersion", { PolicyArn: arn, VersionId: "v6" }))).toBe(
      "DeleteConflict 409: Cannot delete the default version of a policy.",
    );
  });

  it("can't be deleted while attached, and count their attachments", ({ expect }) => {
    const send = world();
    send("CreatePolicy", { PolicyName: "p", PolicyDocument: reading });
    send("CreateUser", { UserName: "ann", PermissionsBoundary: arn });
    send("AttachUserPolicy", { UserName: "ann", PolicyArn: arn });
    expect(send("GetPolicy", { PolicyArn: arn })).toMatchObject({
      Policy: { AttachmentCount: 1, PermissionsBoundaryUsageCount: 1, DefaultVersionId: "v1" },
    });
    expect(refusal(() => send("DeletePolicy", { PolicyArn: arn }))).toBe(
      "DeleteConflict 409: Cannot delete a policy attached to entities.",
    );
    expect(send("ListEntitiesForPolicy", { PolicyArn: arn })).toMatchObject({ PolicyUsers: [{ UserName: "ann" }] });
  });

  it("of AWS are there by name, and only those", ({ expect }) => {
    const send = world();
    const cni = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy";
    const { PolicyVersion } = send("GetPolicyVersion", { PolicyArn: cni, VersionId: "v1" }) as unknown as {
      PolicyVersion: { Document: string };
    };
    expect(decodeURIComponent(PolicyVersion.Document)).toContain("ec2:AssignPrivateIpAddresses");
    send("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trust });
    const misspelt = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Polizy";
    expect(refusal(() => send("AttachRolePolicy", { RoleName: "r", PolicyArn: misspelt }))).toBe(
      `NoSuchEntity 404: Policy ${misspelt} does not exist or is not attachable.`,
    );
    expect(refusal(() => send("DeletePolicy", { PolicyArn: cni }))).toMatch(/^AccessDenied 403/);
  });

  it.for([
    ["nonsense", "Syntax errors in policy."],
    [json({ Effect: "Allow", Action: "s3:GetObject" }), "Policy statement must contain resources."],
    [json({ Effect: "Allow", Resource: "*" }), "Policy statement must contain actions."],
    [
      json({ Effect: "Allow", Action: "GetObject", Resource: "*" }),
      "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ],
    [
      json({ Effect: "Allow", Action: "s3:GetObject", Resource: "bucket" }),
      'Resource bucket must be in ARN format or "*".',
    ],
    [
      json({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }, "2008-10-17"),
      "Policy document must be version 2012-10-17 or greater.",
    ],
    [
      json({ Effect: "Allow", Action: "s3:GetObject", Resource: "*", Principal: "*" }),
      "Policy document should not specify a principal.",
    ],
  ])("refuse the document %s", ([document, problem], { expect }) => {
    expect(refusal(() => world()("CreatePolicy", { PolicyName: "p", PolicyDocument: document }))).toBe(
      `MalformedPolicyDocument 400: ${problem}`,
    );
  });
});

describe("everything else", () => {
  it("pages lists by Marker and MaxItems", ({ expect }) => {
    const send = world();
    for (let i = 0; i < 5; i += 1) send("CreateUser", { UserName: `u${i}` });
    const first = send("ListUsers", { MaxItems: 2 }) as unknown as {
      Marker: string;
      Users: unknown[];
      IsTruncated: boolean;
    };
    expect([first.Users.length, first.IsTruncated]).toEqual([2, true]);
    const rest = send("ListUsers", { Marker: first.Marker }) as unknown as {
      Users: { UserName: string }[];
      IsTruncated: boolean;
    };
    expect(rest.Users.map((user) => user.UserName)).toEqual(["u2", "u3", "u4"]);
    expect(rest.IsTruncated).toBe(false);
  });

  it("lets an instance profile hold one role", ({ expect }) => {
    const send = world();
    send("CreateInstanceProfile", { InstanceProfileName: "p" });
    for (const RoleName of ["a", "b"]) send("CreateRole", { RoleName, AssumeRolePolicyDocument: trust });
    send("AddRoleToInstanceProfile", { InstanceProfileName: "p", RoleName: "a" });
    expect(refusal(() => send("AddRoleToInstanceProfile", { InstanceProfileName: "p", RoleName: "b" }))).toBe(
      "LimitExceeded 409: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    );
    expect(refusal(() => send("DeleteInstanceProfile", { InstanceProfileName: "p" }))).toMatch(/^DeleteConflict/);
  });

  it("names OIDC providers after their issuer, without port and scheme", ({ expect }) => {
    const send = world();
    const Url = "https://oidc.eks.eu-central-1.amazonaws.com:443/id/ABC";
    const created = send("CreateOpenIDConnectProvider", { Url, ClientIDList: ["sts.amazonaws.com"] });
    const arn = `arn:aws:iam::${account}:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC`;
    expect(created).toEqual({ OpenIDConnectProviderArn: arn });
    expect(refusal(() => send("CreateOpenIDConnectProvider", { Url }))).toBe(
      "EntityAlreadyExists 409: Provider with url https://oidc.eks.eu-central-1.amazonaws.com/id/ABC already exists.",
    );
    expect(send("GetOpenIDConnectProvider", { OpenIDConnectProviderArn: arn })).toMatchObject({
      Url: "oidc.eks.eu-central-1.amazonaws.com/id/ABC",
      ClientIDList: ["sts.amazonaws.com"],
    });
  });

  it("protects service-linked roles", ({ expect }) => {
    const send = world();
    const made = send("CreateServiceLinkedRole", { AWSServiceName: "autoscaling.amazonaws.com" });
    expect(made).toMatchObject({ Role: { RoleName: "AWSServiceRoleForAutoScaling" } });
    const RoleName = "AWSServiceRoleForAutoScaling";
    expect(refusal(() => send("DeleteRole", { RoleName }))).toMatch(/^UnmodifiableEntity 400: .*protected role/);
    expect(refusal(() => send("PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument: reading }))).toMatch(
      /^UnmodifiableEntity/,
    );
    expect(refusal(() => send("CreateServiceLinkedRole", { AWSServiceName: "autoscaling.amazonaws.com" }))).toMatch(
      /^InvalidInput 400: Service role name .* has been taken/,
    );
    const { DeletionTaskId } = send("DeleteServiceLinkedRole", { RoleName });
    expect(send("GetServiceLinkedRoleDeletionStatus", { DeletionTaskId })).toEqual({ Status: "SUCCEEDED" });
  });

  it("simulates a role's policies, its boundary included", ({ expect }) => {
    const send = world();
    const boundary = `arn:aws:iam::${account}:policy/limit`;
    const only = json({ Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" });
    send("CreatePolicy", { PolicyName: "limit", PolicyDocument: only });
    send("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trust, PermissionsBoundary: boundary });
    send("AttachRolePolicy", { RoleName: "r", PolicyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" });
    const { EvaluationResults } = send("SimulatePrincipalPolicy", {
      PolicySourceArn: `arn:aws:iam::${account}:role/r`,
      ActionNames: ["s3:GetObject", "s3:PutObject"],
    });
    expect(EvaluationResults).toMatchObject([
      { EvalActionName: "s3:GetObject", EvalDecision: "allowed" },
      {
        EvalActionName: "s3:PutObject",
        EvalDecision: "implicitDeny",
        PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
      },
    ]);
  });
});
