// `lotse stacks`: the CloudFormation export.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { Diagnostic } from "../../base/index.ts";
import { connect, exportStacks, loadCluster, stacks } from "../../lotse.ts";
import type { Cluster, Template } from "../../lotse.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { readInput } from "../input.ts";
import { renderData } from "../render/data.ts";
import { diagnosticLines } from "../render/failure.ts";
import { resolveTarget } from "../target.ts";

/** What is printed of a stack. */
interface Exported {
  stackName: string;
  capabilities: readonly string[];
  tags: readonly { Key: string; Value: string }[];
  enableTerminationProtection: boolean;
  template: Template;
}

/** Paths of SSH public keys that node groups are to be reached with. */
function keyPaths({ config }: Cluster): string[] {
  const groups = [...(config.nodeGroups ?? []), ...(config.managedNodeGroups ?? [])];
  return groups.flatMap(({ ssh }) =>
    ssh?.allow && ssh.publicKeyPath !== undefined && !ssh.publicKey && !ssh.publicKeyName ? [ssh.publicKeyPath] : [],
  );
}

/** Texts of the key files that are there; eksctl takes a path without a file for the name of a key pair in EC2. */
async function publicKeys(cluster: Cluster, invocation: Invocation): Promise<Record<string, string>> {
  const keys: Record<string, string> = {};
  for (const path of new Set(keyPaths(cluster))) {
    try {
      keys[path] = (await readFile(path.replace(/^~(?=\/)/, homedir()), "utf8")).trim();
    } catch (error) {
      const text = `${path} can't be read (${errorMessage(error)}); it is taken for the name of a key pair in EC2`;
      invocation.host.emit({ level: "warn", code: "cli/no-public-key", text });
    }
  }
  return keys;
}

/** Ends the command when there is an error among the findings; all of them are shown. */
function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error) throw new LotseError(error.code, { ...error, blame: "user" }, { diagnostics });
}

async function ofFile(invocation: Invocation): Promise<Exported[]> {
  const { file, bytes } = await readInput(invocation);
  const { cluster, diagnostics } = await loadCluster(bytes, { file });
  refuseErrors(diagnostics);
  const { terminal } = invocation;
  for (const diagnostic of diagnostics)
    terminal.stderr.write(`${diagnosticLines(terminal.stderr, diagnostic).join("\n")}\n`);
  if (!cluster) return [];
  const desired = await stacks(cluster, { publicKeys: await publicKeys(cluster, invocation) });
  refuseErrors(desired.refusals);
  return desired.stacks.map(({ stackName, capabilities, tags, enableTerminationProtection, template }) => ({
    stackName,
    capabilities,
    tags,
    enableTerminationProtection,
    template,
  }));
}

async function ofCluster(invocation: Invocation, name: string): Promise<Exported[]> {
  const target = await resolveTarget(invocation);
  return exportStacks(await connect(target.open), name);
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
  const exported = typeof name === "string" ? await ofCluster(invocation, name) : await ofFile(invocation);
  if (typeof dir === "string") await writeFolder(invocation, dir, exported);
  else invocation.terminal.stdout.write(await renderData(exported, output === "json" ? "json" : "yaml"));
  return exitCode.done;
};
