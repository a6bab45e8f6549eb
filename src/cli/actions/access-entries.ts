// `lotse create|get|delete accessentry`
import { LotseError } from "../../base/index.ts";
import type { ListedEntry, NewEntry } from "../../lotse.ts";
import { accessEntries } from "../../lotse.ts";
import { clusterNameOf, readClusterFile } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { confirmChange, declined } from "../confirm-change.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";
import type { Column } from "../render/table.ts";
import { tableLines } from "../render/table.ts";

const text = ({ options }: Invocation, name: string): string | undefined => {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
};
const texts = ({ options }: Invocation, name: string): string[] => (options[name] as string[] | undefined) ?? [];

const policyText = ({ policyArn, accessScope }: ListedEntry["policies"][number]): string =>
  `${policyArn.slice(policyArn.lastIndexOf("/") + 1)}${accessScope.type === "namespace" ? `=namespace:${(accessScope.namespaces ?? []).join(",")}` : ""}`;

const columns: readonly Column<ListedEntry>[] = [
  { title: "PRINCIPAL ARN", value: (row) => row.principalArn },
  { title: "TYPE", value: (row) => row.type },
  { title: "KUBERNETES USERNAME", value: (row) => row.username, shrink: true },
  { title: "KUBERNETES GROUPS", value: (row) => row.kubernetesGroups.join(",") },
  { title: "ACCESS POLICIES", value: (row) => row.policies.map(policyText).join(" ") },
];

/** eksctl's names, and what it leaves out. */
function dataOf({ principalArn, type, username, kubernetesGroups, policies }: ListedEntry): object {
  return {
    principalARN: principalArn,
    type,
    kubernetesUsername: username,
    ...(kubernetesGroups.length > 0 ? { kubernetesGroups } : {}),
    ...(policies.length > 0
      ? { accessPolicies: policies.map(({ policyArn, accessScope }) => ({ policyARN: policyArn, accessScope })) }
      : {}),
  };
}

/** `get accessentry` */
export const list: Action = async (invocation) => {
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const { terminal, options } = invocation;
  const arn = text(invocation, "principalArn");
  return withAws(invocation, region, async (aws) => {
    const entries = await accessEntries.list(aws, name, arn);
    if (arn !== undefined && entries.length === 0)
      throw new LotseError("cli/not-found", { title: `${name} has no access entry for ${arn}` });
    const format = options["output"];
    if (format === "json" || format === "yaml") terminal.stdout.write(await renderData(entries.map(dataOf), format));
    else if (entries.length === 0) terminal.stdout.write("No accessentries found\n");
    else terminal.stdout.write(`${tableLines(columns, entries, terminal.stdout.columns).join("\n")}\n`);
    return exitCode.done;
  });
};

/** The entry that flags describe, or those of the file. */
async function entriesOf(invocation: Invocation): Promise<NewEntry[]> {
  const principalArn = text(invocation, "principalArn");
  if (principalArn !== undefined) {
    const [type, username] = [text(invocation, "type"), text(invocation, "kubernetesUsername")];
    const partition = principalArn.split(":")[1] ?? "aws";
    return [
      {
        principalArn,
        kubernetesGroups: texts(invocation, "kubernetesGroups").flatMap((names) => names.split(",").filter(Boolean)),
        policies: await Promise.all(
          texts(invocation, "accessPolicy").map(async (policy) => accessEntries.policy(policy, partition)),
        ),
        ...(type === undefined ? {} : { type }),
        ...(username === undefined ? {} : { username }),
      },
    ];
  }
  if (invocation.options["file"] === undefined)
    throw new LotseError("cli/usage", { title: "Nobody is named", remedy: "Give --principal-arn, or -f." });
  const { config } = await readClusterFile(invocation);
  return (config.accessConfig?.accessEntries ?? []).map((each) => ({
    principalArn: each.principalARN ?? "",
    kubernetesGroups: each.kubernetesGroups ?? [],
    policies: (each.accessPolicies ?? []).map(({ policyARN = "", accessScope = {} }) => ({
      policyArn: policyARN,
      accessScope,
    })),
    ...(each.type === undefined ? {} : { type: each.type }),
    ...(each.kubernetesUsername === undefined ? {} : { username: each.kubernetesUsername }),
  }));
}

/** `create accessentry` */
export const create: Action = async (invocation) => {
  const entries = await entriesOf(invocation);
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const { terminal } = invocation;
  if (entries.length === 0) {
    terminal.stdout.write("Nothing to change: the file names no access entries\n");
    return exitCode.done;
  }
  const confirm = confirmChange(invocation);
  return withAws(invocation, region, async (aws) => {
    const outcomes = await accessEntries.create(aws, name, entries, async (question) =>
      confirm({ text: question, diff: [], notes: [] }),
    );
    if (outcomes.length === 0) throw declined();
    for (const { principalArn, created } of outcomes)
      terminal.stdout.write(`${created ? "Created" : "Left as it is:"} access entry ${principalArn}\n`);
    return exitCode.done;
  });
};

/** `delete accessentry` */
export const remove: Action = async (invocation) => {
  const arns = (await entriesOf(invocation)).map(({ principalArn }) => principalArn);
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const force = invocation.options["force"] === true;
  const confirm = confirmChange(invocation);
  return withAws(invocation, region, async (aws) => {
    for (const principalArn of arns) {
      const gone = await accessEntries.delete(aws, name, { principalArn, force }, async (question) =>
        confirm({ text: question, diff: [], notes: [] }),
      );
      if (!gone) throw declined();
      invocation.terminal.stdout.write(`Deleted access entry ${principalArn}\n`);
    }
    return exitCode.done;
  });
};
