// `lotse create|get|delete iamidentitymapping`
import { LotseError } from "../../base/index.ts";
import type { IdentityRow, MappingOutcome, MappingRemoval, MappingRequest } from "../../lotse.ts";
import { identityMappings } from "../../lotse.ts";
import { clusterNameOf, readClusterFile } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { confirmChange, declined, tellNotes } from "../confirm-change.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";
import type { Column } from "../render/table.ts";
import { tableLines } from "../render/table.ts";

const text = ({ options }: Invocation, name: string): string | undefined => {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
};

const usage = (title: string, remedy: string): LotseError => new LotseError("cli/usage", { title, remedy });

const columns: readonly Column<IdentityRow>[] = [
  { title: "ARN", value: (row) => row.rolearn ?? row.userarn },
  { title: "USERNAME", value: (row) => row.username },
  { title: "GROUPS", value: (row) => row.groups?.join(",") },
  { title: "ACCOUNT", value: (row) => row.account },
];

/** `get iamidentitymapping` */
export const list: Action = async (invocation) => {
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const { terminal, options } = invocation;
  const arn = text(invocation, "arn");
  return withAws(invocation, region, async (aws) => {
    const { rows, findings } = await identityMappings.list(aws, name, arn);
    if (arn !== undefined && rows.length === 0)
      throw new LotseError("cli/not-found", { title: `no iamidentitymapping with arn "${arn}" found` });
    const format = options["output"];
    if (format === "json" || format === "yaml") terminal.stdout.write(await renderData(rows, format));
    else terminal.stdout.write(`${tableLines(columns, rows, terminal.stdout.columns).join("\n")}\n`);
    tellNotes(invocation, findings);
    return exitCode.done;
  });
};

/** The mapping that flags describe, or those of the file. */
async function requestsOf(invocation: Invocation): Promise<MappingRequest[]> {
  const { options } = invocation;
  const [arn, account, serviceName] = ["arn", "account", "serviceName"].map((name) => text(invocation, name));
  const given = [arn, account, serviceName].filter((value) => value !== undefined).length;
  if (given > 1) throw usage("--arn, --account and --service-name exclude each other", "Give one of them.");
  const [username, namespace] = [text(invocation, "username"), text(invocation, "namespace")];
  const groups = (options["group"] as string[] | undefined) ?? [];
  if (arn !== undefined)
    return [
      {
        arn,
        groups,
        noDuplicateARNs: options["duplicateArns"] === false,
        ...(username === undefined ? {} : { username }),
      },
    ];
  if (username !== undefined || groups.length > 0)
    throw usage("--username and --group go with --arn", "Give the role or user with --arn.");
  if (account !== undefined) return [{ account }];
  if (serviceName !== undefined) {
    if (namespace === undefined)
      throw usage("--service-name needs --namespace", "Give the namespace that it works in.");
    return [{ serviceName, namespace }];
  }
  if (options["file"] === undefined) throw usage("Nobody is named", "Give --arn, --account, --service-name, or -f.");
  const { config } = await readClusterFile(invocation);
  return (config.iamIdentityMappings ?? []).map((each): MappingRequest => {
    if (each.account !== undefined) return { account: each.account };
    if (each.serviceName !== undefined)
      return { serviceName: each.serviceName, namespace: each.namespace ?? "default" };
    return {
      arn: each.arn ?? "",
      groups: each.groups ?? [],
      noDuplicateARNs: each.noDuplicateARNs ?? false,
      ...(each.username === undefined ? {} : { username: each.username }),
    };
  });
}

function report(invocation: Invocation, { written, changed, notes }: MappingOutcome, done: string): number {
  if (!changed) tellNotes(invocation, notes);
  if (changed && !written) throw declined();
  invocation.terminal.stdout.write(`${written ? done : "Nothing to change"}\n`);
  return exitCode.done;
}

/** `create iamidentitymapping` */
export const create: Action = async (invocation) => {
  const requests = await requestsOf(invocation);
  const { name, region } = await clusterNameOf(invocation, "cluster");
  return withAws(invocation, region, async (aws) => {
    const outcome = await identityMappings.create(aws, name, requests, confirmChange(invocation));
    return report(invocation, outcome, `aws-auth of ${name} is changed`);
  });
};

function removalOf(invocation: Invocation): MappingRemoval {
  const [arn, account] = [text(invocation, "arn"), text(invocation, "account")];
  const all = invocation.options["all"] === true;
  if ((arn === undefined) === (account === undefined))
    throw usage("Either --arn or --account is needed", "`lotse get iamidentitymapping` lists both.");
  if (account !== undefined) {
    if (all) throw usage("--all goes with --arn", "Leave it out: an account stands there once.");
    return { account };
  }
  return { arn: arn as string, all };
}

/** `delete iamidentitymapping` */
export const remove: Action = async (invocation) => {
  const removal = removalOf(invocation);
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const force = invocation.options["force"] === true;
  return withAws(invocation, region, async (aws) => {
    const outcome = await identityMappings.delete(aws, name, removal, confirmChange(invocation), force);
    return report(invocation, outcome, `aws-auth of ${name} is changed`);
  });
};
