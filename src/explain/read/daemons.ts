// Programs on the nodes that stand between pods and credentials, found by their DaemonSets.
import type { KubeObject } from "../../kube/index.ts";
import type { Known } from "../explanation.ts";
import { read, unread } from "../explanation.ts";
import type { ProxyFacts } from "../pod/world.ts";

/** As much of a DaemonSet as is looked at. */
export interface DaemonSetObject extends KubeObject {
  spec?: {
    template?: { spec?: { containers?: { image?: string; command?: string[]; args?: string[] }[] } };
  };
}

function flagOf(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const arg = args[at];
  if (arg === undefined) return undefined;
  if (arg.includes("=")) return arg.slice(arg.indexOf("=") + 1);
  const next = args[at + 1];
  return next === undefined || next.startsWith("--") ? "true" : next;
}

const namesOf = { kube2iam: /(^|[/-])kube2iam/, kiam: /(^|[/-])kiam/, lotse: /metadata-proxy/ } as const;

function proxyOf({ spec }: DaemonSetObject): ProxyFacts | undefined {
  for (const { image = "", command = [], args: given = [] } of spec?.template?.spec?.containers ?? []) {
    const args = [...command, ...given];
    const program = image.split("/").at(-1) ?? "";
    if (namesOf.kiam.test(program) && args.includes("agent"))
      return { name: "kiam", restricted: true, format: "regexp", namespaceKey: "iam.amazonaws.com/permitted" };
    const own = args.some((arg) => namesOf.lotse.test(arg));
    if (!namesOf.kube2iam.test(program) && !own) continue;
    const baseArn = flagOf(args, "base-role-arn");
    const defaultRole = flagOf(args, "default-role");
    return {
      name: own ? "lotse's metadata proxy" : "kube2iam",
      ...(baseArn === undefined ? {} : { baseArn: baseArn.endsWith("/") ? baseArn : `${baseArn}/` }),
      ...(defaultRole === undefined ? {} : { defaultRole }),
      restricted: flagOf(args, "namespace-restrictions") === "true",
      format: flagOf(args, "namespace-restriction-format") === "regexp" ? "regexp" : "glob",
      namespaceKey: flagOf(args, "namespace-key") ?? "iam.amazonaws.com/allowed-roles",
    };
  }
  return undefined;
}

/** The proxy of the metadata service, if there is one. */
export function proxyAmong(daemonSets: readonly DaemonSetObject[]): ProxyFacts | undefined {
  for (const daemonSet of daemonSets) {
    const proxy = proxyOf(daemonSet);
    if (proxy) return proxy;
  }
  return undefined;
}

/** Whether the Pod Identity agent runs. That none was found isn't taken for a no: Auto Mode has it built in. */
export function agentAmong(daemonSets: readonly DaemonSetObject[]): Known<boolean> {
  const there = daemonSets.some(({ metadata }) => metadata.name.startsWith("eks-pod-identity-agent"));
  return there ? read(true) : unread("no DaemonSet of it was found");
}
