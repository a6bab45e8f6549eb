import { describe, it } from "vitest";
import { parse } from "yaml";
import { mergeKubeconfig } from "./merge.ts";
import type { KubeconfigEntry } from "./model.ts";

const entry: KubeconfigEntry = {
  clusterName: "arn:aws:eks:eu-central-1:123456789012:cluster/prod",
  userName: "arn:aws:eks:eu-central-1:123456789012:cluster/prod",
  contextName: "prod",
  cluster: { server: "https://127.0.0.1:1", "certificate-authority-data": "Q0E=" },
  user: {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "lotse",
      args: ["token", "--cluster", "prod"],
    },
  },
  use: true,
};

const others = `# mine, by hand
apiVersion: v1
kind: Config
current-context: home   # the one at home
clusters:
- name: home
  cluster:
    server: https://192.168.1.1:6443
    extensions:
    - name: note
      extension: {a: 1}
users:
- name: me
  user: {token: abc}
contexts:
# where I start
- name: home
  context:
    cluster: home
    user: me
`;

describe("a new file", () => {
  it("has the keys that kubectl wants and the entry", ({ expect }) => {
    const { text, change } = mergeKubeconfig(undefined, entry, "config");
    expect(change).toBe("added");
    expect(text).toMatchInlineSnapshot(`
      "apiVersion: v1
      clusters:
      - cluster:
          server: https://127.0.0.1:1
          certificate-authority-data: Q0E=
        name: arn:aws:eks:eu-central-1:123456789012:cluster/prod
      contexts:
      - context:
          cluster: arn:aws:eks:eu-central-1:123456789012:cluster/prod
          user: arn:aws:eks:eu-central-1:123456789012:cluster/prod
        name: prod
      current-context: prod
      kind: Config
      preferences: {}
      users:
      - user:
          exec:
            apiVersion: client.authentication.k8s.io/v1beta1
            command: lotse
            args:
            - token
            - --cluster
            - prod
        name: arn:aws:eks:eu-central-1:123456789012:cluster/prod
      "
    `);
  });

  it("stays as it is when merged again", ({ expect }) => {
    const { text } = mergeKubeconfig(undefined, entry, "config");
    expect(mergeKubeconfig(text, entry, "config")).toEqual({ text, change: "unchanged" });
  });
});

describe("somebody's file", () => {
  it("keeps comments, order and what lotse doesn't know", ({ expect }) => {
    const { text, change } = mergeKubeconfig(others, entry, "config");
    expect(change).toBe("added");
    for (const line of others.split("\n").filter((each) => !each.startsWith("current-context"))) {
      expect(text).toContain(line);
    }
    expect(text).toContain("current-context: prod # the one at home");
    expect((parse(text) as { clusters: { name: string }[] }).clusters.map(({ name }) => name)).toEqual([
      "home",
      entry.clusterName,
    ]);
  });

  it("stays in its owner's hand: indentation, ends of lines, JSON, a comment alone", ({ expect }) => {
    const indented = "clusters:\n  - name: home # mine\n    cluster: { server: https://1 }\n";
    expect(mergeKubeconfig(indented, entry, "config").text).toContain(indented);
    const windows = "apiVersion: v1\r\nclusters: []\r\n";
    expect(mergeKubeconfig(windows, entry, "config").text.replaceAll("\r\n", "")).not.toContain("\n");
    const json = '{"clusters": [], "users": [], "contexts": []}';
    expect(JSON.parse(mergeKubeconfig(json, entry, "config").text)).toMatchObject({ "current-context": "prod" });
    expect(mergeKubeconfig("# to do\n", entry, "config").text).toMatch(/^# to do\n\napiVersion: v1\n/);
  });

  it("may refer from one entry to another", ({ expect }) => {
    const anchored = `clusters:
- name: ${entry.clusterName}
  cluster: &here {server: "https://1"}
- name: copy # the same
  cluster: *here
`;
    const { text } = mergeKubeconfig(anchored, entry, "config");
    expect(text).toContain("# the same");
    expect((parse(text) as { clusters: { cluster: object }[] }).clusters.map(({ cluster }) => cluster)).toEqual([
      entry.cluster,
      { server: "https://1" },
    ]);
  });

  it("leaves the current context alone when it isn't to be used", ({ expect }) => {
    const { text } = mergeKubeconfig(others, { ...entry, use: false }, "config");
    expect(text).toContain("current-context: home");
  });

  it("replaces the entry in its place and keeps its namespace", ({ expect }) => {
    const once = mergeKubeconfig(others, entry, "config").text.replace(
      "    user: arn:",
      "    namespace: shop\n    user: arn:",
    );
    const moved = { ...entry, cluster: { server: "https://127.0.0.1:2" } };
    const { text, change } = mergeKubeconfig(once, moved, "config");
    expect(change).toBe("updated");
    const read = parse(text) as { contexts: { context: object }[]; clusters: { cluster: object }[] };
    expect(read.contexts[1]?.context).toMatchObject({ namespace: "shop" });
    expect(read.clusters[1]?.cluster).toEqual({ server: "https://127.0.0.1:2" });
  });

  it("says what is wrong with it, and changes nothing", ({ expect }) => {
    expect(() => mergeKubeconfig("clusters: [\n", entry, "/home/me/.kube/config")).toThrow(
      "/home/me/.kube/config is not a kubeconfig",
    );
    expect(() => mergeKubeconfig("- a list\n", entry, "x")).toThrow("x is not a kubeconfig");
    expect(() => mergeKubeconfig("clusters: {}\n", entry, "x")).toThrow("x is not a kubeconfig");
  });
});
