import { describe, it } from "vitest";
import { read, unread } from "../explanation.ts";
import { explainPrincipal } from "./explain-principal.ts";
import { readWanted } from "./kinds.ts";
import type { PrincipalQuestion, PrincipalWorld } from "./world.ts";

const account = "111122223333";
const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const none = { roles: [], clusterRoles: [], roleBindings: [], clusterRoleBindings: [] };

const world = (change: Partial<PrincipalWorld> = {}): PrincipalWorld => ({
  cluster: { name: "quay", account, partition: "aws", region: "eu-central-1" },
  mode: read("API_AND_CONFIG_MAP"),
  entries: read([]),
  awsAuth: read(undefined),
  principal: read({ arn: roleArn("dev"), id: "AROADEV", created: 1000 }),
  instances: new Map(),
  rbac: read(none),
  ...change,
});

const ask = (change: Partial<PrincipalWorld>, more: Partial<PrincipalQuestion> = {}) =>
  explainPrincipal(world(change), {
    arn: roleArn("dev"),
    wanted: readWanted("get", "pods", { namespace: "shop" }),
    ...more,
  });
const mapped = (rolearn: string, groups: string[] = []): Partial<PrincipalWorld> => ({
  awsAuth: read({ mapRoles: `- ${JSON.stringify({ rolearn, username: "dev", groups })}` }),
});

describe("somebody who nearly comes in", () => {
  it.for([
    ["a path", roleArn("team/dev"), "write it without"],
    ["a session", `arn:aws:sts::${account}:assumed-role/dev/jane`, "takes roles only"],
    ["another account", "arn:aws:iam::999988887777:role/dev", "account 999988887777"],
    ["another partition", `arn:aws-cn:iam::${account}:role/dev`, "partition aws-cn"],
    ["an instance profile", `arn:aws:iam::${account}:instance-profile/dev`, "instance profile"],
    ["a wildcard", roleArn("d*"), "literally"],
  ] as const)("by %s", ([, rolearn, why], { expect }) => {
    const { verdict, steps, remedy } = ask(mapped(rolearn));
    expect(verdict).toBe("deny");
    expect(steps.find(({ code }) => code === "explain/near-miss")?.text).toContain(why);
    expect(remedy?.proven).toBe(true);
  });

  it("in another case is let in all the same", ({ expect }) => {
    expect(ask(mapped(roleArn("DEV"), ["system:masters"])).verdict).toBe("allow");
  });

  it("by a map that the mode doesn't look at, or that can't be read", ({ expect }) => {
    const api = ask({ ...mapped(roleArn("dev")), mode: read("API") });
    expect(api.steps.map(({ text }) => text).join()).toContain("authentication mode API doesn't look at aws-auth");
    const broken = ask({ awsAuth: read({ mapRoles: "- rolearn: [" }) });
    expect(broken.steps.map(({ code }) => code)).toContain("explain/map-unreadable");
  });

  it("by an entry for the role that was there before", ({ expect }) => {
    const entry = { principalArn: roleArn("dev"), type: "STANDARD", kubernetesGroups: ["ops"], created: 500 };
    const { verdict, steps, remedy } = ask({ entries: read([entry]) });
    expect([verdict, steps.some(({ code }) => code === "explain/entry-stale")]).toEqual(["deny", true]);
    expect(remedy?.changes[0]?.command).toContain("aws eks delete-access-entry");
    expect(remedy?.proven).toBe(true);
  });
});

describe("rights", () => {
  const entry = (policies: object[] = [], groups: string[] = []) => ({
    principalArn: roleArn("dev"),
    type: "STANDARD",
    kubernetesGroups: groups,
    policies: policies as never,
    created: 2000,
  });
  const view = (accessScope: object) => ({
    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
    accessScope,
  });

  it("by an access policy hold in its namespaces", ({ expect }) => {
    const inShop = { entries: read([entry([view({ type: "namespace", namespaces: ["shop"] })])]) };
    expect(ask(inShop).verdict).toBe("allow");
    expect(ask(inShop, { wanted: readWanted("get", "pods", { namespace: "bank" }) }).verdict).toBe("deny");
    expect(ask(inShop, { wanted: readWanted("get", "pods", { allNamespaces: true }) }).verdict).toBe("deny");
    expect(ask(inShop, { wanted: readWanted("get", "nodes", {}) }).verdict).toBe("deny");
  });

  it("by a binding are told with binding, role and rule", ({ expect }) => {
    const rbac = {
      ...none,
      roles: [
        {
          metadata: { name: "reader", namespace: "shop" },
          rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }],
        },
      ],
      roleBindings: [
        {
          metadata: { name: "readers", namespace: "shop" },
          subjects: [{ kind: "Group", name: "ops" }],
          roleRef: { kind: "Role", name: "reader" },
        },
      ],
    };
    const found = ask({ entries: read([entry([], ["ops"])]), rbac: read(rbac) });
    expect(found.decisive).toMatchObject({
      code: "explain/rbac",
      at: "RoleBinding shop/readers",
      fact: "get on pods of core",
    });
    expect(found.remedy?.changes[0]?.command).toBe("kubectl delete rolebinding readers -n shop");
    expect(
      ask(
        { entries: read([entry([], ["ops"])]), rbac: read(rbac) },
        { wanted: readWanted("get", "pods/log", { namespace: "shop" }) },
      ).verdict,
    ).toBe("deny");
  });

  it("that hang on the name of the session are unknown until it is given", ({ expect }) => {
    const rbac = {
      ...none,
      clusterRoles: [{ metadata: { name: "all" }, rules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }] }],
      clusterRoleBindings: [
        {
          metadata: { name: "jane" },
          subjects: [{ kind: "User", name: `arn:aws:sts::${account}:assumed-role/dev/jane` }],
          roleRef: { kind: "ClusterRole", name: "all" },
        },
      ],
    };
    const given = { entries: read([entry()]), rbac: read(rbac) };
    expect(ask(given).verdict).toBe("unknown");
    expect(ask(given, { sessionName: "jane" }).verdict).toBe("allow");
    expect(ask(given, { arn: `arn:aws:sts::${account}:assumed-role/dev/joe` }).verdict).toBe("deny");
  });

  it("that couldn't be read are unknown, and what the API server says counts", ({ expect }) => {
    const closed = { entries: read([entry()]), rbac: unread<typeof none>("denied") };
    expect(ask(closed).verdict).toBe("unknown");
    expect(ask(closed, { review: read({ allowed: true, reason: "RBAC" }) })).toMatchObject({ verdict: "allow" });
    const other = ask({ entries: read([entry()]) }, { review: read({ allowed: true }) });
    expect([other.verdict, other.decisive?.code]).toEqual(["allow", "explain/review-disagrees"]);
    expect(ask({ entries: unread("denied") }).verdict).toBe("unknown");
    expect(ask({ awsAuth: unread("denied") }).verdict).toBe("unknown");
  });

  it("of nodes are the node authorizer's to say", ({ expect }) => {
    const id = "i-0123456789abcdef0";
    const nodes = { principalArn: roleArn("dev"), type: "EC2_LINUX", created: 2000 };
    const instances = new Map([[id, { privateDnsName: "ip-10-0-0-1.ec2.internal" }]]);
    expect(ask({ entries: read([nodes]), instances }, { sessionName: id }).verdict).toBe("unknown");
    expect(ask({ entries: read([nodes]), instances }, { sessionName: "jane" }).verdict).toBe("deny");
    expect(ask({ entries: read([nodes]), instances }).verdict).toBe("unknown");
  });
});

describe("resources", () => {
  it.for([
    ["po", "", "pods", undefined, undefined],
    ["pod/web-1", "", "pods", undefined, "web-1"],
    ["pods/log", "", "pods", "log", undefined],
    ["deploy", "apps", "deployments", undefined, undefined],
    ["deployments.apps", "apps", "deployments", undefined, undefined],
    ["widgets.example.com", "example.com", "widgets", undefined, undefined],
  ] as const)("%s", ([text, group, resource, subresource, name], { expect }) => {
    const wanted = readWanted("get", text, {});
    expect(wanted).toMatchObject({ kind: "resource", group, resource, namespace: "default" });
    expect(wanted.kind === "resource" && [wanted.subresource, wanted.name]).toEqual([subresource, name]);
  });

  it("are refused when they are none", ({ expect }) => {
    for (const text of ["", "pods/", "a/b/c"]) expect(() => readWanted("get", text, {})).toThrow("is no resource");
    expect(() => readWanted("GET!", "pods", {})).toThrow("is no verb");
    expect(readWanted("get", "/healthz", {})).toEqual({ kind: "path", verb: "get", path: "/healthz" });
  });
});
