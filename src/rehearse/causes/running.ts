// Pods that have a node and still aren't Ready: addresses, images, crashes, readiness, scripts, Fargate.
import type { Container, Pod } from "./pod-parts.ts";
import { containersOf, podWarning } from "./pod-parts.ts";
import type { PodCause } from "./cause.ts";
import { definePodCause } from "./cause.ts";

const noAddresses: PodCause = definePodCause({
  code: "rehearse/no-addresses",
  explain(pod, situation) {
    if (pod.status?.podIP !== undefined || !pod.spec.nodeName) return undefined;
    const event = podWarning(situation.scene, pod, "FailedCreatePodSandBox");
    if (!event) return undefined;
    if (!/assign an IP address|InsufficientFreeAddresses|InsufficientCidrBlocks/i.test(event.message ?? "")) {
      return {
        code: "rehearse/no-network",
        title: `its node ${pod.spec.nodeName} can't give it a network`,
        detail: event.message ?? "",
        remedy: "See why aws-node doesn't get what it needs from EC2: its role, its settings, the security groups.",
      };
    }
    const subnet = situation.subnetOf(pod.spec.nodeName);
    const where = subnet ? ` in ${subnet.id} (${subnet.cidr}, ${subnet.zone})` : "";
    return {
      code: "rehearse/no-addresses",
      title: `no address is free for it${where}`,
      detail: `${subnet ? `EC2 has ${subnet.free} free addresses there. ` : ""}${event.message?.split(": add cmd: ").at(-1) ?? ""}`,
      remedy:
        "Larger subnets (vpc.cidr, or subnets with a shorter prefix), a secondary CIDR with custom networking, or fewer pods there.",
      ...(subnet ? { data: { subnet: subnet.id, cidr: subnet.cidr, free: subnet.free } } : {}),
    };
  },
});

const badScript: PodCause = definePodCause({
  code: "rehearse/bad-script",
  explain(pod, { scene }) {
    const event = podWarning(scene, pod, "InvalidSimulation");
    return (
      event && {
        code: "rehearse/bad-script",
        title: "its lotse.dev/sim- annotations make no sense",
        detail: event.message ?? "",
        remedy: "Correct the annotation.",
      }
    );
  },
});

const fargate: PodCause = definePodCause({
  code: "rehearse/fargate",
  explain(pod, { scene }) {
    if (pod.spec.nodeName) return undefined;
    const profile = pod.metadata.labels?.["eks.amazonaws.com/fargate-profile"];
    const event = podWarning(scene, pod, "FailedScheduling");
    if (profile === undefined && pod.spec.schedulerName !== "fargate-scheduler") return undefined;
    return {
      code: "rehearse/fargate",
      title: `Fargate doesn't take it${profile === undefined ? "" : ` (profile ${profile})`}`,
      detail: event?.message ?? "It has no node yet, and Fargate gives no reason.",
      remedy:
        "Take out what Fargate lacks (host network, privileged containers, DaemonSets, GPUs, EBS volumes), or keep the pod out of the profile's selectors.",
      ...(event ? {} : { passes: true }),
    };
  },
});

const script = (pod: Pod): string =>
  Object.keys(pod.metadata.annotations ?? {}).some((name) => name.startsWith("lotse.dev/sim-"))
    ? "Its lotse.dev/sim- annotations ask for it."
    : "";

/** Sentences, one after the other. */
const together = (...texts: readonly (string | undefined)[]): string => texts.filter(Boolean).join(". ");

const image: PodCause = definePodCause({
  code: "rehearse/image",
  explain(pod) {
    const waiting = containersOf(pod).find(({ status }) =>
      ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"].includes(
        status?.state?.waiting?.reason ?? "",
      ),
    );
    if (!waiting) return undefined;
    return {
      code: "rehearse/image",
      title: `the image ${waiting.image ?? ""} of container ${waiting.name} can't be had`,
      detail: together(waiting.status?.state?.waiting?.message ?? waiting.status?.state?.waiting?.reason, script(pod)),
      remedy: "Correct the image's name, or give the node's role access to the registry.",
    };
  },
});

/** So many crashes in a row are no start-up trouble: the kubelet waits minutes between tries by then. */
const manyRestarts = 5;

function crashText({ name, status }: Container): string {
  const end = status?.state?.terminated ?? status?.lastState?.terminated;
  return `container ${name} ended with exit code ${end?.exitCode ?? "?"}${status && status.restartCount > 0 ? `, ${status.restartCount} times` : ""}`;
}

const crash: PodCause = definePodCause({
  code: "rehearse/crash",
  explain(pod) {
    const crashed = containersOf(pod).find(({ status }) => {
      const { waiting, terminated } = status?.state ?? {};
      const code = terminated?.exitCode ?? status?.lastState?.terminated?.exitCode ?? 0;
      return (
        waiting?.reason === "CrashLoopBackOff" ||
        waiting?.reason === "CreateContainerConfigError" ||
        (code !== 0 && !status?.ready)
      );
    });
    if (!crashed) return undefined;
    const config = crashed.status?.state?.waiting?.reason === "CreateContainerConfigError";
    return {
      code: "rehearse/crash",
      title: config ? `container ${crashed.name} can't be made` : crashText(crashed),
      detail: together(crashed.status?.state?.waiting?.message, script(pod)),
      remedy: "Containers are simulated: they end only when their lotse.dev/sim- annotations say so.",
      ...((crashed.status?.restartCount ?? 0) < manyRestarts && pod.status?.phase !== "Failed" ? { passes: true } : {}),
    };
  },
});

const evicted: PodCause = definePodCause({
  code: "rehearse/pod-failed",
  explain(pod) {
    if (pod.status?.phase !== "Failed") return undefined;
    return {
      code: "rehearse/pod-failed",
      title: `it failed${pod.status.reason ? `: ${pod.status.reason}` : ""}`,
      detail: pod.status.message ?? "",
      remedy: "A pod without a controller isn't made again: use a Deployment or a Job.",
    };
  },
});

const notReady: PodCause = definePodCause({
  code: "rehearse/not-ready",
  explain(pod) {
    if (pod.status?.phase !== "Running") return undefined;
    const ready = pod.status.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status === "True") return undefined;
    const waiting = containersOf(pod).filter(({ status }) => status && !status.ready);
    const gates = ready?.reason === "ReadinessGatesNotReady";
    return {
      code: "rehearse/not-ready",
      title: gates
        ? "its readiness gates are closed"
        : `it runs, but ${waiting.map(({ name }) => name).join(", ") || "it"} never gets ready`,
      detail: together(ready?.message, script(pod)),
      remedy: gates
        ? "The controller that opens the gate (a load balancer's) doesn't run here: leave the gate out."
        : "See its readiness probe, or its lotse.dev/sim-ready annotation.",
      ...(waiting.some(({ status }) => status?.state?.waiting) ? { passes: true } : {}),
    };
  },
});

/** In the order in which they are looked for; the first that fits explains. */
export const runningCauses: readonly PodCause[] = [badScript, fargate, noAddresses, image, crash, evicted, notReady];
