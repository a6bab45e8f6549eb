// `lotse whoami`
import type { ClusterView, WhoAmI } from "../../lotse.ts";
import { whoami } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";

type Row = readonly [name: string, value: string | undefined];

function clusterRows({
  name,
  authenticationMode,
  reachable,
  known,
  username,
  uid,
  groups = [],
  rule,
  policies,
  notes,
}: ClusterView): Row[] {
  const rights = policies.map((policy) =>
    policy.namespaces ? `${policy.name} in ${policy.namespaces.join(", ")}` : `${policy.name} everywhere`,
  );
  return [
    ["cluster", `${name} (${authenticationMode})`],
    [
      "username",
      known ? username : reachable ? "unknown: the cluster refuses you" : "unknown: the cluster doesn't answer",
    ],
    ["uid", uid],
    ["groups", known ? groups.join(", ") || "none" : undefined],
    ["by", rule],
    ...rights.map((right, i): Row => [i === 0 ? "policies" : "", right]),
    ...notes.map((note, i): Row => [i === 0 ? "note" : "", note]),
  ];
}

function rowsOf({ account, arn, userId, role, region, cluster }: WhoAmI): Row[] {
  return [
    ["arn", arn],
    ["role", role],
    ["user id", userId],
    ["account", account],
    ["region", region],
    ...(cluster ? clusterRows(cluster) : []),
  ];
}

export const run: Action = async (invocation) => {
  const { options, terminal } = invocation;
  const asksCluster = options["cluster"] !== undefined || options["file"] !== undefined;
  const { name, region } = asksCluster ? await clusterNameOf(invocation, "cluster") : {};
  return withAws(invocation, region, async (aws) => {
    const me = await whoami(aws, name);
    const format = options["output"];
    if (format === "json" || format === "yaml") terminal.stdout.write(await renderData(me, format));
    else {
      const lines = rowsOf(me).flatMap(([title, value]) =>
        value === undefined || value === "" ? [] : [`${title.padEnd(10)}${value}`],
      );
      terminal.stdout.write(`${lines.join("\n")}\n`);
    }
    return me.cluster?.known === false ? exitCode.failed : exitCode.done;
  });
};
