// Manifests are read as kubectl reads them, and what is wrong with them is said at its line.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { nameOf } from "./document.ts";
import { inWaves } from "./order.ts";
import { parseManifests, readManifests } from "./read.ts";

const folder = mkdtempSync(join(tmpdir(), "lotse-manifests-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const object = (kind: string, name: string, apiVersion = "v1"): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n`;

describe("one file", () => {
  it("holds several documents, empty ones between them, lists, and JSON", ({ expect }) => {
    const list = `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n    metadata: { name: c }\n`;
    const text = `# head\n---\n${object("ConfigMap", "a")}---\n---\n# only a remark\n---\n${object("ConfigMap", "b")}---\n${list}`;
    const { manifests, findings } = parseManifests("all.yaml", text);
    expect(findings).toEqual([]);
    expect(manifests.map(({ object: each, at }) => `${nameOf(each)}:${at.line}`)).toEqual([
      "ConfigMap a:3",
      "ConfigMap b:11",
      "Secret c:19",
    ]);
    const json = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "j", namespace: "n" } });
    expect(parseManifests("j.json", json).manifests.map(({ object: each }) => nameOf(each))).toEqual(["ConfigMap n/j"]);
  });

  it("knows the line of a field by the API server's path", ({ expect }) => {
    const text = `${object("Pod", "p")}spec:\n  containers:\n    - name: a\n      image: x\n    - name: b\n      ports:\n        - containerPort: 0\n`;
    const [pod] = parseManifests("p.yaml", text).manifests;
    expect(pod?.lineOf("spec.containers[1].ports[0].containerPort")).toBe(11);
    expect(pod?.lineOf(".spec.containers[0].imagePullPolicy")).toBe(7);
    expect(pod?.lineOf("metadata.name")).toBe(4);
  });

  it.for([
    ["kind: Pod\nmetadata: { name: a }\n", 1, "apiVersion is missing"],
    ["apiVersion: v1\nmetadata: { name: a }\n", 1, "kind is missing beside apiVersion v1"],
    ["apiVersion: v1\nkind: Pod\n", 2, "Pod has no metadata"],
    [
      "apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: a-\n",
      3,
      "Pod has a generateName: what is applied needs a name",
    ],
    ["- a\n- b\n", 1, "A manifest is an object with apiVersion, kind and metadata"],
    ["apiVersion: v1\nkind: Pod\nkind: Pod\nmetadata: { name: a }\n", 3, "Map keys must be unique"],
    ["apiVersion: v1\nkind: {{ .Values.kind }}\n", 2, "helm template"],
  ] as const)("says what is wrong with %j", ([text, line, title], { expect }) => {
    const { manifests, findings } = parseManifests("bad.yaml", text);
    expect(manifests).toEqual([]);
    const found = findings.map(({ title: is, remedy, at }) => `${at?.file}:${at?.line} ${is} ${remedy ?? ""}`);
    expect(found).toEqual([expect.stringContaining(`bad.yaml:${line} `)]);
    expect(found[0]).toContain(title);
  });

  it("doesn't unfold aliases without end", ({ expect }) => {
    const rows = Array.from({ length: 20 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1}, *a${i - 1}`}]`);
    const { findings } = parseManifests("bomb.yaml", `${object("ConfigMap", "a")}${rows.join("\n")}\n`);
    expect(findings[0]?.title).toMatch(/alias/i);
  });
});

describe("folders", () => {
  it("are read in the order of names, without hidden files and other kinds, and round no circle", async ({
    expect,
  }) => {
    write("app/20-b.yml", object("ConfigMap", "b"));
    write("app/10-a.yaml", object("ConfigMap", "a"));
    write("app/deep/c.json", JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }));
    write("app/.hidden.yaml", "{");
    write("app/README.md", "{");
    write("app/cluster.yaml", "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: x }\n");
    symlinkSync(join(folder, "app"), join(folder, "app/deep/again"));
    const { manifests, findings } = await readManifests([join(folder, "app")]);
    expect(findings).toEqual([]);
    expect(manifests.map(({ object: each }) => each.metadata.name)).toEqual(["a", "b", "c"]);
  });

  it.for([
    ["kustomization.yaml", "kubectl kustomize"],
    ["Chart.yaml", "helm template"],
  ])("of another program are named: %s", async ([name, command], { expect }) => {
    const path = write(`of-${name}/${name}`, "resources: []\n");
    const { findings } = await readManifests([join(path, "..")]);
    expect(findings).toEqual([expect.objectContaining({ code: "rehearse/generated-manifests" })]);
    expect(findings[0]?.remedy).toContain(command);
  });

  it("say when there is nothing in them, or nobody can read them", async ({ expect }) => {
    mkdirSync(join(folder, "empty"));
    const titles = async (path: string): Promise<string[]> =>
      (await readManifests([path])).findings.map(({ title }) => title);
    expect(await titles(join(folder, "empty"))).toEqual([expect.stringContaining("There is no manifest in")]);
    expect(await titles(join(folder, "absent"))).toEqual([expect.stringContaining("ENOENT")]);
  });

  it("say when an object stands in them twice", async ({ expect }) => {
    const first = write("twice/a.yaml", object("ConfigMap", "same"));
    write("twice/b.yaml", `\n${object("ConfigMap", "same")}`);
    const { findings } = await readManifests([join(first, "..")]);
    expect(findings).toEqual([expect.objectContaining({ code: "rehearse/duplicate-object", severity: "warning" })]);
    expect(findings[0]?.title).toBe("ConfigMap same stands at a.yaml:1 already");
  });
});

it("applies namespaces and definitions first, custom resources after all of Kubernetes' kinds, webhooks last", ({
  expect,
}) => {
  const kinds = [
    "ValidatingWebhookConfiguration",
    "Widget",
    "Deployment",
    "Service",
    "ConfigMap",
    "CustomResourceDefinition",
    "Namespace",
    "CronJob",
  ];
  const { manifests } = parseManifests("all.yaml", kinds.map((kind) => object(kind, "x")).join("---\n"));
  expect(inWaves(manifests).map((wave) => wave.map(({ object: each }) => each.kind).join())).toEqual([
    "Namespace",
    "CustomResourceDefinition",
    "ConfigMap",
    "Service",
    "Deployment",
    "CronJob",
    "Widget",
    "ValidatingWebhookConfiguration",
  ]);
});
