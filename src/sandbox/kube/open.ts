// From what the maker of a sandbox asks for to a host of clusters.
import { totalmem } from "node:os";
import { join } from "node:path";
import type { KubernetesPort } from "../aws/core/index.ts";
import type { AssetOptions } from "./assets/index.ts";
import { findAssets } from "./assets/index.ts";
import type { KubernetesHostOptions, KubernetesMode } from "./host.ts";
import { KubernetesHost } from "./host.ts";

/** How a sandbox runs Kubernetes. */
export interface KubernetesOptions {
  /** Default `lazy`. */
  mode?: KubernetesMode;
  /** Of all control planes together, in MiB; default half of the machine's memory. */
  memoryLimit?: number;
  /** Connections count as coming from inside of every VPC: private endpoints answer. Default false. */
  insideVpc?: boolean;
  /**
   * PEM of the authority that vouches for issuers of associated identity providers, instead of the public ones: for an
   * issuer on this machine. EKS itself takes none but public issuers.
   */
  issuerAuthority?: string;
  /** Where the programs are looked for. */
  assets?: AssetOptions;
}

/** What the clusters share with the sandbox they are part of. */
export interface KubernetesSurroundings extends Pick<
  KubernetesHostOptions,
  "cloud" | "dispatch" | "endpoints" | "onProblem"
> {
  /** Of the sandbox's state, when it is kept. */
  stateFolder?: string | undefined;
}

/** Where clusters are said to be when there are to be none: a port that nobody may listen on refuses at once, without a look at DNS. */
const nowhere: KubernetesPort = { endpoint: () => "https://127.0.0.1:1" };

/** Opens the host of a sandbox's clusters; undefined when it is to have none. */
export async function openKubernetes(
  asked: KubernetesMode | KubernetesOptions,
  { stateFolder, ...surroundings }: KubernetesSurroundings,
): Promise<KubernetesHost | undefined> {
  const options = typeof asked === "string" ? { mode: asked } : asked;
  const { mode = "lazy", memoryLimit } = options;
  if (mode === "off") {
    surroundings.cloud.kubernetes = nowhere;
    return undefined;
  }
  const host = await KubernetesHost.open({
    ...surroundings,
    mode,
    ...(stateFolder === undefined ? {} : { folder: join(stateFolder, "kubernetes") }),
    findAssets: (minor) => findAssets(minor, options.assets),
    ...(options.insideVpc === undefined ? {} : { insideVpc: options.insideVpc }),
    ...(options.issuerAuthority === undefined ? {} : { issuerAuthority: options.issuerAuthority }),
    memoryLimit: memoryLimit === undefined ? totalmem() / 2 : memoryLimit * 1024 * 1024,
  });
  surroundings.cloud.kubernetes = host;
  return host;
}
