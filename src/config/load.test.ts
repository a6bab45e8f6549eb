// Loading: what eksctl's own files give, what mistakes say, how documents, YAML and positions are read.
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { formatLocation, hasErrors } from "../base/index.ts";
import { loadCluster } from "./index.ts";

const folder = new URL("../../test/fixtures/config/", import.meta.url);
const today = "2026-11-21";
const head = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: prod, region: eu-central-1}\n";

/** `line:column severity code path`, the part of a finding that programs rely on. */
function findings(text: string | Uint8Array): string[] {
  return loadCluster(text, { today }).diagnostics.map(
    ({ at, severity, code }) => `${at?.line}:${at?.column} ${severity} ${code}${at?.path ? ` ${at.path}` : ""}`,
  );
}

describe("files that eksctl accepts", () => {
  it.for(readdirSync(new URL("eksctl/", folder)))("%s loads without errors", (name, { expect }) => {
    const { cluster, diagnostics } = loadCluster(readFileSync(new URL(`eksctl/${name}`, folder)), {
      file: name,
      today,
    });
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(cluster?.config.metadata.version).toMatch(/^1\.3\d$/);
  });

  it.for(["01-production", "02-fargate-only", "03-self-managed-spot", "04-iam-service-accounts"])(
    "our example %s has nothing to complain about",
    (name, { expect }) => {
      const text = readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url));
      expect(loadCluster(text, { today }).diagnostics).toEqual([]);
    },
  );
});

describe("mistakes", () => {
  it.for(readdirSync(new URL("mistakes/", folder)))("%s", async (name, { expect }) => {
    const { cluster, diagnostics } = loadCluster(readFileSync(new URL(`mistakes/${name}`, folder)), {
      file: name,
      today,
    });
    expect(cluster).toBeUndefined();
    const text = diagnostics.map(({ at, severity, code, title, detail, remedy }) =>
      [
        `${formatLocation(at)} ${severity} ${code}${at?.path ? ` at ${at.path}` : ""}`,
        title,
        ...(detail ? [`why: ${detail}`] : []),
        `→ ${remedy ?? ""}`,
      ].join("\n    "),
    );
    await expect(`${text.join("\n")}\n`).toMatchFileSnapshot(new URL(`__golden__/${name}.txt`, folder).pathname);
  });
});

describe("documents", () => {
  const platform = "---\napiVersion: lotse.dev/v1alpha1\nkind: Platform\n";

  it("takes a Platform after the cluster", ({ expect }) => {
    const { cluster, diagnostics } = loadCluster(head + platform);
    expect(diagnostics).toEqual([]);
    expect(cluster?.platform).toEqual({ apiVersion: "lotse.dev/v1alpha1", kind: "Platform" });
  });

  it("says which storage class is the default in a Platform", ({ expect }) => {
    const { cluster } = loadCluster(`${head}${platform}storage: { defaultClass: gp3 }\n`);
    expect(cluster?.platform?.storage).toEqual({ defaultClass: "gp3" });
    expect(findings(`${head}${platform}storage: { defaultClass: gp4 }\n`)).toEqual([
      "7:26 error config/invalid-value storage.defaultClass",
    ]);
    expect(findings(`${head}${platform}storage: { default: gp3 }\n`)).toEqual([
      "7:12 error config/unknown-key storage.default",
    ]);
  });

  it.for([
    ["a Platform first", `${platform}---\n${head}`, ["3:7 error config/platform-first kind"]],
    ["an unknown section", `${head}${platform}dns: {}\n`, ["7:1 error config/unknown-section dns"]],
    [
      "an unknown Platform version",
      head + platform.replace("v1alpha1", "v2"),
      ["5:13 error config/invalid-value apiVersion"],
    ],
    ["two Platforms", head + platform + platform, ["8:1 error config/second-platform"]],
    ["another cluster", `${head}---\n${head}`, ["5:1 warning config/ignored-document"]],
    ["a Kubernetes object", `${head}---\nkind: Pod\n`, ["5:1 warning config/ignored-document"]],
    ["a broken document nobody reads", `${head}---\na: [\n`, ["6:1 warning config/yaml-syntax"]],
    ["an empty document at the end", `${head}---\n`, []],
    ["nothing", "", ["1:1 error config/empty"]],
    ["only a comment", "# soon\n", ["1:1 error config/empty"]],
    ["an empty first document", `---\n---\n${head}`, ["1:1 error config/empty"]],
    ["a list", "- a\n", ["1:1 error config/not-a-map"]],
    ["a word", "cluster\n", ["1:1 error config/not-a-map"]],
  ] as const)("%s", ([, text, wanted], { expect }) => {
    expect(findings(text)).toEqual(wanted);
  });
});

describe("YAML as eksctl reads it", () => {
  const load = (text: string | Uint8Array): ReturnType<typeof loadCluster> => loadCluster(text, { today });

  it("knows anchors, merge keys, block text and Windows line ends", ({ expect }) => {
    const text = `${head}managedNodeGroups:\n  - &base\n    name: a\n    instanceType: t3.large\n    preBootstrapCommands:\n      - |\n        one\n        two\n  - <<: *base\n    name: b\n`;
    for (const each of [text, text.replaceAll("\n", "\r\n"), `\uFEFF${text}`, `--- # cluster\n${text}`]) {
      const groups = load(each).cluster?.config.managedNodeGroups;
      expect(
        groups?.map(({ name, instanceType, preBootstrapCommands }) => [name, instanceType, preBootstrapCommands]),
      ).toEqual([
        ["a", "t3.large", ["one\ntwo\n"]],
        ["b", "t3.large", ["one\ntwo\n"]],
      ]);
    }
  });

  it("reads brackets whose lines aren't indented, as eksctl does, and says so", ({ expect }) => {
    const text = `${head}availabilityZones: [\neu-central-1a, # first\n"eu-central-1b"\n]\nmanagedNodeGroups:\n  - {name: a,\n  instanceType: t3.large}\n`;
    const { cluster, diagnostics } = load(text);
    expect(diagnostics.map(({ severity, code, at }) => `${at?.line} ${severity} ${code}`)).toEqual([
      "5 warning config/flow-indent",
    ]);
    expect(cluster?.config.availabilityZones).toEqual(["eu-central-1a", "eu-central-1b"]);
    expect(cluster?.config.managedNodeGroups?.[0]?.instanceType).toBe("t3.large");
    expect(cluster?.locate(["managedNodeGroups", 0, "instanceType"])).toMatchObject({ line: 10, column: 17 });
  });

  // Each was tried with eksctl 0.231: it reads them all, YAML 1.2 allows none.
  it.for([
    ["a quote that goes on at the margin", 'instanceName: "one\ntwo"', "one two"],
    ["one in single quotes, over an empty line", "instanceName: 'it''s\n\ntwo'", "it's\ntwo"],
    ["one with a line end taken back", 'instanceName: "one\\\ntwo"', "onetwo"],
    ["one indented with a tab", 'instanceName: "one\n\ttwo"', "one two"],
    ["signs of comments inside of one", 'instanceName: "one # a\n# b"', "one # a # b"],
    ["a comment that touches a quote", "instanceName: 'one'# note", "one"],
    ["brackets and quotes in one another", 'instanceName: "a\nb"\n  tags: {x: "[\n]",\ny: z}', "a b"],
  ] as const)("reads %s", ([, lines, name], { expect }) => {
    const { cluster, diagnostics } = load(
      `${head}managedNodeGroups:\n- name: a\n  ${lines}\n- name: b\n  minSize: 2\n`,
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(["config/flow-indent"]);
    expect(cluster?.config.managedNodeGroups?.map(({ instanceName }) => instanceName)).toEqual([name, undefined]);
    const places = `${head}managedNodeGroups:\n- name: a\n  ${lines}\n- name: b\n`.split("\n").length;
    expect(cluster?.locate(["managedNodeGroups", 1, "minSize"])).toMatchObject({ line: places, column: 12 });
  });

  it("stops where a document ends inside a quote", ({ expect }) => {
    expect(findings(`${head}managedNodeGroups:\n- name: a\n  instanceName: "one\n--- two"\n`)[0]).toContain(
      "config/yaml-syntax",
    );
  });

  it("takes a file that begins with a brace for JSON, as eksctl does", ({ expect }) => {
    const json = JSON.stringify({ apiVersion: "eksctl.io/v1alpha5", kind: "ClusterConfig", metadata: { name: "a" } });
    expect(findings(json).join()).not.toContain("json-syntax");
    for (const text of [`${json}\n---\n{}`, json.replace("}}", "},}"), json.replaceAll('"', "")])
      expect(findings(text).join()).toContain("config/json-syntax");
    expect(findings(`# YAML\n${json.replaceAll('"', "")}`).join()).not.toContain("json-syntax");
  });

  it("knows apiVersion and kind in any case, and other keys in theirs", ({ expect }) => {
    const text = "APIVERSION: eksctl.io/v1alpha5\nKind: ClusterConfig\nmetadata: {name: a, region: eu-west-1}\n";
    expect(load(text).diagnostics).toEqual([]);
    expect(findings(text.replace("metadata", "Metadata")).join()).toContain("config/wrong-case");
  });

  it("lets a key beside a merged map win, and says that eksctl refuses it", ({ expect }) => {
    const group = "- &base {name: a, minSize: 1}\n- <<: *base\n  name: b\n";
    const { cluster, diagnostics } = load(`${head}managedNodeGroups:\n${group}`);
    expect(cluster?.config.managedNodeGroups?.[1]).toMatchObject({ name: "b", minSize: 1 });
    expect(diagnostics.map(({ code, severity, at }) => `${at?.line} ${severity} ${code}`)).toEqual([
      "7 warning config/merged-key",
    ]);
  });

  it("takes tags of one's own and numbers beyond all bounds for text", ({ expect }) => {
    const { cluster } = load(`${head}managedNodeGroups: [{name: a, labels: {a: !mine 1, b: 1e400, c: !!set x}}]\n`);
    expect(cluster?.config.managedNodeGroups?.[0]?.labels).toMatchObject({ a: "1", b: "1e400", c: "x" });
    expect(findings(`${head}nodeGroups: [{name: a, kubeletExtraConfig: {a: [.nan]}}]\n`).join()).toContain(
      "config/not-finite",
    );
    expect(findings(`${head}managedNodeGroups: [{name: !!binary YQ}]\n`).join()).toContain("config/bad-tag");
  });

  it("takes an empty text for nothing but where eksctl takes it for a value", ({ expect }) => {
    expect(
      load(`${head}nodeGroups: [{name: a, instanceType: '', volumeType: '', clusterDNS: ''}]\n`).cluster,
    ).toBeDefined();
    expect(findings(`${head}nodeGroups: [{name: a, cpuCredits: ''}]\n`).join()).toContain("config/invalid-value");
    expect(findings(`${head}vpc: {cidr: ''}\n`).join()).toContain("config/invalid-format");
  });

  it.for(["asgSuspendProcesses: ['']", "asgSuspendProcesses: [~]"])(
    "refuses nothing in a list of names: %s",
    (lines, { expect }) => {
      expect(findings(`${head}nodeGroups: [{name: a, ${lines}}]\n`).join()).toContain("config/empty-element");
    },
  );

  it.for([
    ["yes", true],
    ["On", true],
    ["n", false],
    ["OFF", false],
  ] as const)("reads %s as %s", ([word, value], { expect }) => {
    expect(load(`${head}iam: {withOIDC: ${word}}\n`).cluster?.config.iam?.withOIDC).toBe(value);
  });

  it("takes 3.0 and 0x3 for whole numbers and null for nothing", ({ expect }) => {
    const { cluster } = load(
      `${head}managedNodeGroups: [{name: a, minSize: 3.0, maxSize: 0x5, tags: ~, labels:}]\nvpc:\n`,
    );
    expect(cluster?.config.managedNodeGroups?.[0]).toMatchObject({ minSize: 3, maxSize: 5, desiredCapacity: 3 });
    expect(cluster?.config.vpc?.cidr).toBe("192.168.0.0/16");
  });

  it("reads UTF-16 with a byte-order mark, and refuses other bytes", ({ expect }) => {
    const wide = Buffer.from(`\uFEFF${head}`, "utf16le");
    expect(hasErrors(load(wide).diagnostics)).toBe(false);
    expect(findings(Buffer.concat([Buffer.from(head), Buffer.from([0xc3, 0x28])]))).toEqual([
      "1:1 error config/not-text",
    ]);
    expect(findings(`${head}\nvpc: \u0007\n`)).toEqual(["5:6 error config/control-character"]);
    expect(findings(`${head}\uD800`)).toEqual(["4:1 error config/control-character"]);
  });

  it("ignores keys in the wrong case loudly, as eksctl does silently", ({ expect }) => {
    const { cluster, diagnostics } = load(`${head}VPC: {cidr: 10.0.0.0/16}\n`);
    expect(diagnostics).toMatchObject([
      { code: "config/wrong-case", severity: "warning", at: { line: 4, column: 1, path: "VPC" } },
    ]);
    expect(cluster?.config.vpc?.cidr).toBe("192.168.0.0/16");
  });

  it("honours any case and lets unknown keys pass where eksctl's decoder does", ({ expect }) => {
    const { cluster, diagnostics } = load(`${head}vpc: {subnets: {private: {a: {ID: subnet-1, colour: blue}}}}\n`);
    expect(diagnostics).toMatchObject([{ code: "config/unknown-key", severity: "warning" }]);
    expect(cluster?.config.vpc?.subnets?.private).toEqual({ a: { id: "subnet-1", az: "a" } });
  });

  it("keeps keys that other programs stumble over", ({ expect }) => {
    const { cluster } = load(`${head}managedNodeGroups: [{name: a, tags: {__proto__: x, constructor: z, 5: five}}]\n`);
    const tags = cluster?.written.managedNodeGroups?.[0]?.tags ?? {};
    expect(Object.entries(tags)).toEqual([
      ["5", "five"],
      ["__proto__", "x"],
      ["constructor", "z"],
    ]);
    expect(findings(`${head}toString: {}\n__proto__: {}\n`)).toEqual([
      "4:1 error config/unknown-key toString",
      "5:1 error config/unknown-key __proto__",
    ]);
  });

  it("stops at limits", ({ expect }) => {
    expect(findings(`${head}x: ${"[".repeat(200)}`)[0]).toMatch(/config\/too-deep/);
    expect(findings("#".repeat(5 * 1024 * 1024))).toEqual(["1:1 error config/too-large"]);
    const lines = Array.from(
      { length: 9 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array.from({ length: 10 }, () => `*l${i}`).join(", ")}]`,
    );
    expect(findings(`${head}l0: &l0 [a]\n${lines.join("\n")}\n`).join()).toMatch(/config\/too-many-values/);
    expect(findings(`${head}a: &a {b: *a}\n`).join()).toMatch(/config\/bad-alias/);
  });
});

describe("places", () => {
  const text = `${head}managedNodeGroups:\n  - name: workers\n    labels:\n      role: worker\n    minSize: 3\n`;
  const { cluster } = loadCluster(text, { file: "cluster.yaml" });

  it.for([
    [["managedNodeGroups", 0, "minSize"], "cluster.yaml:8:14"],
    [["managedNodeGroups", 0, "labels"], "cluster.yaml:6:5"],
    [["managedNodeGroups", 0, "labels", "role"], "cluster.yaml:7:13"],
    [["managedNodeGroups", 0], "cluster.yaml:5:5"],
    [["managedNodeGroups", 0, "volumeSize"], "cluster.yaml:5:5"],
    [["metadata", "name"], "cluster.yaml:3:18"],
    [["vpc", "cidr"], "cluster.yaml:1:1"],
  ] as const)("%s", ([path, place], { expect }) => {
    expect(formatLocation(cluster?.locate(path))).toBe(place);
  });
});
