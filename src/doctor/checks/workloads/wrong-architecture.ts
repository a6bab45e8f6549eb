// LT-M005: An image isn't for its node's processor.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { ContainerStatus } from "../../objects/kinds.ts";
import { inKind } from "../../sight.ts";

/** containerd's words for an image without the node's platform, and the kernel's for a program of another one. */
const words = /no match(ing manifest)? for (linux|platform)|exec format error/i;

function saidBy({ state, lastState }: ContainerStatus): string | undefined {
  const texts = [state?.waiting?.message, state?.terminated?.message, lastState?.terminated?.message];
  return texts.find((text) => text !== undefined && words.test(text));
}

/** An image isn't for its node's processor. */
export const wrongArchitecture: Check = defineCheck({
  id: "LT-M005",
  title: "An image isn't for its node's processor",
  area: "workloads",
  severity: "error",
  why: "An image for amd64 alone neither starts on Graviton nor the other way round; the scheduler doesn't look into images.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-compute.html",
  remedy: "Build the image for both, or bind the workload with nodeSelector kubernetes.io/arch.",
  cluster: async (facts) => {
    const nodes = new Map(
      (await facts.list("nodes")).map(({ metadata, status }) => [
        metadata.name,
        status?.nodeInfo?.architecture ?? metadata.labels?.["kubernetes.io/arch"],
      ]),
    );
    return inKind(facts, "pods", ({ spec, status }) => {
      const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
      const found = all.find((each) => saidBy(each) !== undefined);
      if (!found) return undefined;
      const containers = [...spec.containers, ...(spec.initContainers ?? [])];
      const image = containers.find(({ name }) => name === found.name)?.image ?? found.name;
      const architecture = nodes.get(spec.nodeName ?? "");
      return {
        text: `${image} doesn't run on node ${spec.nodeName ?? "?"}${architecture === undefined ? "" : ` (${architecture})`}`,
        evidence: { image, architecture, message: saidBy(found) },
      };
    });
  },
});
