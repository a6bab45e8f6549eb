// The connection of a pod to its own cluster: the service account that the kubelet mounts, read anew as it is rotated.
// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage, LotseError } from "../base/index.ts";
import type { KubeTarget } from "./connection.ts";

/** Where kubelets mount the service account of a pod. */
export const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
/** client-go reads the token's file anew every minute; kubelets replace it at 80 % of its hour. */
const tokenLife = 120_000;

/** What a pod is told about its cluster, and in which namespace it runs. */
export interface InCluster {
  target: KubeTarget;
  namespace: string;
}

/**
 * The cluster that this process runs in; undefined outside of one.
 *
 * @param env `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` are looked at
 * @throws LotseError `kube/no-service-account` when the variables are there and the files aren't
 */
export function inClusterTarget(
  env: Readonly<Record<string, string | undefined>>,
  folder: string = serviceAccountFolder,
): InCluster | undefined {
  const host = env["KUBERNETES_SERVICE_HOST"];
  const port = env["KUBERNETES_SERVICE_PORT"];
  if (!host || !port) return undefined;
  try {
    const tokenFile = join(folder, "token");
    return {
      namespace: readFileSync(join(folder, "namespace"), "utf8").trim(),
      target: {
        server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
        authority: readFileSync(join(folder, "ca.crt"), "utf8"),
        token: async () => ({
          token: (await readFile(tokenFile, "utf8")).trim(),
          expires: Date.now() + tokenLife,
        }),
      },
    };
  } catch (cause) {
    throw new LotseError(
      "kube/no-service-account",
      {
        title: `The service account in ${folder} can't be read`,
        detail: errorMessage(cause),
        remedy: "Let the pod have one (automountServiceAccountToken), or name a file with --kubeconfig.",
      },
      { cause },
    );
  }
}
