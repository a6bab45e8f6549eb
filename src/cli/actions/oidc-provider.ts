// `lotse utils associate-iam-oidc-provider`: the provider in IAM by which roles of service accounts trust a cluster's tokens.
import { LotseError } from "../../base/index.ts";
import type { Cluster } from "../../lotse.ts";
import { hasChanges, loadCluster, planOidcProvider } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { printHeader } from "../header.ts";
import { showAndRun } from "../plan-and-run.ts";

/** A file that asks for the provider alone. */
async function fileOf(name: string, region: string): Promise<Cluster> {
  const config = {
    apiVersion: "eksctl.io/v1alpha5",
    kind: "ClusterConfig",
    metadata: { name, region },
    iam: { withOIDC: true },
  };
  const { cluster, diagnostics } = await loadCluster(JSON.stringify(config), { file: "(flags)" });
  const [first] = diagnostics.filter(({ severity }) => severity === "error");
  if (cluster && !first) return cluster;
  throw new LotseError(first?.code ?? "cli/usage", first ?? { title: `${name} can't be a cluster's name` });
}

/** `utils associate-iam-oidc-provider` */
export const run: Action = async (invocation) => {
  const { name, region } = await clusterNameOf(invocation, "cluster");
  return withAws(invocation, region, async (aws, target) => {
    const what = `associate-iam-oidc-provider ${name}`;
    await printHeader(invocation, what, aws, target);
    const planned = await planOidcProvider(await fileOf(name, aws.region), aws);
    if (!hasChanges(planned) && invocation.options["output"] !== "json") {
      const text = `IAM Open ID Connect provider is already associated with cluster "${name}" in "${aws.region}"`;
      invocation.terminal.stdout.write(`${text}\n`);
      return exitCode.done;
    }
    const words = ["utils", "associate-iam-oidc-provider", "--cluster", name];
    return showAndRun(invocation, planned, { aws, target, what, words, run: { kubernetes: "never" } });
  });
};
