import { describe, it } from "vitest";
import type { DesiredAuthMapping, DesiredKubernetesObject, DesiredServiceAccount } from "../../../stacks/index.ts";
import type { FoundKubernetes } from "../../kubernetes-view.ts";
import type { Draft, Planning } from "../../planning.ts";
import { draft } from "../../planning.ts";
import { authMappings } from "./aws-auth.ts";
import { withDrains } from "./drains.ts";
import { withKubernetes } from "./index.ts";
import { namespaces, serviceAccounts } from "./service-accounts.ts";
import { storageClass } from "./workloads.ts";

const nothing: FoundKubernetes = {
  namespaces: new Set(),
  serviceAccounts: new Map(),
  daemonSets: new Set(),
  storageClasses: [],
  nodes: new Map(),
};

/** A planning with what these builders look at. */
function planningOf(objects: DesiredKubernetesObject[], more: Partial<Planning> = {}): Planning {
  return {
    cluster: { config: { metadata: { name: "quay" } }, written: {}, locate: () => ({ file: "c.yaml", line: 1 }) },
    found: {
      name: "quay",
      stacks: new Map(),
      nodeGroups: new Map(),
      autoScalingGroups: new Map(),
      cluster: { status: "ACTIVE" },
    },
    objects: { aws: [], kubernetes: objects },
    stacks: [],
    notes: [],
    controllers: [],
    refusals: [],
    ...more,
  } as unknown as Planning;
}

const texts = (drafts: readonly Draft[]): string[] =>
  drafts.flatMap(({ action, id, why }) => why.map(({ text }) => `${action} ${id}: ${text}`));

describe("mappings", () => {
  const arn = "arn:aws:iam::123456789012:role/ops";
  const mapping = (i: number, more: Partial<DesiredAuthMapping> = {}): DesiredAuthMapping => ({
    kind: "aws-auth",
    id: `aws-auth/${i}/${arn}`,
    name: arn,
    principal: { arn },
    username: "ops",
    groups: ["a"],
    noDuplicateArns: false,
    source: [["iamIdentityMappings", i]],
    after: [],
    ...more,
  });
  const roles = (...groups: string[]): FoundKubernetes => ({
    ...nothing,
    awsAuth: {
      mapRoles: groups.map((group) => `- rolearn: ${arn}\n  username: ops\n  groups: [${group}]\n`).join(""),
    },
  });

  it.for([
    ["missing", roles(), [mapping(0)], [`create aws-auth/${arn}: aws-auth doesn't map ${arn} to ops, groups a`]],
    ["there", roles("a"), [mapping(0)], []],
    [
      "there, but shadowed",
      roles("a", "b"),
      [mapping(0)],
      [`update aws-auth/${arn}: ${arn} is mapped to ops, groups b, not to ops, groups a`],
    ],
    ["shadowed by the file itself", roles("b"), [mapping(0), mapping(1, { groups: ["b"] })], []],
    ["somebody else's, and not to be shadowed", roles("b"), [mapping(0, { noDuplicateArns: true })], []],
    [
      "an account's",
      roles(),
      [mapping(0, { name: "210987654321", principal: { account: "210987654321" } })],
      ["create aws-auth/210987654321: aws-auth lets nobody of account 210987654321 in"],
    ],
  ] as const)("%s", ([, found, wanted, expected], { expect }) => {
    expect(texts(authMappings(planningOf([...wanted]), found))).toEqual(expected);
  });

  it("that must not be shadowed are noted", ({ expect }) => {
    const planning = planningOf([mapping(0, { noDuplicateArns: true })]);
    authMappings(planning, roles("b"));
    expect(planning.notes.map(({ text }) => text)).toEqual([
      expect.stringContaining("noDuplicateARNs forbids another"),
    ]);
  });
});

describe("service accounts", () => {
  const account = (more: Partial<DesiredServiceAccount> = {}): DesiredServiceAccount => ({
    kind: "service-account",
    id: "service-account/shop/web",
    name: "shop/web",
    namespace: "shop",
    serviceAccount: "web",
    labels: { "app.kubernetes.io/managed-by": "eksctl" },
    annotations: {},
    role: { stack: "eksctl-quay-addon-iamserviceaccount-shop-web", output: "Role1" },
    source: [["iam", "serviceAccounts", 0]],
    after: [],
    ...more,
  });

  it("need their namespace once, unless every cluster has it", ({ expect }) => {
    const wanted = planningOf([account(), account({ name: "shop/api" }), account({ namespace: "kube-system" })]);
    expect(namespaces(wanted, nothing).map(({ id }) => id)).toEqual(["namespace/shop"]);
    expect(namespaces(wanted, { ...nothing, namespaces: new Set(["shop"]) })).toEqual([]);
  });

  it("keep what others have put on them", ({ expect }) => {
    const serviceAccountsFound = new Map([
      ["shop/web", { labels: { "app.kubernetes.io/managed-by": "eksctl", team: "x" }, annotations: { note: "y" } }],
    ]);
    const found = { ...nothing, serviceAccounts: serviceAccountsFound };
    expect(texts(serviceAccounts(planningOf([account()]), found))).toEqual([
      "update service-account/shop/web: annotation eks.amazonaws.com/role-arn: none → the role of its new stack",
    ]);
    const { role: _, ...withoutRole } = account();
    expect(serviceAccounts(planningOf([withoutRole]), found)).toEqual([]);
  });
});

it("makes one storage class the default, and only one", ({ expect }) => {
  const planning = planningOf([]);
  const cluster = { ...planning.cluster, platform: { storage: { defaultClass: "gp3" } } } as Planning["cluster"];
  const of = (...storageClasses: { name: string; isDefault: boolean }[]): string[] =>
    texts(storageClass({ ...planning, cluster }, { ...nothing, storageClasses }));
  expect(of()).toEqual(["create storage-class/gp3: there is no storage class gp3"]);
  expect(of({ name: "gp3", isDefault: true })).toEqual([]);
  expect(of({ name: "gp3", isDefault: true }, { name: "gp2", isDefault: true })).toEqual([
    "update storage-class/gp3: storage class gp2 is the default",
  ]);
  expect(storageClass(planning, nothing)).toEqual([]);
});

describe("groups that go", () => {
  const deletion = (name: string): Draft =>
    draft({
      kind: "nodegroup",
      name,
      action: "delete",
      phase: "removal",
      why: [],
      stack: `eksctl-quay-nodegroup-${name}`,
    });
  const living = (...names: string[]): Planning =>
    planningOf([], {
      found: {
        ...planningOf([]).found,
        stacks: new Map(
          names.map((name) => [`eksctl-quay-nodegroup-${name}`, { tags: { "alpha.eksctl.io/nodegroup-name": name } }]),
        ) as never,
      },
    });

  it("are drained first; where no other is left, kube-system stays to the end", ({ expect }) => {
    const one = withDrains(living("a", "b"), [deletion("a")]);
    expect(one.map(({ id, after }) => [id, after])).toEqual([
      ["drain/a", []],
      ["nodegroup/a", ["drained/a"]],
    ]);
    expect(one[0]?.work).toEqual({ do: "drain-nodegroup", nodeGroup: "a" });
    expect(withDrains(living("a"), [deletion("a")])[0]?.work).toMatchObject({ sparing: ["kube-system"] });
  });

  it("stay pending with the reason where the cluster can't be reached", ({ expect }) => {
    const planning = { ...living("a"), kubernetes: { state: "unreachable" as const, reason: "connect ECONNREFUSED" } };
    const drafts = withKubernetes(planning, [deletion("a")]);
    expect(drafts.map(({ id, pending, why }) => [id, pending, why[0]?.code])).toEqual([
      ["nodegroup/a", false, undefined],
      ["drain/a", true, "kube/unreachable"],
    ]);
  });
});
