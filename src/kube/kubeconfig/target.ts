// From a kubeconfig file to a connection, as client-go reads it: contexts, certificates, tokens, exec plugins.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { BearerToken, KubeTarget } from "../connection.ts";
import { readDocument } from "./merge.ts";
import type { ExecPlugin, KubeconfigCluster, KubeconfigContext, KubeconfigUser } from "./model.ts";

/** Which entry of a file. */
export interface TargetChoice {
  /** The file's current context by default. */
  context?: string;
  /** For exec plugins. */
  env: Readonly<Record<string, string | undefined>>;
}

/** A way to a cluster out of a file, and the namespace of its context. */
export interface KubeconfigTarget {
  target: KubeTarget;
  namespace: string | undefined;
}

interface Contents {
  clusters?: { name: string; cluster?: KubeconfigCluster }[] | null;
  users?: { name: string; user?: KubeconfigUser }[] | null;
  contexts?: { name: string; context?: KubeconfigContext }[] | null;
  "current-context"?: string;
}

function refuse(file: string, problem: string, cause?: unknown): never {
  throw new LotseError(
    "kube/bad-kubeconfig",
    {
      title: `${file}: ${problem}`,
      ...(cause === undefined ? {} : { detail: errorMessage(cause) }),
      remedy: "Mend the file, or name another with --kubeconfig.",
    },
    cause === undefined ? {} : { cause },
  );
}

const decoded = (text: string): string => Buffer.from(text, "base64").toString("utf8");
/** Tokens without an end of their own are asked for again after so long: files are replaced. */
const staticLife = 300_000;
const execPatience = 60_000;
const longestOutput = 1024 * 1024;

interface ExecStatus {
  token?: string;
  expirationTimestamp?: string;
}

/** Runs a plugin; certificates of plugins aren't taken. */
function runPlugin(plugin: ExecPlugin, folder: string, env: TargetChoice["env"]): Promise<BearerToken> {
  // A command with a slash is relative to the file, as client-go has it.
  const command =
    plugin.command.includes("/") && !isAbsolute(plugin.command) ? join(folder, plugin.command) : plugin.command;
  const info = { apiVersion: plugin.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const extra = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  return new Promise((done, fail) => {
    execFile(
      command,
      plugin.args ?? [],
      {
        env: { ...env, ...extra, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
        timeout: execPatience,
        maxBuffer: longestOutput,
      },
      (error, stdout, stderr) => {
        const wrong = (problem: string): void => {
          const title = `The credential plugin ${plugin.command} ${problem}`;
          const detail = stderr.trim().slice(0, 1000);
          const remedy = plugin.installHint ?? "Run it by hand to see what it says.";
          fail(
            new LotseError("kube/plugin-failed", { title, ...(detail ? { detail } : {}), remedy }, { cause: error }),
          );
        };
        if (error) return wrong(`failed (${error.message.split("\n")[0]})`);
        let status: ExecStatus | undefined;
        try {
          status = (JSON.parse(stdout) as { status?: ExecStatus } | null)?.status;
        } catch {
          return wrong("didn't print an ExecCredential");
        }
        if (!status?.token) return wrong("gave no token");
        const expires = Date.parse(status.expirationTimestamp ?? "");
        done({ token: status.token, expires: Number.isNaN(expires) ? Date.now() + staticLife : expires });
      },
    );
  });
}

function tokenOf(
  user: KubeconfigUser,
  folder: string,
  env: TargetChoice["env"],
): (() => Promise<BearerToken>) | undefined {
  const { tokenFile, token, exec } = user;
  if (tokenFile) {
    const path = resolve(folder, tokenFile);
    return async () => ({ token: (await readFile(path, "utf8")).trim(), expires: Date.now() + staticLife / 2 });
  }
  if (token) return () => Promise.resolve({ token, expires: Infinity });
  return exec ? () => runPlugin(exec, folder, env) : undefined;
}

/**
 * Reads the way to a cluster.
 *
 * @throws LotseError `kube/bad-kubeconfig`; the target's token `kube/plugin-failed`
 */
export function kubeconfigTarget(file: string, choice: TargetChoice): KubeconfigTarget {
  let contents: Contents;
  try {
    contents = (readDocument(readFileSync(file, "utf8"), file).toJS() ?? {}) as Contents;
  } catch (cause) {
    if (cause instanceof LotseError) throw cause;
    return refuse(file, "it can't be read", cause);
  }
  const folder = dirname(resolve(file));
  const name = choice.context ?? contents["current-context"] ?? "";
  if (name === "") return refuse(file, "it has no current context");
  const context =
    contents.contexts?.find((each) => each.name === name)?.context ?? refuse(file, `there is no context ${name}`);
  const cluster =
    contents.clusters?.find((each) => each.name === context.cluster)?.cluster ??
    refuse(file, `there is no cluster ${context.cluster}`);
  const user = contents.users?.find((each) => each.name === context.user)?.user ?? {};
  if (cluster["insecure-skip-tls-verify"]) return refuse(file, "insecure-skip-tls-verify is not supported");
  const text = (data: string | undefined, path: string | undefined): string | undefined => {
    if (data) return decoded(data);
    if (!path) return undefined;
    try {
      return readFileSync(resolve(folder, path), "utf8");
    } catch (cause) {
      return refuse(file, `${path}, which it names, can't be read`, cause);
    }
  };
  const authority = text(cluster["certificate-authority-data"], cluster["certificate-authority"]);
  const certificate = text(user["client-certificate-data"], user["client-certificate"]);
  const privateKey = text(user["client-key-data"], user["client-key"]);
  const token = tokenOf(user, folder, choice.env);
  const serverName = cluster["tls-server-name"];
  return {
    namespace: context.namespace,
    target: {
      server: cluster.server,
      ...(authority === undefined ? {} : { authority }),
      ...(certificate && privateKey ? { client: { certificate, privateKey } } : {}),
      ...(token ? { token } : {}),
      ...(serverName ? { serverName } : {}),
    },
  };
}
