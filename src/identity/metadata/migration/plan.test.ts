// The way off kube2iam: every pod keeps its credentials at every step, and nobody gets more than before.
import { describe, it } from "vitest";
import { readBaseArn } from "../base-arn.ts";
import type { PodRoleSettings } from "../pod-role.ts";
import type { AnnotatedWorkload, KnownRole, PodRoleStep, PodRoleWorld } from "./model.ts";
import { planPodRoleMigration } from "./plan.ts";

const account = "123456789012";
const issuer = "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC";
const arn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const nodes = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: arn("nodes") }, Action: "sts:AssumeRole" }],
};
const settings: PodRoleSettings = {
  base: readBaseArn(arn("")),
  roleKey: "iam.amazonaws.com/role",
  externalIdKey: "iam.amazonaws.com/external-id",
  sessionNameKey: "iam.amazonaws.com/session-name",
  restricted: false,
  format: "glob",
  namespaceKey: "iam.amazonaws.com/allowed-roles",
  permittedKey: "iam.amazonaws.com/permitted",
};
const workload = (
  name: string,
  role: string | undefined,
  more: Partial<AnnotatedWorkload> = {},
): AnnotatedWorkload => ({
  kind: "Deployment",
  namespace: "shop",
  name,
  serviceAccount: name,
  annotations: role === undefined ? {} : { "iam.amazonaws.com/role": role },
  ...more,
});
const world = (workloads: AnnotatedWorkload[], more: Partial<PodRoleWorld> = {}): PodRoleWorld => ({
  cluster: { name: "prod", arn: `arn:aws:eks:eu-central-1:${account}:cluster/prod`, account, partition: "aws", issuer },
  hasProvider: true,
  hasAgent: true,
  workloads,
  namespaces: new Map([["shop", {}]]),
  serviceAccounts: new Map(workloads.map(({ namespace, serviceAccount }) => [`${namespace}/${serviceAccount}`, {}])),
  roles: new Map(["web", "api"].map((name) => [arn(name), { trust: nodes }])),
  associations: [],
  ...more,
});
const brief = (steps: readonly PodRoleStep[]): string[] => steps.map(({ do: what, subject }) => `${what} ${subject}`);
const policyOf = (command: string): { Statement: { Principal: object; Condition?: object }[] } =>
  JSON.parse(/--policy-document '(.*)'$/.exec(command)?.[1] ?? "{}") as never;

describe("the way to IRSA", () => {
  it("trusts, annotates, restarts, and only then takes the old annotation away", ({ expect }) => {
    const { steps, findings } = planPodRoleMigration(world([workload("web", "web")]), settings, "irsa");
    expect(findings).toEqual([]);
    expect(brief(steps)).toEqual([
      `trust ${arn("web")}`,
      "annotate shop/web",
      "restart Deployment shop/web",
      "remove-annotation Deployment shop/web",
    ]);
    const [trust, annotate, , remove] = steps;
    expect(policyOf(trust?.command ?? "").Statement).toEqual([
      nodes.Statement[0],
      {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer.slice(8)}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${issuer.slice(8)}:aud`]: "sts.amazonaws.com",
            [`${issuer.slice(8)}:sub`]: "system:serviceaccount:shop:web",
          },
        },
      },
    ]);
    expect(policyOf(trust?.undo ?? "")).toEqual(nodes);
    expect(annotate?.command).toBe(
      `kubectl annotate serviceaccount -n shop web eks.amazonaws.com/role-arn=${arn("web")}`,
    );
    expect(remove?.command).toBe(
      `kubectl patch deployment -n shop web --type json -p '[{"op":"remove","path":"/spec/template/metadata/annotations/iam.amazonaws.com~1role"}]'`,
    );
  });

  it("makes what is missing first, and needs nothing that is there", ({ expect }) => {
    const before = world([workload("web", "web")], { hasProvider: false });
    const { steps } = planPodRoleMigration(before, settings, "irsa");
    expect(steps[0]?.do).toBe("create-provider");
    const trust = policyOf(steps[1]?.command ?? "") as { Statement: object[] };
    const after = world([workload("web", undefined)], {
      serviceAccounts: new Map([["shop/web", { "eks.amazonaws.com/role-arn": arn("web") }]]),
      roles: new Map([[arn("web"), { trust }]]),
    });
    expect(planPodRoleMigration(after, settings, "irsa").steps).toEqual([]);
  });

  it("gives pods that share an account and not a role accounts of their own", ({ expect }) => {
    const shared = { serviceAccount: "default" };
    const { steps } = planPodRoleMigration(
      world([workload("web", "web", shared), workload("api", "api", shared), workload("none", undefined, shared)]),
      settings,
      "irsa",
    );
    expect(brief(steps)).toEqual([
      `trust ${arn("web")}`,
      `trust ${arn("api")}`,
      "create-service-account shop/web",
      "annotate shop/web",
      "create-service-account shop/api",
      "annotate shop/api",
      "use-service-account Deployment shop/web",
      "use-service-account Deployment shop/api",
      "remove-annotation Deployment shop/web",
      "remove-annotation Deployment shop/api",
    ]);
  });

  it("leaves what it can't move, and says why", ({ expect }) => {
    const foreign = "arn:aws:iam::999999999999:role/there";
    const { steps, findings } = planPodRoleMigration(
      world(
        [
          workload("gone", "gone"),
          workload("far", foreign),
          workload("odd", "not a role"),
          workload("taken", "web"),
          workload("outside", "api", {
            kind: "Pod",
            annotations: { "iam.amazonaws.com/role": "api", "iam.amazonaws.com/external-id": "e" },
          }),
        ],
        {
          roles: new Map<string, KnownRole>([
            [arn("web"), { trust: nodes }],
            [arn("api"), { trust: nodes }],
            [foreign, "foreign"],
          ]),
          serviceAccounts: new Map<string, Record<string, string>>([
            ["shop/taken", { "eks.amazonaws.com/role-arn": arn("api") }],
            ["shop/outside", {}],
          ]),
        },
      ),
      settings,
      "irsa",
    );
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "error identity/role-refused",
      "error identity/role-missing",
      "error identity/role-foreign",
      "error identity/role-taken",
      "warning identity/external-id",
      "warning identity/bare-pod",
    ]);
    expect(brief(steps)).toEqual([`trust ${arn("api")}`, "annotate shop/outside"]);
  });
});

describe("the way to EKS Pod Identity", () => {
  it("installs the agent, trusts it for this cluster, and associates", ({ expect }) => {
    const { steps } = planPodRoleMigration(
      world([workload("web", "web")], { hasAgent: false }),
      settings,
      "pod-identity",
    );
    expect(brief(steps)).toEqual([
      "install-agent prod",
      `trust ${arn("web")}`,
      "associate shop/web",
      "restart Deployment shop/web",
      "remove-annotation Deployment shop/web",
    ]);
    expect(policyOf(steps[1]?.command ?? "").Statement[1]).toMatchObject({
      Principal: { Service: "pods.eks.amazonaws.com" },
      Condition: { ArnEquals: { "aws:SourceArn": `arn:aws:eks:eu-central-1:${account}:cluster/prod` } },
    });
  });

  it("says where there is no agent, and keeps default roles in view", ({ expect }) => {
    const { findings } = planPodRoleMigration(
      world([workload("win", "web", { windows: true }), workload("plain", undefined)]),
      { ...settings, defaultRole: arn("api") },
      "pod-identity",
    );
    expect(findings.map(({ code }) => code)).toEqual(["identity/no-agent-there", "identity/default-role"]);
  });
});
