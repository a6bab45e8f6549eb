// Which cluster a role works on, and from where: a pod of it, or a machine beside it.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { LotseError } from "../../base/index.ts";
import type { KubeTarget } from "../../kube/index.ts";
import { inClusterTarget, kubeconfigTarget } from "../../kube/index.ts";
import type { FlagValues } from "./flags.ts";

/** A way to a cluster, and the namespace that goes with it. */
export interface ChosenCluster {
  target: KubeTarget;
  namespace: string | undefined;
}

/** `--kubeconfig`, else the pod's own service account, else $KUBECONFIG, else ~/.kube/config; undefined without any. */
export function chooseCluster(
  flags: FlagValues,
  env: Readonly<Record<string, string | undefined>>,
): ChosenCluster | undefined {
  const context = flags.optional("context");
  const read = (file: string): ChosenCluster =>
    kubeconfigTarget(file, { env, ...(context === undefined ? {} : { context }) });
  const given = flags.optional("kubeconfig");
  if (given !== undefined) return read(given);
  const inside = inClusterTarget(env);
  if (inside) return inside;
  const home = env["HOME"] ?? homedir();
  const files = [...(env["KUBECONFIG"] ?? "").split(delimiter), join(home, ".kube", "config")];
  const file = files.find((each) => each !== "" && existsSync(each));
  return file === undefined ? undefined : read(file);
}

/** The error of a role that asks for a cluster and has none. */
export function noCluster(role: string): LotseError {
  return new LotseError("controllers/no-cluster", {
    title: `${role} needs a cluster, and knows none`,
    remedy: "Run it in a pod, or name a kubeconfig with --kubeconfig.",
  });
}
