// The kubeconfig entry of a cluster, with one of three programs that give tokens for it. Names and arguments are those that
// `aws eks update-kubeconfig` and eksctl write, so that each of them finds the entry again.
import type { ExecPlugin, KubeconfigEntry } from "../kube/index.ts";
import type { LivingCluster } from "./living-cluster.ts";
import { tokenName } from "./living-cluster.ts";

/** Programs that give tokens. */
export type TokenProgram = "lotse" | "aws" | "aws-iam-authenticator";

/** What goes into an entry besides the cluster. */
export interface KubeconfigOptions {
  exec: TokenProgram;
  /** Role to assume for tokens. */
  roleArn?: string;
  profile?: string;
  /** Name of the context; default is the user's name. */
  alias?: string;
  /** Name of the user; default is the cluster's ARN. */
  userAlias?: string;
  proxyUrl?: string;
  /** False leaves the current context alone. */
  use?: boolean;
  /** Who writes names: `aws` the cluster's ARN, `eksctl` `user@name.region.eksctl.io` with the caller's ARN. */
  naming?: { by: "aws" } | { by: "eksctl"; callerArn: string };
  /** Where STS is, when it isn't AWS's own. */
  endpoint?: string;
  /** Keys of an emulated account, which aren't secret: put into the file, as the environment doesn't have them. */
  sandboxKeys?: { accessKeyId: string; secretAccessKey: string };
  /** How lotse is started here: `["lotse"]`, or a path where it isn't on PATH. */
  lotse?: readonly [command: string, ...args: string[]];
}

// Kubernetes' client libraries in all languages know it; v1 is missing in some.
const apiVersion = "client.authentication.k8s.io/v1beta1";

type Plugin = (cluster: LivingCluster, options: KubeconfigOptions) => { command: string; args: string[] };

const given = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value]);

const plugins: Readonly<Record<TokenProgram, Plugin>> = {
  lotse: (cluster, { lotse: [command, ...first] = ["lotse"], roleArn, profile, endpoint }) => ({
    command,
    args: [
      ...first,
      "token",
      "--cluster",
      tokenName(cluster),
      "--region",
      cluster.region,
      ...given("--role-arn", roleArn),
      ...given("--profile", profile),
      ...given("--endpoint-url", endpoint),
    ],
  }),
  aws: (cluster, { roleArn }) => ({
    command: "aws",
    args: [
      "--region",
      cluster.region,
      "eks",
      "get-token",
      ...(cluster.localId === undefined ? ["--cluster-name", cluster.name] : ["--cluster-id", cluster.localId]),
      "--output",
      "json",
      ...given("--role", roleArn),
    ],
  }),
  "aws-iam-authenticator": (cluster, { roleArn }) => ({
    command: "aws-iam-authenticator",
    args: ["token", "-i", tokenName(cluster), "--region", cluster.region, ...given("-r", roleArn)],
  }),
};

function environment({ exec, profile, endpoint, sandboxKeys }: KubeconfigOptions): ExecPlugin["env"] {
  const variables: Record<string, string | undefined> = {
    // lotse takes both as arguments.
    AWS_PROFILE: exec === "lotse" ? undefined : profile,
    AWS_ENDPOINT_URL: exec === "lotse" ? undefined : endpoint,
    AWS_ACCESS_KEY_ID: sandboxKeys?.accessKeyId,
    AWS_SECRET_ACCESS_KEY: sandboxKeys?.secretAccessKey,
    // A session of the surrounding environment doesn't go with these keys.
    AWS_SESSION_TOKEN: sandboxKeys ? "" : undefined,
  };
  return Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

function namesOf(
  cluster: LivingCluster,
  { naming = { by: "aws" }, userAlias, alias }: KubeconfigOptions,
): Pick<KubeconfigEntry, "clusterName" | "userName" | "contextName"> {
  if (naming.by === "eksctl") {
    const clusterName = `${cluster.name}.${cluster.region}.eksctl.io`;
    const who = naming.callerArn.includes("/") ? naming.callerArn.split("/").at(-1) : "iam-root-account";
    const userName = userAlias ?? `${who}@${clusterName}`;
    return { clusterName, userName, contextName: alias ?? userName };
  }
  const userName = userAlias ?? cluster.arn;
  return { clusterName: cluster.arn, userName, contextName: alias ?? userName };
}

/** The entry to merge into a file. */
export function kubeconfigEntry(cluster: LivingCluster, options: KubeconfigOptions): KubeconfigEntry {
  const { command, args } = plugins[options.exec](cluster, options);
  const env = environment(options);
  const exec: ExecPlugin = {
    apiVersion,
    args,
    command,
    ...(env && env.length > 0 ? { env } : {}),
    ...(options.exec === "lotse" ? { interactiveMode: "IfAvailable" } : {}),
  };
  return {
    ...namesOf(cluster, options),
    cluster: {
      "certificate-authority-data": cluster.authority,
      server: cluster.server,
      ...(options.proxyUrl === undefined ? {} : { "proxy-url": options.proxyUrl }),
    },
    user: { exec },
    use: options.use ?? true,
  };
}
