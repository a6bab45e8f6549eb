import { describe, it } from "vitest";
import { calendarOn } from "./calendar/model.ts";
import { judgeUpgrade } from "./judgement.ts";
import { foundIn, today, worldWith } from "./testing.ts";
import { targetOf } from "./versions.ts";
import type { AddonSeen, ApiUse, NodeSeen } from "./world.ts";

const node = (kubelet: string, image = "Bottlerocket OS"): { nodes: { value: NodeSeen[] } } => ({
  nodes: { value: [{ name: "a", kubelet, image }] },
});
const use = (source: ApiUse["source"], apiVersion: string, kind: string): ApiUse => ({
  source,
  apiVersion,
  kind,
  name: "web",
  namespace: "shop",
  by: "kubectl",
});
const from = (version: string, to: string): Parameters<typeof foundIn>[0] => ({
  cluster: { name: "demo", version, support: undefined },
  to,
  kubectl: { value: undefined },
  kubeProxy: { value: undefined },
  nodes: { value: [] },
  groups: { value: [] },
});

describe("the verdict", () => {
  it("is ready where everything was read and nothing found", ({ expect }) => {
    expect(judgeUpgrade(worldWith({}))).toMatchObject({ verdict: "ready", findings: [], unknown: [] });
  });

  it("is unknown where anything wasn't read, however well the rest looks", ({ expect }) => {
    const parts = ["nodes", "groups", "addons", "kubeProxy", "kubectl", "insights", "live", "helm", "checks"] as const;
    for (const part of parts) {
      const { verdict, unknown } = judgeUpgrade(worldWith({ [part]: { unread: "not allowed" } }));
      expect({ part, verdict, reasons: unknown.map(({ reason }) => reason) }).toEqual({
        part,
        verdict: "unknown",
        reasons: ["not allowed"],
      });
    }
    const check = { code: "LT-N004", title: "No room", reason: "ec2:DescribeSubnets is denied" };
    expect(judgeUpgrade(worldWith({ unreadChecks: [check] })).verdict).toBe("unknown");
  });

  it("is not ready with an error, whatever else is unknown; worst first", ({ expect }) => {
    const { verdict, findings } = judgeUpgrade(
      worldWith({ ...from("1.33", "1.34"), live: { unread: "?" }, ...node("v1.30.1"), kubectl: { value: "1.30.0" } }),
    );
    expect(verdict).toBe("not ready");
    expect(findings.map(({ severity }) => severity)).toEqual(["error", "warning", "warning"]);
  });

  it("takes over what the doctor's checks say", ({ expect }) => {
    const budget = { code: "LT-U010", severity: "error" as const, subject: "PodDisruptionBudget shop/web" };
    const seen = {
      ...budget,
      title: "A budget that forbids every eviction",
      text: "maxUnavailable is 0",
      remedy: "Leave room",
    };
    expect(judgeUpgrade(worldWith({ checks: { value: [seen] } })).findings).toMatchObject([
      { code: "LT-U010", title: "PodDisruptionBudget shop/web: maxUnavailable is 0", remedy: "Leave room" },
    ]);
  });
});

describe("the calendar", () => {
  it("never calls a newer version than the table unsupported", ({ expect }) => {
    const { verdict, findings, unknown } = judgeUpgrade(worldWith({ to: "1.37", kubectl: { value: undefined } }));
    expect(findings).toEqual([]);
    expect({ verdict, parts: unknown.map(({ part }) => part) }).toEqual({
      verdict: "unknown",
      parts: ["Kubernetes 1.37"],
    });
  });

  it("says so where the wanted version is out of support, and where today's is", ({ expect }) => {
    expect(foundIn(from("1.29", "1.30"))).toEqual([
      "error upgrades/target-not-offered",
      "warning upgrades/end-of-support",
    ]);
    expect(foundIn(from("1.34", "1.35"))).toEqual(["info upgrades/end-of-support"]);
    expect(foundIn(from("1.35", "1.36"))).toEqual([]);
  });

  it("that is old leaves the verdict open", ({ expect }) => {
    expect(judgeUpgrade(worldWith({ calendar: calendarOn("2027-01-01") })).verdict).toBe("unknown");
  });
});

describe("skew", () => {
  it.for([
    ["v1.33.1", []],
    ["v1.32.9-eks-1", ["error upgrades/kubelet-skew"]],
    ["v1.36.0", ["error upgrades/kubelet-skew"]],
  ] as const)("of a kubelet %s on the way from 1.35 to 1.36: %j", ([kubelet, found], { expect }) => {
    expect(foundIn(node(kubelet))).toEqual(found);
  });

  it("of old kubelets allows two minors only", ({ expect }) => {
    const way = { ...from("1.26", "1.27"), calendar: calendarOn("2024-01-01") };
    expect(foundIn({ ...way, ...node("v1.24.17") }).filter((text) => text.includes("skew"))).toEqual([
      "error upgrades/kubelet-skew",
    ]);
  });

  it("of kube-proxy, kubectl and node groups", ({ expect }) => {
    expect(foundIn({ kubeProxy: { value: "registry:5000/kube-proxy:v1.32.0-eksbuild.2" } })).toEqual([
      "error upgrades/proxy-skew",
    ]);
    expect(foundIn({ kubeProxy: { value: "registry:5000/kube-proxy:v1.33.0" } })).toEqual([]);
    expect(foundIn({ kubectl: { value: "1.34.9" } })).toEqual(["warning upgrades/kubectl-skew"]);
    expect(foundIn({ kubectl: { value: "1.37.0" } })).toEqual([]);
    expect(
      foundIn({ groups: { value: [{ name: "web", version: "1.34", amiType: "AL2023_x86_64_STANDARD" }] } }),
    ).toEqual(["warning upgrades/group-behind"]);
  });
});

describe("add-ons", () => {
  const addon = (name: string, offered: Record<string, string[]>): { addons: { value: AddonSeen[] } } => ({
    addons: {
      value: [
        {
          name,
          version: "v1",
          offered: Object.fromEntries(
            Object.entries(offered).map(([minor, list]) => [
              minor,
              list.map((version, i) => ({ version, isDefault: i === 0 })),
            ]),
          ),
        },
      ],
    },
  });

  it("that fit are no finding", ({ expect }) => {
    expect(foundIn(addon("vpc-cni", { "1.35": ["v1"], "1.36": ["v2", "v1"] }))).toEqual([]);
  });

  it("move first where a version runs on both, later where none does", ({ expect }) => {
    const both = judgeUpgrade(worldWith(addon("coredns", { "1.35": ["v2", "v1"], "1.36": ["v3", "v2"] })));
    expect(both.findings).toMatchObject([
      { code: "upgrades/addon-first", severity: "error", remedy: expect.stringContaining("--version v2") },
    ]);
    expect(both.addons).toEqual([
      { name: "coredns", version: "v1", fits: { "1.36": false }, wanted: "v3", bridge: "v2" },
    ]);
    expect(foundIn(addon("coredns", { "1.35": ["v1"], "1.36": ["v3"] }))).toEqual(["warning upgrades/addon-later"]);
    expect(foundIn(addon("coredns", { "1.35": ["v1"], "1.36": [] }))).toEqual(["error upgrades/addon-not-offered"]);
  });

  it("have to fit every minor on the way", ({ expect }) => {
    const world = { ...from("1.34", "1.36"), ...addon("coredns", { "1.34": ["v1"], "1.35": ["v2"], "1.36": ["v1"] }) };
    expect(foundIn(world)).toContain("warning upgrades/addon-later");
  });
});

describe("APIs", () => {
  const gone = ["admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy"] as const;

  it("that the way takes away are errors, wherever they are written", ({ expect }) => {
    const way = from("1.33", "1.34");
    for (const change of [
      { live: { value: [use("live", ...gone)] } },
      { helm: { value: [use("helm", ...gone)] } },
      { manifests: [use("manifest", ...gone)] },
    ])
      expect(foundIn({ ...way, ...change })).toContain("error upgrades/removed-api");
  });

  it("that went before are marks of another time in live objects, and still stop Helm", ({ expect }) => {
    expect(foundIn({ live: { value: [use("live", ...gone)] } })).toEqual([]);
    expect(foundIn({ helm: { value: [use("helm", ...gone)] } })).toEqual(["error upgrades/removed-api"]);
  });

  it("that go later are warnings; what stays is none", ({ expect }) => {
    expect(foundIn({ manifests: [use("manifest", "networking.k8s.io/v1beta1", "ServiceCIDR")] })).toEqual([
      "warning upgrades/deprecated-api",
    ]);
    expect(foundIn({ manifests: [use("manifest", "apps/v1", "Deployment")] })).toEqual([]);
  });
});

describe("images of Amazon Linux 2", () => {
  const al2 = (version: string): { groups: { value: { name: string; version: string; amiType: string }[] } } => ({
    groups: { value: [{ name: "old", version, amiType: "AL2_x86_64" }] },
  });

  it("are none for 1.33 and later", ({ expect }) => {
    expect(foundIn({ ...from("1.31", "1.32"), ...al2("1.31") })).toContain("warning upgrades/no-al2");
    expect(foundIn({ ...from("1.32", "1.33"), ...al2("1.32") })).toContain("error upgrades/no-al2");
  });

  it("run cgroup v1, which 1.35 doesn't take", ({ expect }) => {
    expect(foundIn({ ...from("1.34", "1.35"), ...node("v1.32.1", "Amazon Linux 2") })).toContain(
      "error upgrades/cgroup-v1",
    );
    expect(foundIn({ ...from("1.33", "1.34"), ...node("v1.32.1", "Amazon Linux 2") })).not.toContain(
      "error upgrades/cgroup-v1",
    );
  });
});

describe("EKS's insights", () => {
  const insight = (
    status: "ERROR" | "WARNING" | "UNKNOWN" | "PASSING",
    version: string,
  ): Parameters<typeof foundIn>[0] => ({
    insights: { value: [{ id: "1", name: "Kubelet version skew", version, status, reason: "" }] },
  });

  it("are errors for versions on the way, warnings beyond", ({ expect }) => {
    expect(foundIn(insight("ERROR", "1.36"))).toEqual(["error upgrades/insight"]);
    expect(foundIn(insight("ERROR", "1.37"))).toEqual(["warning upgrades/insight"]);
    expect(foundIn(insight("PASSING", "1.36"))).toEqual([]);
    expect(judgeUpgrade(worldWith(insight("UNKNOWN", "1.36"))).verdict).toBe("unknown");
  });
});

describe("the target", () => {
  it("is the next minor, or a later one", ({ expect }) => {
    expect(targetOf("1.35", undefined)).toBe("1.36");
    expect(targetOf("1.31", "1.36")).toBe("1.36");
    // Where an upgrade goes on after the control plane has moved.
    expect(targetOf("1.36", "1.36", "same")).toBe("1.36");
    expect(() => targetOf("1.36", "1.35", "same")).toThrow("1.35");
  });

  it.for(["1.35", "1.3", "1.34", "2.0", "v1.36", "1.99", "latest"])("isn't %s", (to, { expect }) => {
    expect(() => targetOf("1.35", to)).toThrow(to);
  });

  it("is judged on the day of the world", ({ expect }) => {
    expect(judgeUpgrade(worldWith({})).today).toBe(today);
  });
});
