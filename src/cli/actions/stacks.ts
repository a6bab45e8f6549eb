// `lotse stacks`: the CloudFormation export.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage, LotseError } from "../../base/index.ts";
import { exportStacks, publicKeys, stacks } from "../../lotse.ts";
import type { Cluster, Template } from "../../lotse.ts";
import { readClusterFile } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";

/** What is printed of a stack. */
interface Exported {
  stackName: string;
  capabilities: readonly string[];
  tags: readonly { Key: string; Value: string }[];
  enableTerminationProtection: boolean;
  template: Template;
}

/** Texts of the key files that are there; eksctl takes a path without a file for the name of a key pair in EC2. */
async function readKeys(cluster: Cluster, { host }: Invocation): Promise<Record<string, string>> {
  return publicKeys(cluster, ({ path, error }) => {
    const text = `${path} can't be read (${errorMessage(error)}); it is taken for the name of a key pair in EC2`;
    host.emit({ level: "warn", code: "cli/no-public-key", text });
  });
}

async function ofFile(invocation: Invocation): Promise<Exported[]> {
  const cluster = await readClusterFile(invocation);
  const desired = await stacks(cluster, { publicKeys: await readKeys(cluster, invocation) });
  const [first] = desired.refusals;
  if (first) throw new LotseError(first.code, { ...first, blame: "user" }, { diagnostics: desired.refusals });
  return desired.stacks.map(({ stackName, capabilities, tags, enableTerminationProtection, template }) => ({
    stackName,
    capabilities,
    tags,
    enableTerminationProtection,
    template,
  }));
}

async function writeFolder(invocation: Invocation, folder: string, exported: readonly Exported[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { stackName, template } of exported) {
    const path = join(folder, `${stackName}.json`);
    await writeFile(path, `${JSON.stringify(template, undefined, 2)}\n`);
    invocation.terminal.stderr.write(`${path}\n`);
  }
}

/** Prints or writes the stacks. */
export const run: Action = async (invocation) => {
  const { name, file, dir, output } = invocation.options;
  if (typeof name === "string" && file !== undefined)
    throw new LotseError("cli/usage", {
      title: "Both -f and --name are given",
      remedy: "Give -f for what a file would make, or --name for the stacks of a living cluster.",
    });
  const exported: readonly Exported[] =
    typeof name === "string"
      ? await withAws(invocation, undefined, (aws) => exportStacks(aws, name))
      : await ofFile(invocation);
  if (typeof dir === "string") await writeFolder(invocation, dir, exported);
  else invocation.terminal.stdout.write(await renderData(exported, output === "json" ? "json" : "yaml"));
  return exitCode.done;
};
