// What an instance's user data asks of the node it is to become: nodeadm's NodeConfig (AL2023), bootstrap.sh's arguments
// (AL2), settings.kubernetes (Bottlerocket), EKS's bootstrap script (Windows).
import { parseAllDocuments } from "yaml";

/** A taint as the kubelet registers it. */
export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** What a node says of itself when it joins. */
export interface JoinRequest {
  cluster: string;
  labels: Record<string, string>;
  taints: Taint[];
  maxPods?: number;
  /** nodeadm's CEL expression for the number of pods. */
  maxPodsExpression?: string;
  /** nodeadm's feature gate InstanceIdNodeName. */
  instanceIdName?: boolean;
  bootstrap: "nodeadm" | "bootstrap.sh" | "bottlerocket" | "windows";
}

interface NodeConfig {
  apiVersion?: string;
  spec?: {
    featureGates?: Record<string, boolean>;
    cluster?: { name?: string };
    kubelet?: {
      config?: { maxPods?: number; registerWithTaints?: Taint[] };
      flags?: string[];
      maxPodsExpression?: string;
    };
  };
}

/** `a=b,c=d`. */
export function parseLabels(text: string): Record<string, string> {
  const pairs = text.split(",").filter((pair) => pair !== "");
  return Object.fromEntries(pairs.map((pair) => [pair.split("=")[0] ?? "", pair.split("=").slice(1).join("=")]));
}

/** `key=value:NoSchedule,other:NoExecute`. */
export function parseTaints(text: string): Taint[] {
  return text.split(",").flatMap((each) => {
    const match = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(each.trim());
    if (!match) return [];
    const [, key = "", value, effect = ""] = match;
    return [{ key, ...(value ? { value } : {}), effect }];
  });
}

/** Flags of the kubelet that change what the node is. */
function applyFlags(request: JoinRequest, flags: readonly string[]): void {
  for (const flag of flags) {
    const [, name = "", value = ""] = /^--?([\w-]+)[= ](.*)$/s.exec(flag.trim()) ?? [];
    const text = value.replaceAll(/^["']|["']$/g, "");
    if (name === "node-labels") Object.assign(request.labels, parseLabels(text));
    else if (name === "register-with-taints") request.taints.push(...parseTaints(text));
    else if (name === "max-pods") request.maxPods = Number(text);
  }
}

/** Parts of a MIME message, or the whole text when it is none. */
function parts(text: string): string[] {
  const boundary = /boundary="?([^"\s;]+)"?/i.exec(text)?.[1];
  if (!/^(mime-version|content-type):/im.test(text.slice(0, 400)) || boundary === undefined) return [text];
  return text.split(`--${boundary}`).map((part) => part.replace(/^\s*(?:[\w-]+:[^\n]*\n)+\s*\n?/, ""));
}

/** Several NodeConfigs merge in order; the last one wins. */
function fromNodeConfigs(text: string): JoinRequest | undefined {
  const request: JoinRequest = { cluster: "", labels: {}, taints: [], bootstrap: "nodeadm" };
  for (const document of parseAllDocuments(text)) {
    if (document.errors.length > 0) continue;
    const config = document.toJS() as NodeConfig | null;
    if (!config?.apiVersion?.startsWith("node.eks.aws/")) continue;
    const { cluster, kubelet, featureGates } = config.spec ?? {};
    if (featureGates?.["InstanceIdNodeName"] !== undefined) request.instanceIdName = featureGates["InstanceIdNodeName"];
    request.cluster = cluster?.name ?? request.cluster;
    applyFlags(request, kubelet?.flags ?? []);
    request.taints.push(...(kubelet?.config?.registerWithTaints ?? []));
    if (kubelet?.config?.maxPods !== undefined) request.maxPods = kubelet.config.maxPods;
    if (kubelet?.maxPodsExpression) request.maxPodsExpression = kubelet.maxPodsExpression;
  }
  return request.cluster === "" ? undefined : request;
}

/** `/etc/eks/bootstrap.sh NAME --kubelet-extra-args '…'`. */
function fromBootstrapScript(text: string): JoinRequest | undefined {
  const call = /\/etc\/eks\/bootstrap\.sh\s+(?:'([^']+)'|"([^"]+)"|(\S+))([\s\S]*)/.exec(text);
  const cluster = call?.[1] ?? call?.[2] ?? call?.[3];
  if (!cluster) return undefined;
  const request: JoinRequest = { cluster, labels: {}, taints: [], bootstrap: "bootstrap.sh" };
  const extra = /--kubelet-extra-args\s+(?:'([^']*)'|"([^"]*)")/.exec(call?.[4] ?? "");
  applyFlags(request, (extra?.[1] ?? extra?.[2] ?? "").split(/\s+(?=--)/));
  return request;
}

/** The few lines of TOML that matter; Bottlerocket's settings are flat. */
function fromSettings(text: string): JoinRequest | undefined {
  if (!/^\s*\[settings\.kubernetes/m.test(text)) return undefined;
  const request: JoinRequest = { cluster: "", labels: {}, taints: [], bootstrap: "bottlerocket" };
  let table = "";
  for (const line of text.split("\n")) {
    table = /^\s*\[([^\]]+)\]/.exec(line)?.[1] ?? table;
    const [, key = "", value = ""] = /^\s*"?([^"=]+?)"?\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    const plain = value.replaceAll(/^["']|["']$/g, "");
    if (key === "") continue;
    if (table === "settings.kubernetes" && key === "cluster-name") request.cluster = plain;
    else if (table === "settings.kubernetes" && key === "max-pods") request.maxPods = Number(plain);
    else if (table === "settings.kubernetes.node-labels") request.labels[key] = plain;
    else if (table === "settings.kubernetes.node-taints") {
      const each = [...value.matchAll(/["']([^"']*)["']/g)].map((match) => `${key}=${match[1]}`);
      request.taints.push(...parseTaints(each.join(",")));
    }
  }
  return request.cluster === "" ? undefined : request;
}

function fromWindows(text: string): JoinRequest | undefined {
  const cluster = /-EKSClusterName\s+["']?([\w-]+)/.exec(text)?.[1];
  if (!cluster) return undefined;
  const request: JoinRequest = { cluster, labels: {}, taints: [], bootstrap: "windows" };
  const extra = /-KubeletExtraArgs\s+(?:'([^']*)'|"([^"]*)")/.exec(text);
  applyFlags(request, (extra?.[1] ?? extra?.[2] ?? "").split(/\s+(?=--)/));
  return request;
}

const readers = [fromNodeConfigs, fromBootstrapScript, fromSettings, fromWindows];

/**
 * Reads user data.
 *
 * @param userData as EC2 keeps it, base64
 * @returns undefined when nothing in it makes a node
 */
export function readUserData(userData: string | undefined): JoinRequest | undefined {
  if (!userData) return undefined;
  const text = Buffer.from(userData, "base64").toString("utf8");
  for (const read of readers) {
    for (const part of read === fromNodeConfigs ? [parts(text).join("\n---\n")] : parts(text)) {
      const request = read(part);
      if (request) return request;
    }
  }
  return undefined;
}
