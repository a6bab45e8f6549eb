// The VPC CNI as it runs in the cluster: its settings are environment variables of the DaemonSet aws-node.
import type { ObjectFacts } from "./facts.ts";
import type { AnyObject } from "./kinds.ts";

/** The CNI of a cluster. */
export interface Cni {
  object: AnyObject;
  env: Readonly<Record<string, string>>;
  /** Arguments of all its containers. */
  args: readonly string[];
  /** Of the container aws-node: `v1.21.1`. */
  version: string | undefined;
}

/** The VPC CNI; undefined where another one runs. @throws Unread */
export async function cniOf(facts: ObjectFacts): Promise<Cni | undefined> {
  const found = (await facts.list("daemonSets")).find(
    ({ metadata }) => metadata.name === "aws-node" && metadata.namespace === "kube-system",
  );
  const main = found?.spec.template.spec.containers.find(({ name }) => name === "aws-node");
  if (!found || !main) return undefined;
  return {
    object: found,
    env: Object.fromEntries((main.env ?? []).map(({ name, value = "" }) => [name, value])),
    args: found.spec.template.spec.containers.flatMap(({ args = [] }) => args),
    version: /:(v?\d+\.\d+\.\d+)/.exec(main.image ?? "")?.[1],
  };
}
