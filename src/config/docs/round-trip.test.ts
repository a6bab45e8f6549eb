// What lotse writes, it reads: `config show` and `init`.
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, it } from "vitest";
import { randomised } from "../../base/testing.ts";
import { loadCluster, renderInitFile, showConfig } from "../index.ts";

const eksctl = new URL("../../../test/fixtures/config/eksctl/", import.meta.url);
const files = readdirSync(eksctl).map((name) => [name, readFileSync(new URL(name, eksctl), "utf8")] as const);
const runs = randomised(150);

/** Names come first in what is shown; the order of a map means nothing. */
const inOrder = (map: object | undefined): string =>
  Object.entries(map ?? {})
    .map((pair) => JSON.stringify(pair))
    .toSorted()
    .join();

describe("round trips", () => {
  it.for(files)("show gives a file that means the same as %s", ([, text], { expect }) => {
    const first = loadCluster(text).cluster;
    const shown = first ? showConfig(first) : "";
    const again = loadCluster(shown);
    expect(again.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(again.cluster?.config).toEqual(first?.config);
    expect(again.cluster && showConfig(again.cluster)).toBe(shown);
  });

  it("show quotes every text that YAML would take for something else", ({ expect }) => {
    const value = fc.oneof(
      fc.constantFrom(
        "yes",
        "1.34",
        "0o17",
        "1_000",
        "~",
        "2026-01-01",
        "1e3",
        "0x1F",
        ".inf",
        "<<",
        "=",
        "- a",
        "a: b",
        "#",
        " a ",
        "",
      ),
      fc.string({ maxLength: 20 }),
    );
    const tags = fc.dictionary(value, value, { maxKeys: 6 });
    const property = fc.property(tags, (annotations) => {
      const { cluster } = loadCluster(
        JSON.stringify({
          apiVersion: "eksctl.io/v1alpha5",
          kind: "ClusterConfig",
          metadata: { name: "a", region: "eu-central-1", annotations },
        }),
      );
      if (!cluster) return true;
      return inOrder(loadCluster(showConfig(cluster)).cluster?.written.metadata.annotations) === inOrder(annotations);
    });
    expect(() => fc.assert(property, runs)).not.toThrow();
  });

  it("init writes files without a flaw", ({ expect }) => {
    const options = fc.record(
      {
        name: fc.stringMatching(/^[a-zA-Z](?:[-a-zA-Z0-9]{0,39}[a-zA-Z0-9])?$/),
        region: fc.constantFrom("eu-central-1", "us-east-1", "cn-north-1"),
        version: fc.constantFrom("1.34", "1.35", "1.36"),
        nodes: fc.constantFrom("managed", "self-managed", "fargate", "auto", "none"),
        instanceType: fc.constantFrom("m5.large", "t3.xlarge", "c5.2xlarge"),
        minSize: fc.nat(20),
        maxSize: fc.nat(20),
        spot: fc.boolean(),
        privateNodes: fc.boolean(),
        highlyAvailableNat: fc.boolean(),
        logs: fc.boolean(),
      } as const,
      { requiredKeys: ["name", "region"] },
    );
    const property = fc.property(options, (answers) => {
      const { diagnostics } = loadCluster(renderInitFile(answers), { today: "2026-11-21" });
      return diagnostics.length === 0;
    });
    expect(() => fc.assert(property, runs)).not.toThrow();
  });
});
