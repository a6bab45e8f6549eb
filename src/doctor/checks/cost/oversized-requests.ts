// LT-C004: A workload asks for far more than it uses.
import { quantity } from "../../../base/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { Meta } from "../../objects/kinds.ts";
import { Unread } from "../../unread.ts";

interface Sum {
  kind: string;
  namespace: string;
  name: string;
  pods: number;
  asked: { millicores: number; mebibytes: number };
  used: { millicores: number; mebibytes: number };
}

/** The workload of a pod: a ReplicaSet's name without its hash is the Deployment's. */
function ownerOf({ name, ownerReferences = [], labels = {} }: Meta): { kind: string; name: string } {
  const owner = ownerReferences.find(({ controller }) => controller === true) ?? ownerReferences[0];
  if (!owner) return { kind: "Pod", name };
  const hash = labels["pod-template-hash"];
  return owner.kind === "ReplicaSet" && hash !== undefined && owner.name.endsWith(`-${hash}`)
    ? { kind: "Deployment", name: owner.name.slice(0, -hash.length - 1) }
    : { kind: owner.kind, name: owner.name };
}

type Resources = Readonly<Record<string, string>>;

/** Sum of a resource over containers, in cores or bytes; what isn't given is nothing. */
const total = (list: readonly Resources[], name: string): number =>
  list.reduce((sum, each) => sum + (each[name] === undefined ? 0 : quantity(each[name])), 0);

const sumOf = (list: readonly Resources[]): Sum["asked"] => ({
  millicores: total(list, "cpu") * 1000,
  mebibytes: total(list, "memory") / 2 ** 20,
});

const plus = (a: Sum["asked"], b: Sum["asked"]): Sum["asked"] => ({
  millicores: a.millicores + b.millicores,
  mebibytes: a.mebibytes + b.mebibytes,
});

/** Five times as much, and enough of it to be worth a change: half a core, or a gibibyte. */
function excess({ asked, used }: Sum): string[] {
  return [
    ...(asked.millicores >= used.millicores * 5 && asked.millicores - used.millicores >= 500
      ? [`${Math.round(asked.millicores)}m of CPU and uses ${Math.round(used.millicores)}m`]
      : []),
    ...(asked.mebibytes >= used.mebibytes * 5 && asked.mebibytes - used.mebibytes >= 1024
      ? [`${Math.round(asked.mebibytes)} MiB of memory and uses ${Math.round(used.mebibytes)} MiB`]
      : []),
  ];
}

/** A workload asks for far more than it uses. */
export const oversizedRequests: Check = defineCheck({
  id: "LT-C004",
  title: "A workload asks for far more than it uses",
  area: "cost",
  severity: "info",
  why: "Nodes are bought for what pods request. What is used is looked at once here, as metrics-server has it: a quiet hour is no reason to cut.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-compute.html",
  remedy: "Look at weeks of use (VPA's recommendations, Container Insights), then lower the requests.",
  cluster: async (facts) => {
    const [metrics, pods] = await Promise.all([facts.list("podMetrics"), facts.list("pods")]);
    const running = pods.filter(({ status }) => status?.phase === "Running");
    if (running.length > 0 && metrics.length === 0)
      throw new Unread("Use of pods can't be read: nobody serves metrics.k8s.io (metrics-server)");
    const known = new Map(metrics.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]));
    const sums = new Map<string, Sum>();
    for (const pod of running) {
      const { namespace = "default", name } = pod.metadata;
      const usage = known.get(`${namespace}/${name}`)?.containers?.map((each) => each.usage ?? {});
      if (!usage) continue;
      const owner = ownerOf(pod.metadata);
      const key = `${namespace}/${owner.kind}/${owner.name}`;
      const zero = { millicores: 0, mebibytes: 0 };
      const before = sums.get(key) ?? { ...owner, namespace, pods: 0, asked: zero, used: zero };
      const asked = sumOf(pod.spec.containers.map(({ resources }) => resources?.requests ?? {}));
      sums.set(key, {
        ...before,
        pods: before.pods + 1,
        asked: plus(before.asked, asked),
        used: plus(before.used, sumOf(usage)),
      });
    }
    return [...sums.values()].flatMap((sum) => {
      const more = excess(sum);
      const { kind, namespace, name, pods: count, asked, used } = sum;
      return more.length === 0
        ? []
        : [
            {
              subject: { kind, namespace, name },
              text: `With ${count} ${count === 1 ? "pod" : "pods"} it requests ${more.join(", ")} at the moment`,
              evidence: { pods: count, asked, used },
            },
          ];
    });
  },
});
