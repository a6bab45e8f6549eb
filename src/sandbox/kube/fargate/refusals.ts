// What Fargate doesn't run, in the words of its scheduler's event.
import type { Container, Pod, Volume } from "../pods/pod.ts";

/** What is known of a claim: undefined when there is none. */
export type ClaimState = { bound: boolean; driver: string | undefined } | undefined;

const plainSources: readonly string[] = ["emptyDir", "configMap", "secret", "projected", "downwardAPI", "nfs"];

function volumeProblem(volume: Volume, claimOf: (name: string) => ClaimState): string | undefined {
  const { name, persistentVolumeClaim } = volume;
  if (persistentVolumeClaim) {
    const { claimName } = persistentVolumeClaim;
    const claim = claimOf(claimName);
    const because = (why: string): string => `${name} not supported because: ${why}`;
    if (!claim) return because(`persistentvolumeclaim "${claimName}" not found`);
    if (!claim.bound) return because(`PVC ${claimName} not bound`);
    if (claim.driver !== "efs.csi.aws.com")
      return because(`PVC ${claimName} is bound to a volume of an unsupported type`);
    return undefined;
  }
  return plainSources.some((source) => source in volume) ? undefined : `${name} is of an unsupported volume Type`;
}

const hasHostPort = ({ ports = [] }: Container): boolean =>
  ports.some(({ hostPort, hostIP }) => Boolean(hostPort) || Boolean(hostIP));

const asksFor = ({ resources }: Container, pattern: RegExp): string[] =>
  Object.keys({ ...resources?.requests, ...resources?.limits }).filter((name) => pattern.test(name));

/** Why Fargate refuses a pod, or undefined. */
export function fargateRefusal(pod: Pod, claimOf: (name: string) => ClaimState): string | undefined {
  const { spec } = pod;
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const fields = [
    ...(spec.hostNetwork ? ["HostNetwork"] : []),
    ...(spec.hostPID ? ["HostPID"] : []),
    ...(spec.hostIPC ? ["HostIPC"] : []),
  ];
  const privileged = containers.filter(({ securityContext }) => securityContext?.privileged).map(() => "Privileged");
  const volumes = (spec.volumes ?? []).flatMap((volume) => volumeProblem(volume, claimOf) ?? []);
  const devices = [...new Set(containers.flatMap((each) => asksFor(each, /gpu|neuron/)))];
  const problems = [
    ...(fields.length > 0 ? [`fields not supported: ${fields.join(", ")}`] : []),
    ...(privileged.length > 0 ? [`invalid SecurityContext fields: ${privileged.join(",")}`] : []),
    ...(containers.some(hasHostPort) ? ["port contains HostIP or HostPort"] : []),
    ...(devices.length > 0 ? [`resources not supported: ${devices.join(", ")}`] : []),
    ...(volumes.length > 0 ? [`volumes not supported: ${volumes.join(", ")}`] : []),
  ];
  return problems.length === 0 ? undefined : `Pod not supported on Fargate: ${problems.join(", ")}`;
}
