// What a simulated kubelet answers to the API server: that nothing runs in its containers.
import type { Pod } from "../pods/pod.ts";

export interface KubeletAnswer {
  status: number;
  text: string;
}

/** The pod of this name, when a simulated kubelet has it. */
export type FindPod = (namespace: string, name: string) => Pod | undefined;

const notHere = (text: string): KubeletAnswer => ({ status: 404, text: `${text}\n` });

function logsOf(pod: Pod, container: string, query: URLSearchParams): KubeletAnswer {
  const { name } = pod.metadata;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const known = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find((each) => each.name === container);
  if (!known) return notHere(`container ${container} not found in pod ${name}`);
  const status = statuses.find((each) => each.name === container);
  const waiting = status?.state.waiting;
  if (!status || waiting) {
    const reason = waiting?.reason ?? "ContainerCreating";
    const waits = `container "${container}" in pod "${name}" is waiting to start: ${reason}`;
    if (!status || status.restartCount === 0) return { status: 400, text: `${waits}\n` };
  }
  if (query.get("previous") === "true" && !status.lastState.terminated) {
    return { status: 400, text: `previous terminated container "${container}" in pod "${name}" not found\n` };
  }
  const ended = query.get("previous") === "true" ? status.lastState.terminated : status.state.terminated;
  const since = ended?.startedAt ?? status.state.running?.startedAt;
  const fate = ended
    ? `ended with exit code ${ended.exitCode} at ${ended.finishedAt}`
    : `restarts: ${status.restartCount}`;
  return {
    status: 200,
    text: `This container is simulated by lotse: ${known.image} does not run, so there are no logs (started ${since ?? "before"}, ${fate}).\n`,
  };
}

/** Answers one request of the API server to a kubelet. */
export function kubeletAnswer(url: string, find: FindPod): KubeletAnswer {
  const { pathname, searchParams } = new URL(url, "https://kubelet");
  const [, what = "", namespace = "", podName = "", container = ""] = pathname.split("/").map(decodeURIComponent);
  if (what === "healthz") return { status: 200, text: "ok" };
  if (what === "containerLogs") {
    const pod = find(namespace, podName);
    return pod ? logsOf(pod, container, searchParams) : notHere(`pod ${podName} does not exist`);
  }
  const verbs: Readonly<Record<string, string>> = {
    exec: "running commands in a container",
    run: "running commands in a container",
    attach: "attaching to a container",
    portForward: "forwarding ports to a pod",
  };
  const verb = Object.hasOwn(verbs, what) ? verbs[what] : undefined;
  return {
    status: 501,
    text: verb
      ? `${verb} isn't emulated: containers of lotse's sandbox are simulated, and nothing runs in them\n`
      : `${pathname} isn't emulated by lotse's simulated kubelets\n`,
  };
}
