import { describe, it } from "vitest";
import type { MigrationInput, MigrationPlan } from "./migrate.ts";
import { planMigration } from "./migrate.ts";
import { readAwsAuth } from "./read.ts";

const account = "111122223333";
const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const item = (arn: string, username: string, ...groups: string[]): string =>
  `- {rolearn: "${arn}", username: ${JSON.stringify(username)}, groups: ${JSON.stringify(groups)}}\n`;
const nodeName = "system:node:{{EC2PrivateDNSName}}";

function plan(mapRoles: string, input: Partial<MigrationInput> = {}, more: Record<string, string> = {}): MigrationPlan {
  return planMigration({
    awsAuth: readAwsAuth({ mapRoles, ...more }),
    mode: "CONFIG_MAP",
    target: "API",
    entryArns: [],
    ownedByEks: [],
    // In IAM, roles named Deep have a path.
    resolve: ({ arn }) => ({ arn: arn.replace("role/Deep", "role/team/Deep") }),
    ...input,
  });
}

/** The steps in short. */
const steps = ({ steps: all }: MigrationPlan): string[] =>
  all.map((step) => {
    if (step.do === "set-mode") return `mode ${step.mode}`;
    if (step.do === "delete-map") return "delete map";
    const { type, principalArn, username = "", kubernetesGroups = [], policies } = step.entry;
    const names = policies.map(({ policyArn }) => policyArn.split("/")[1]);
    return [type, principalArn.split(":")[5], username, ...kubernetesGroups, ...names].filter(Boolean).join(" ");
  });
const skipped = ({ skipped: all }: MigrationPlan): [string, boolean][] => all.map(({ arn, blocks }) => [arn, blocks]);

describe("from aws-auth to access entries", () => {
  it("goes through API_AND_CONFIG_MAP, makes the entries, switches, and deletes the map last", ({ expect }) => {
    const map =
      item(role("Nodes"), nodeName, "system:bootstrappers", "system:nodes") +
      item(role("WinNodes"), nodeName, "eks:kube-proxy-windows", "system:nodes") +
      item(role("Deep"), "dev:{{SessionName}}", "dev") +
      item(role("Admin"), "admin", "system:masters", "ops");
    expect(steps(plan(map))).toEqual([
      "mode API_AND_CONFIG_MAP",
      "EC2_LINUX role/Nodes",
      "EC2_WINDOWS role/WinNodes",
      "STANDARD role/team/Deep dev:{{SessionName}} dev",
      "STANDARD role/Admin admin AmazonEKSClusterAdminPolicy",
      "mode API",
      "delete map",
    ]);
    expect(plan(map).skipped).toEqual([]);
  });

  it("says what changes with system:masters, and how each step is taken back", ({ expect }) => {
    const { steps: all } = plan(item(role("Admin"), "admin", "system:masters", "ops"), { partition: "aws-cn" });
    expect(all[1]).toMatchObject({
      do: "create-entry",
      entry: {
        policies: [
          {
            policyArn: "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
            accessScope: { type: "cluster" },
          },
        ],
        rule: "aws-auth mapRoles[0]",
        caveats: [expect.stringContaining("the same rights"), "groups ops are dropped; the policy covers them"],
      },
      undo: `lotse delete accessentry --principal-arn ${role("Admin")}`,
    });
    expect(all[0]).toMatchObject({ do: "set-mode", undo: undefined });
  });

  it("stops at API_AND_CONFIG_MAP when that is the target, and does nothing to a cluster in API", ({ expect }) => {
    const map = item(role("Dev"), "dev");
    expect(steps(plan(map, { target: "API_AND_CONFIG_MAP" }))).toEqual([
      "mode API_AND_CONFIG_MAP",
      "STANDARD role/Dev dev",
    ]);
    expect(steps(plan(map, { mode: "API_AND_CONFIG_MAP" }))).toEqual([
      "STANDARD role/Dev dev",
      "mode API",
      "delete map",
    ]);
    expect(plan(map, { mode: "API" })).toEqual({ steps: [], skipped: [] });
  });

  it("takes users too, and of several items for an ARN the one that counts", ({ expect }) => {
    const map = item(role("Dev"), "first") + item(role("dev"), "last");
    const mapUsers = `- {userarn: "arn:aws:iam::${account}:user/Alice", username: alice, groups: [dev]}`;
    expect(steps(plan(map, { mode: "API_AND_CONFIG_MAP", target: "API_AND_CONFIG_MAP" }, { mapUsers }))).toEqual([
      "STANDARD role/dev last",
      "STANDARD user/Alice alice dev",
    ]);
  });

  it("leaves what has an entry", ({ expect }) => {
    const made = plan(item(role("Deep"), "dev"), { entryArns: [role("team/Deep")] });
    expect(skipped(made)).toEqual([[role("Deep"), false]]);
    expect(steps(made)).toEqual(["mode API_AND_CONFIG_MAP", "mode API", "delete map"]);
  });

  it.for([
    ["another system: group", item(role("A"), "a", "system:authenticated"), "cannot start with system:"],
    ["a user name that EKS keeps", item(role("A"), "system:a", "dev"), "cannot start with system:"],
    [
      "one that it keeps from administrators as well",
      item(role("A"), "eks:a", "system:masters"),
      "cannot start with eks:",
    ],
    ["a session name without a colon before", item(role("A"), "a-{{SessionName}}"), "a colon must come before"],
    ["a session name at the beginning", item(role("A"), "{{SessionName}}"), 'cannot start with "session"'],
    ["a service-linked role", item(role("AWSServiceRoleForX"), "x"), "service-linked roles can't"],
    [
      "a Fargate role without its entry",
      item(role("Pods"), "system:node:{{SessionName}}", "system:nodes"),
      "access entries of Fargate roles are EKS's own",
    ],
  ])("keeps the map for %s", ([, map = "", reason = ""], { expect }) => {
    const made = plan(map + item(role("Dev"), "dev"));
    expect(made.skipped).toMatchObject([{ reason: expect.stringContaining(reason), blocks: true }]);
    expect(steps(made)).toEqual(["mode API_AND_CONFIG_MAP", "STANDARD role/Dev dev"]);
  });

  it("keeps the map for whole accounts", ({ expect }) => {
    const made = plan("", {}, { mapAccounts: `- "${account}"` });
    expect(skipped(made)).toEqual([[account, true]]);
    expect(steps(made)).toEqual(["mode API_AND_CONFIG_MAP"]);
  });

  it("doesn't mind items that let nobody in anyway", ({ expect }) => {
    const made = plan(item("arn:aws:iam::111122223333:instance-profile/X", "x") + item(role("*"), "y"));
    expect(made.skipped.map(({ blocks }) => blocks)).toEqual([false, false]);
    expect(steps(made)).toEqual(["mode API_AND_CONFIG_MAP", "mode API", "delete map"]);
  });

  it("keeps the map until the roles of managed nodes and Fargate have their entries", ({ expect }) => {
    const ownedByEks = [
      { arn: role("Nodes"), kind: "linux" as const, name: "node group ng-1" },
      { arn: role("Pods"), kind: "fargate" as const, name: "profile fp" },
    ];
    expect(skipped(plan("", { ownedByEks }))).toEqual([
      [role("Nodes"), true],
      [role("Pods"), true],
    ]);
    const map = item(role("Nodes"), nodeName, "system:nodes") + item(role("Pods"), "system:node:{{SessionName}}");
    expect(steps(plan(map, { ownedByEks }))).toEqual(["mode API_AND_CONFIG_MAP", "EC2_LINUX role/Nodes"]);
    expect(steps(plan(map, { ownedByEks, entryArns: [role("Pods")] }))).toEqual([
      "mode API_AND_CONFIG_MAP",
      "EC2_LINUX role/Nodes",
      "mode API",
      "delete map",
    ]);
  });

  it("takes a role of another account as it stands, and says that its path is unknown", ({ expect }) => {
    const foreign = "arn:aws:iam::999988887777:role/Partner";
    const made = plan(item(foreign, "partner"), { resolve: () => "foreign" });
    expect(made.steps[1]).toMatchObject({
      entry: { principalArn: foreign, caveats: [expect.stringContaining("can't be looked into")] },
    });
  });

  it.for([
    ["principals are gone", {}, "don't exist in IAM", { resolve: () => "missing" as const }],
    ["the target is no such mode", {}, "the target must be", { target: "CONFIG_MAP" as const }],
    ["the map can't be read", { mapUsers: "- [" }, "mapUsers can't be read", {}],
  ] as const)("does nothing when %s", ([, more, refused, input], { expect }) => {
    expect(plan(item(role("A"), "a"), input, more)).toEqual({
      steps: [],
      skipped: [],
      refused: expect.stringContaining(refused),
    });
  });
});
