// Volumes that keep a pod from its node, and claims that get none.
import type { Claim, Pod } from "../scene/objects.ts";
import type { ClauseCause, ControllerCause, PodCause, Reason, Situation } from "./cause.ts";
import { defineClauseCause, defineControllerCause, definePodCause } from "./cause.ts";

const claimNames = ({ spec }: Pod): string[] =>
  (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : [],
  );

function unboundClaim(pod: Pod, { scene }: Situation): Reason {
  const namespace = pod.metadata.namespace ?? "";
  const claims = claimNames(pod).map((name) => scene.find("claims", namespace, name));
  const open = claims.find((claim): claim is Claim => claim !== undefined && claim.status?.phase !== "Bound");
  const name = open?.metadata.name ?? claimNames(pod)[0] ?? "";
  const [why] = scene.warnings({ kind: "PersistentVolumeClaim", namespace, name });
  return {
    code: "rehearse/unbound-claim",
    title: `its claim ${name} is not bound`,
    detail:
      why?.message ??
      (open?.spec.storageClassName
        ? `Its class is ${open.spec.storageClassName}.`
        : "It names no storage class, and no class is the default."),
    remedy:
      "Name a storage class that exists, and give the cluster the add-on aws-ebs-csi-driver, whose class makes gp3 volumes.",
    data: { claim: name },
  };
}

export const volumeClauses: readonly ClauseCause[] = [
  defineClauseCause({
    code: "rehearse/unbound-claim",
    pattern: /pod has unbound immediate PersistentVolumeClaims|didn't find available persistent volumes to bind/,
    explain: (_match, pod, situation) => unboundClaim(pod, situation),
  }),
  defineClauseCause({
    code: "rehearse/unbound-claim",
    pattern: /persistentvolumeclaim "([^"]+)" (?:not found|is being deleted)/,
    explain: ([whole, name], _pod) => ({
      code: "rehearse/unbound-claim",
      title: `its claim ${name} ${whole.includes("deleted") ? "is being deleted" : "doesn't exist"}`,
      remedy: "Add the PersistentVolumeClaim to the manifests, or correct claimName.",
      data: { claim: name },
    }),
  }),
  defineClauseCause({
    code: "rehearse/unbound-claim",
    pattern: /storageclass(?:es)?(?:\.storage\.k8s\.io)? "([^"]+)" not found/,
    explain: ([, name]) => ({
      code: "rehearse/unbound-claim",
      title: `the storage class ${name} doesn't exist`,
      remedy: "Add the StorageClass to the manifests, or name one that the cluster has.",
      data: { storageClass: name },
    }),
  }),
  defineClauseCause({
    code: "rehearse/volume-zone",
    pattern:
      /^(\d+) node\(s\) (?:had volume node affinity conflict|didn't match PersistentVolume's node affinity|had no available volume zone)/,
    explain(_match, pod, { scene }) {
      const names = claimNames(pod);
      const zones = new Set(
        scene.all("nodes").map(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"] ?? ""),
      );
      const volumes = names.map((name) => scene.find("claims", pod.metadata.namespace, name)?.spec.volumeName ?? name);
      return {
        code: "rehearse/volume-zone",
        title: `its volume ${volumes.join(", ")} is in a zone where no node can take it`,
        detail: `EBS volumes stay in their zone; nodes are in ${[...zones].toSorted().join(", ")}.`,
        remedy:
          "Keep a node group in each zone that has volumes, and volumeBindingMode: WaitForFirstConsumer in the class.",
        data: { volumes },
      };
    },
  }),
  defineClauseCause({
    code: "rehearse/volume-limit",
    pattern: /node\(s\) exceed max volume count/,
    explain: () => ({
      code: "rehearse/volume-limit",
      title: "every node has as many volumes as its instance type can attach",
      remedy: "More nodes, or an instance type that attaches more volumes.",
    }),
  }),
];

/** The pod is on a node, and its volume isn't. */
export const volumeNotMounted: PodCause = definePodCause({
  code: "rehearse/volume-mount",
  explain(pod, { scene }) {
    if (pod.status?.podIP !== undefined) return undefined;
    const { namespace = "", name } = pod.metadata;
    const event = scene
      .warnings({ kind: "Pod", namespace, name })
      .find(({ reason }) => reason === "FailedAttachVolume" || reason === "FailedMount");
    if (!event) return undefined;
    const absent = /(configmap|secret) "([^"]+)" not found/.exec(event.message ?? "");
    return {
      code: "rehearse/volume-mount",
      title: absent ? `its ${absent[1]} ${absent[2]} doesn't exist` : "a volume can't be mounted",
      detail: event.message ?? "",
      remedy: absent
        ? "Add it to the manifests, or make the volume optional."
        : "See that the volume is free, in the node's zone, and that aws-ebs-csi-driver runs.",
    };
  },
});

/** What the claim's own events say. */
export const claimCauses: readonly ControllerCause[] = [
  defineControllerCause({
    code: "rehearse/unbound-claim",
    pattern: /storageclass(?:\.storage\.k8s\.io)? "([^"]+)" not found/,
    explain: ([, name]) => ({
      code: "rehearse/unbound-claim",
      title: `its storage class ${name} doesn't exist`,
      remedy: "Add the StorageClass to the manifests, or name one that the cluster has.",
      data: { storageClass: name },
    }),
  }),
  defineControllerCause({
    code: "rehearse/unbound-claim",
    pattern: /no persistent volumes available for this claim and no storage class is set/,
    explain: () => ({
      code: "rehearse/unbound-claim",
      title: "it names no storage class, and no class is the default",
      remedy:
        "Set storageClassName, or make a class the default: addons[].configurationValues of aws-ebs-csi-driver with defaultStorageClass.enabled: true.",
    }),
  }),
  defineControllerCause({
    code: "rehearse/unbound-claim",
    pattern: /external(?:ly)? provision|failed to provision volume|waiting for a volume to be created/i,
    explain: (_match, message) => ({
      code: "rehearse/unbound-claim",
      title: "nobody makes its volume",
      detail: message,
      remedy:
        "Give the cluster the add-on aws-ebs-csi-driver, with a role that may make volumes (wellKnownPolicies.ebsCSIController).",
    }),
  }),
];
