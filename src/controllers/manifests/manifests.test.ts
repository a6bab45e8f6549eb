import { describe, it } from "vitest";
import { parse, parseAllDocuments, stringify } from "yaml";
import type { RoleDefinition } from "../frame/role.ts";
import { installedName } from "../frame/running-role.ts";
import { roles } from "../roles.ts";
import { objectsOf } from "./objects.ts";
import { manifestOptions } from "./options.ts";
import { rulesByNamespace } from "./rbac.ts";
import { renderChart, renderYaml, valueName } from "./render.ts";

const options = manifestOptions({ namespace: "identity", image: "registry.example.com/lotse:1.2.3" });
const pods = { group: "", version: "v1", plural: "pods", kind: "Pod", namespaced: true };

const role: RoleDefinition = {
  name: "pod-watcher",
  title: "Watches pods",
  flags: [],
  watches: [{ name: "pods", resource: pods }],
  rbac: [{ apiGroups: [""], resources: ["pods"], verbs: ["patch", "get"] }],
  iam: [{ Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" }],
  events: true,
  leaderElection: true,
  listener: { port: 8443, certificate: "own", servicePort: 443 },
  webhooks: [
    {
      kind: "mutating",
      name: "watcher.lotse.dev",
      path: "/mutate",
      rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
      failurePolicy: "Ignore",
    },
  ],
  workload: { kind: "Deployment", replicas: 2, resources: { cpu: "10m", memory: "64Mi", memoryLimit: "128Mi" } },
  serve: () => Promise.resolve([]),
};

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  spec?: Record<string, unknown>;
}
interface PodSpec {
  securityContext: Record<string, unknown>;
  containers: { args: string[]; securityContext: Record<string, unknown>; env: { name: string }[] }[];
}
const podOf = ({ spec }: Manifest): PodSpec => (spec as { template: { spec: PodSpec } }).template.spec;
const manifests = (of: RoleDefinition, more = options): Manifest[] => objectsOf(of, more) as Manifest[];

/** What Helm makes of a chart's template, as far as these charts go: values, `range`, `if`, `toYaml | nindent`, `default`. */
function rendered(template: string, values: Record<string, unknown>, release: string): string {
  const scope = { Values: values, Release: { Namespace: release }, Chart: { AppVersion: "9.9.9" } };
  const read = (path: string): unknown =>
    path
      .split(".")
      .filter(Boolean)
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], scope);
  return template
    .replace(/^\{\{- if ([\w.]+) \}\}\n([\s\S]*)\{\{- end \}\}\n$/, (_, path: string, body: string) =>
      read(path) ? body : "",
    )
    .replace(
      /^( *)\{\{- range ([\w.]+) \}\}\n *- \{\{ \. \| quote \}\}\n *\{\{- end \}\}\n/gm,
      (_, indent: string, path: string) =>
        (read(path) as string[]).map((item) => `${indent}- ${JSON.stringify(item)}\n`).join(""),
    )
    .replace(/\s*\{\{- toYaml ([\w.]+) \| nindent (\d+) \}\}/g, (_, path: string, width: string) => {
      const text = stringify(read(path)).trimEnd();
      return `\n${text.replace(/^/gm, " ".repeat(Number(width)))}`;
    })
    .replace(/\{\{ ([\w.]+) \| default ([\w.]+) \}\}/g, (_, path: string, other: string) =>
      String(read(path) || read(other)),
    )
    .replace(/\{\{ ([\w.]+) \}\}/g, (_, path: string) => String(read(path)));
}

/** Objects without what only a chart has, or only a file. */
function comparable(text: string): unknown[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest & Record<string, unknown>)
    .filter((object) => object !== null && object.kind !== "Namespace")
    .map((object) => {
      const copy = JSON.parse(JSON.stringify(object)) as Manifest;
      if (copy.metadata.annotations && Object.keys(copy.metadata.annotations).length === 0)
        delete copy.metadata.annotations;
      const pod = copy.spec?.["template"] as { spec: Record<string, unknown> } | undefined;
      if (!pod) return copy;
      if ((pod.spec["tolerations"] as unknown[] | undefined)?.length === 0) delete pod.spec["tolerations"];
      delete pod.spec["imagePullSecrets"];
      const containers = pod.spec["containers"] as { imagePullPolicy?: string; env: { name: string }[] }[];
      for (const container of containers) {
        delete container.imagePullPolicy;
        container.env = container.env.filter(({ name }) => name !== "AWS_REGION");
      }
      return copy;
    });
}

describe("manifests", () => {
  it("allow what the definition says and the frame needs, and nothing else", ({ expect }) => {
    const rules = rulesByNamespace(role, options);
    expect([...rules.keys()]).toEqual(["", "identity"]);
    expect(rules.get("")).toEqual([
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "patch", "watch"] },
      { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
      {
        apiGroups: ["admissionregistration.k8s.io"],
        resources: ["mutatingwebhookconfigurations"],
        resourceNames: ["lotse-pod-watcher"],
        verbs: ["get", "patch"],
      },
    ]);
    const names = { resourceNames: ["lotse-pod-watcher"], verbs: ["get", "update"] };
    expect(rules.get("identity")).toEqual([
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], ...names },
      { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
      { apiGroups: [""], resources: ["secrets"], ...names },
    ]);
  });

  it("leave certificates to cert-manager when they are asked to", ({ expect }) => {
    const with_ = manifests(role, { ...options, certificates: "cert-manager" });
    const kinds = with_.map(({ kind }) => kind);
    expect(kinds).toContain("Certificate");
    const hook = with_.find(({ kind }) => kind === "MutatingWebhookConfiguration");
    expect(hook?.metadata.annotations).toEqual({ "cert-manager.io/inject-ca-from": "identity/lotse-pod-watcher" });
    const workload = with_.find(({ kind }) => kind === "Deployment");
    expect(workload && podOf(workload).containers[0]?.args).toContain("--tls-cert-file=/etc/lotse/tls/tls.crt");
    expect(JSON.stringify(with_.filter(({ kind }) => kind === "Role"))).not.toContain("secrets");
  });

  it("give a role's account its IAM role, and its container its flags", ({ expect }) => {
    const arn = "arn:aws:iam::123456789012:role/watcher";
    const made = manifests(role, {
      ...options,
      region: "eu-central-1",
      roleArns: { "pod-watcher": arn },
      flags: { "pod-watcher": ["--log-level=debug"] },
    });
    expect(made[0]?.metadata.annotations).toEqual({ "eks.amazonaws.com/role-arn": arn });
    const workload = made.find(({ kind }) => kind === "Deployment");
    expect(workload && podOf(workload).containers[0]?.args.at(-1)).toBe("--log-level=debug");
    expect(renderYaml([role], options)).toContain('#       "Action": [\n#         "s3:GetObject"');
  });

  it.for(roles.map((each) => [each.name, each] as const))(
    "of %s keep its pods small and harmless",
    ([, each], { expect }) => {
      const workload = manifests(each).find(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
      const pod = podOf(workload as Manifest);
      if (!each.workload.root) expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
      expect(pod.securityContext).toMatchObject({ seccompProfile: { type: "RuntimeDefault" } });
      for (const { securityContext } of pod.containers) {
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
      }
      const budget = manifests(each).some(({ kind }) => kind === "PodDisruptionBudget");
      expect(budget).toBe(each.workload.kind === "Deployment" && (each.workload.replicas ?? 1) > 1);
    },
  );

  it.for([role, ...roles].map((each) => [each.name, each] as const))(
    "of %s are the same as a chart and as YAML",
    ([, each], { expect }) => {
      const files = renderChart([each], options);
      const values = parse(files.get("values.yaml") ?? "") as Record<string, unknown>;
      const text = rendered(files.get(`templates/${each.name}.yaml`) ?? "", values, options.namespace);
      expect(text).not.toMatch(/[«»]|\{\{/);
      expect(comparable(text)).toEqual(comparable(renderYaml([each], options)));
      const off = { ...values, [valueName(each.name)]: { enabled: false } };
      expect(rendered(files.get(`templates/${each.name}.yaml`) ?? "", off, "x")).toBe("");
      expect(parse(files.get("Chart.yaml") ?? "")).toMatchObject({ apiVersion: "v2", name: "lotse" });
    },
  );

  it("ask no more of an API server than a role needs: the node's addresses are known from 1.29 on", ({ expect }) => {
    const asks = roles.filter((each) => renderYaml([each], options).includes("status.hostIPs"));
    expect(asks.map(({ name }) => name)).toEqual(["metadata-proxy"]);
    const oldest = (of: readonly RoleDefinition[]): unknown =>
      (parse(renderChart(of, options).get("Chart.yaml") ?? "") as { kubeVersion: string }).kubeVersion;
    expect(oldest(roles.filter((each) => !asks.includes(each)))).toBe(">=1.27.0-0");
    expect(oldest(asks)).toBe(">=1.29.0-0");
    expect(oldest(roles)).toBe(">=1.29.0-0");
  });

  it("name every object as a role is named", ({ expect }) => {
    const names = roles.flatMap((each) =>
      manifests(each)
        .filter(({ kind }) => !["ConfigMap", "CustomResourceDefinition"].includes(kind))
        .map(({ metadata }) => metadata.name === installedName(each)),
    );
    expect(names.every(Boolean)).toBe(true);
  });
});
