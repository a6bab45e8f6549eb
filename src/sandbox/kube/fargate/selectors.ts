// Which Fargate profile a pod belongs to. `*` stands for any run of characters, `?` for one; of several profiles the
// alphanumerically first has it, unless the pod names one.
import type { FargateProfileRow } from "../../aws/services/eks/state.ts";

/** A pod as far as selectors look at it. */
export interface Selected {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** Kinds of its owners. */
  owners: readonly string[];
}

export const profileLabel = "eks.amazonaws.com/fargate-profile";
/** CoreDNS's pods say `ec2` here, and stay away from Fargate. */
export const computeType = "eks.amazonaws.com/compute-type";

function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

function selects(profile: Readonly<FargateProfileRow>, { namespace, labels }: Selected): boolean {
  return profile.selectors.some(
    (selector) =>
      matches(selector.namespace ?? "", namespace) &&
      Object.entries(selector.labels ?? {}).every(([key, value]) =>
        Object.entries(labels).some(([name, given]) => matches(key, name) && matches(value, given)),
      ),
  );
}

/** Name of the profile that a new pod runs on; undefined when it is nobody's. */
export function profileFor(profiles: readonly Readonly<FargateProfileRow>[], pod: Selected): string | undefined {
  if (pod.annotations[computeType]?.toLowerCase() === "ec2" || pod.owners.includes("DaemonSet")) return undefined;
  const active = profiles.filter((profile) => profile.status === "ACTIVE" && selects(profile, pod));
  const pinned = pod.labels[profileLabel];
  const names = active.map((profile) => profile.fargateProfileName);
  if (pinned !== undefined) return names.includes(pinned) ? pinned : undefined;
  return names.toSorted((a, b) => (a < b ? -1 : 1))[0];
}
