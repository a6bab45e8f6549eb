// `lotse utils migrate-to-access-entry`
import { writeFile } from "node:fs/promises";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { AccessMigration, AuthenticationMode, AwsAuthData, MigrationStep } from "../../lotse.ts";
import { accessMigration } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { confirmChange, declined } from "../confirm-change.ts";
import { withAws } from "../connection.ts";
import { printHeader } from "../header.ts";
import { renderData } from "../render/data.ts";
import { paint } from "../render/style.ts";

function stepLines(step: MigrationStep): string[] {
  if (step.do === "set-mode") return [`set authentication mode ${step.mode}; there is no way back`];
  if (step.do === "delete-map") return ["delete the ConfigMap aws-auth; a copy is kept in a file"];
  const { principalArn, type, username, kubernetesGroups = [], policies, rule, caveats } = step.entry;
  const facts = [
    type,
    ...(username === undefined ? [] : [`user ${username}`]),
    ...(kubernetesGroups.length > 0 ? [`groups ${kubernetesGroups.join(", ")}`] : []),
    ...policies.map(({ policyArn }) => policyArn.slice(policyArn.lastIndexOf("/") + 1)),
  ];
  return [
    `access entry ${principalArn}`,
    `  ${facts.join(" · ")} (${rule})`,
    ...caveats.map((caveat) => `  ${caveat}`),
  ];
}

function print({ terminal }: Invocation, { plan, cluster, target }: AccessMigration): void {
  const { stderr } = terminal;
  const steps = plan.steps.map((step, i) => {
    const [first = "", ...more] = stepLines(step);
    return [`  ${i + 1}. ${first}`, ...more.map((line) => `     ${line}`)].join("\n");
  });
  const left = plan.skipped.map(({ rule, reason, remedy, blocks }) => {
    const mark = blocks ? paint(stderr, "attention", "left, and keeps aws-auth") : "left";
    return `  ${mark}: ${rule}: ${reason}${remedy === undefined ? "" : ` (${remedy})`}`;
  });
  stderr.write(`${[`from ${cluster.mode} to ${target}`, ...steps, ...left].join("\n")}\n`);
}

function keeper({ options, terminal }: Invocation, name: string): (awsAuth: AwsAuthData) => Promise<void> {
  return async (data) => {
    const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "");
    const file = typeof options["keep"] === "string" ? options["keep"] : `aws-auth-${name}-${time}.yaml`;
    const metadata = { name: "aws-auth", namespace: "kube-system" };
    const text = await renderData({ apiVersion: "v1", kind: "ConfigMap", metadata, data }, "yaml");
    try {
      await writeFile(file, text, { flag: "wx", mode: 0o600 });
    } catch (cause) {
      throw new LotseError(
        "cli/unwritable",
        {
          title: `The copy of aws-auth can't be written to ${file}: ${errorMessage(cause)}`,
          remedy: "Name another file with --keep; nothing was changed.",
        },
        { cause },
      );
    }
    terminal.stderr.write(`aws-auth is kept in ${file}\n`);
  };
}

/** What the last step leaves the cluster with. */
function reached({ plan, cluster, target }: AccessMigration): boolean {
  const modes = plan.steps.flatMap((step) => (step.do === "set-mode" ? [step.mode] : []));
  const end = modes.at(-1) ?? cluster.mode;
  return end === target || end === "API";
}

export const run: Action = async (invocation) => {
  const { options, terminal, host } = invocation;
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const target = options["targetAuthenticationMode"] as AuthenticationMode;
  return withAws(invocation, region, async (aws, where) => {
    const migration = await accessMigration.plan(aws, name, target);
    const { plan } = migration;
    if (options["output"] === "json") {
      terminal.stdout.write(await renderData({ mode: migration.cluster.mode, target, ...plan }, "json"));
      return plan.refused === undefined ? exitCode.done : exitCode.failed;
    }
    await printHeader(invocation, `migrate ${name}`, aws, where);
    if (plan.refused !== undefined)
      throw new LotseError("cli/refused-migration", { title: `Nothing can be done: ${plan.refused}` });
    print(invocation, migration);
    if (plan.steps.length > 0) {
      const text = `Carry out ${plan.steps.length} steps on ${name}?`;
      const yes = options["approve"] === true || (await confirmChange(invocation)({ text, diff: [], notes: [] }));
      if (!yes) throw declined();
      await accessMigration.apply(migration, aws, host, keeper(invocation, name));
    }
    if (reached(migration)) {
      terminal.stdout.write(`${name} is in mode ${migration.cluster.mode === "API" ? "API" : target}\n`);
      return exitCode.done;
    }
    terminal.stdout.write(`${name} keeps aws-auth: see above what keeps it\n`);
    return exitCode.failed;
  });
};
