// From what the maker of a sandbox asks for to a host of clusters.
import { totalmem } from "node:os";
import { join } from "node:path";
import type { Cloud } from "../aws/core/index.ts";
import { findAssets } from "./assets/index.ts";
import type { KubernetesMode } from "./host.ts";
import { KubernetesHost } from "./host.ts";

/** How a sandbox runs Kubernetes. */
export interface KubernetesOptions {
  /** Default `lazy`. */
  mode?: KubernetesMode;
  /** Of all control planes together, in MiB; default half of the machine's memory. */
  memoryLimit?: number;
}

/**
 * Opens the host of a sandbox's clusters; undefined when it is to have none.
 *
 * @param folder of the sandbox's state, when it is kept
 */
export async function openKubernetes(
  asked: KubernetesMode | KubernetesOptions,
  cloud: Cloud,
  folder: string | undefined,
  onProblem: ((problem: Error) => void) | undefined,
): Promise<KubernetesHost | undefined> {
  const options = typeof asked === "string" ? { mode: asked } : asked;
  const { mode = "lazy", memoryLimit } = options;
  if (mode === "off") return undefined;
  const host = await KubernetesHost.open({
    mode,
    cloud,
    ...(folder === undefined ? {} : { folder: join(folder, "kubernetes") }),
    findAssets: (minor) => findAssets(minor),
    memoryLimit: memoryLimit === undefined ? totalmem() / 2 : memoryLimit * 1024 * 1024,
    ...(onProblem ? { onProblem } : {}),
  });
  cloud.kubernetes = host;
  return host;
}
