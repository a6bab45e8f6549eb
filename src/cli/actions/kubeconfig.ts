// `lotse kubeconfig`
import { homedir } from "node:os";
import { join } from "node:path";
import { LotseError } from "../../base/index.ts";
import type { Aws, KubeconfigEntry, KubeconfigOptions, TokenProgram } from "../../lotse.ts";
import { connect, kubeconfig, signingCredentials } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { pluginCommand } from "../plugin-command.ts";
import type { Target } from "../target.ts";

const text = ({ options }: Invocation, name: string): string | undefined => {
  const value = options[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

function optionsOf(invocation: Invocation, { open }: Target): KubeconfigOptions {
  const { options, env } = invocation;
  const roleArn = text(invocation, "roleArn") ?? text(invocation, "role") ?? text(invocation, "authenticatorRoleArn");
  // As for the AWS CLI, a profile goes into the file when it was named, or is the one in effect.
  const profile =
    options["sandbox"] === true ? undefined : (text(invocation, "profile") ?? (env["AWS_PROFILE"] || undefined));
  const [alias, userAlias, proxyUrl] = ["alias", "userAlias", "proxyUrl"].map((name) => text(invocation, name));
  return {
    exec: (text(invocation, "exec") ?? "lotse") as TokenProgram,
    lotse: pluginCommand(env["PATH"]),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(profile === undefined ? {} : { profile }),
    ...(alias === undefined ? {} : { alias }),
    ...(userAlias === undefined ? {} : { userAlias }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    ...(open.endpoint === undefined ? {} : { endpoint: open.endpoint }),
    ...(options["sandbox"] === true && open.credentials ? { sandboxKeys: open.credentials } : {}),
  };
}

async function write(invocation: Invocation, entry: KubeconfigEntry, asked: string | undefined): Promise<number> {
  const { env, host, terminal, options } = invocation;
  const places = {
    home: env["HOME"] || homedir(),
    ...(asked === undefined ? {} : { asked }),
    ...(env["KUBECONFIG"] === undefined ? {} : { variable: env["KUBECONFIG"] }),
  };
  const { file, warnings } = await kubeconfig.choose(places, entry.clusterName);
  for (const warning of warnings) host.emit({ level: "warn", code: "cli/file-warning", text: warning });
  if (options["dryRun"] === true) {
    terminal.stdout.write((await kubeconfig.preview(file, entry)).text);
    return exitCode.done;
  }
  const said = {
    added: `Added new context ${entry.contextName} to ${file}`,
    updated: `Updated context ${entry.contextName} in ${file}`,
    unchanged: `Context ${entry.contextName} in ${file} is as it should be`,
  };
  terminal.stdout.write(`${said[await kubeconfig.write(file, entry)]}\n`);
  return exitCode.done;
}

async function named(invocation: Invocation): Promise<{ name: string; region?: string }> {
  const name = text(invocation, "name");
  if (name !== undefined && text(invocation, "cluster") === undefined && text(invocation, "file") === undefined)
    return { name };
  return clusterNameOf(invocation, "cluster");
}

/** The cluster as somebody of its own account sees it: the role is for looking it up alone, not for tokens. */
async function asRole<T>(roleArn: string, aws: Aws, { open }: Target, body: (aws: Aws) => Promise<T>): Promise<T> {
  const role = { arn: roleArn, sessionName: "EKSDescribeClusterSession" };
  const credentials = await signingCredentials({ ...open, credentials: await aws.credentials(), role });
  const other = await connect({ ...open, credentials });
  try {
    return await body(other);
  } finally {
    other.close();
  }
}

/** Names of the AWS CLI. */
export const run: Action = async (invocation) => {
  const { name, region } = await named(invocation);
  const assumed = text(invocation, "assumeRoleArn");
  return withAws(invocation, region, async (aws, target) => {
    const options = { ...optionsOf(invocation, target), use: invocation.options["use"] !== false };
    const look = async (as: Aws): Promise<KubeconfigEntry> => kubeconfig.entry(as, name, options);
    const entry = assumed === undefined ? await look(aws) : await asRole(assumed, aws, target, look);
    return write(invocation, entry, text(invocation, "kubeconfig"));
  });
};

async function eksctlNaming(aws: Aws): Promise<NonNullable<KubeconfigOptions["naming"]>> {
  return { by: "eksctl", callerArn: (await aws.identity()).arn };
}

/** Names and flags of eksctl. */
export const runForEksctl: Action = async (invocation) => {
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const asked = text(invocation, "kubeconfig");
  const own = invocation.options["autoKubeconfig"] === true;
  if (own && asked !== undefined)
    throw new LotseError("cli/usage", {
      title: "--kubeconfig and --auto-kubeconfig contradict each other",
      remedy: "Leave one of them out.",
    });
  const home = invocation.env["HOME"] || homedir();
  const file = own ? join(home, ".kube", "eksctl", "clusters", name) : asked;
  const context = invocation.options["setKubeconfigContext"];
  const use = context === true || context === "true";
  return withAws(invocation, region, async (aws, target) => {
    const options = { ...optionsOf(invocation, target), naming: await eksctlNaming(aws), use };
    return write(invocation, await kubeconfig.entry(aws, name, options), file);
  });
};
