// How long a capacity plan takes: 200 subnets and 50 node groups, from the loaded file to verdict and picture.
import { capacity, loadCluster } from "../src/lotse.ts";
import type { Bench } from "./figure.ts";
import { median } from "./figure.ts";

const subnets = 200;
const groups = 50;
const runs = 11;
const zones = ["a", "b", "c"].map((letter) => `eu-central-1${letter}`);
const types = ["t3.large", "c5.large", "m7g.4xlarge", "m5.24xlarge", "r6i.2xlarge"];

function file(): string {
  const half = (topology: string, from: number): string[] => [
    `    ${topology}:`,
    ...Array.from({ length: subnets / 2 }, (_, i) => {
      const third = from + i;
      return `      ${topology}-${i}: {az: ${zones[i % 3] ?? ""}, id: subnet-${topology}${i}, cidr: 10.${third}.0.0/18}`;
    }),
  ];
  const nodes = Array.from(
    { length: groups },
    (_, i) =>
      `  - {name: group-${i}, instanceType: ${types[i % types.length] ?? ""}, minSize: 3, maxSize: 300, privateNetworking: ${i % 2 === 0}}`,
  );
  return [
    "apiVersion: eksctl.io/v1alpha5",
    "kind: ClusterConfig",
    "metadata: {name: large, region: eu-central-1}",
    "vpc:",
    "  id: vpc-1",
    "  subnets:",
    ...half("private", 0),
    ...half("public", 100),
    "managedNodeGroups:",
    ...nodes,
  ].join("\n");
}

export const bench: Bench = {
  name: "capacity",
  async *run() {
    const { cluster, diagnostics } = await loadCluster(file(), { today: "2026-11-21" });
    if (!cluster) throw new Error(diagnostics.map(({ title }) => title).join("; "));
    const question = { pods: 20_000, churnPerMinute: 600 };
    const first = await capacity.plan(cluster, question);
    if (first.subnets.length !== subnets || first.groups.length !== groups) throw new Error("the plan isn't whole");
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const from = performance.now();
      await capacity.draw(await capacity.plan(cluster, question));
      times.push(performance.now() - from);
    }
    yield {
      name: `plan of ${subnets} subnets and ${groups} node groups`,
      ours: median(times),
      unit: "ms",
      bound: { atMost: 100 },
    };
  },
};
