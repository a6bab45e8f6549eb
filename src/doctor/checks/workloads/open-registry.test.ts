// How grave an open repository is: who may write into it changes what runs; who may read it sees what runs.
import { describe, it } from "vitest";
import { runChecks } from "../../run.ts";
import { account, cluster, pod, today, workload } from "../../testing.ts";
import { openRegistry } from "./open-registry.ts";

const web = workload(
  "Deployment",
  "web",
  pod({ image: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/web:1.0" }),
);

describe("LT-M004", () => {
  it.for<[actions: string[], severity: string, text: string]>([
    [["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "warning", "lets everybody read"],
    [["ecr:Describe*"], "warning", "lets everybody read"],
    [["ecr:BatchGetImage", "ecr:PutImage"], "error", "allows everybody"],
    [["ecr:Batch*"], "error", "allows everybody"],
    [["*"], "error", "allows everybody"],
  ])("gives %s to everybody: %s", async ([Action, severity, text], { expect }) => {
    const Statement = [{ Effect: "Allow", Principal: "*", Action }];
    const repositories = { list: [{ repositoryName: "shop/web" }], scanType: "BASIC", rules: [] };
    const world = account({ repositories }, [], [], { "repositoryPolicy/shop/web": { Statement } });
    const { findings } = await runChecks({ today, ...world, ...cluster("1.35", web) }, { checks: [openRegistry] });
    expect(findings).toMatchObject([{ severity, text: expect.stringContaining(text) }]);
  });
});
