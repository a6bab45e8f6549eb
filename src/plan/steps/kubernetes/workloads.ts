// What runs inside the cluster for everybody: CoreDNS on Fargate, device plugins, the default class of volumes.
import type { DesiredCorednsOnFargate, DesiredDevicePlugin } from "../../../stacks/index.ts";
import type { FoundKubernetes } from "../../kubernetes-view.ts";
import { draft, why, type Draft, type Planning } from "../../planning.ts";
import { insideDraft } from "./inside.ts";

/** Names of the DaemonSets that the vendors' own manifests give their plugins. */
export const pluginNames: Readonly<Record<DesiredDevicePlugin["plugin"], string>> = {
  nvidia: "nvidia-device-plugin-daemonset",
  neuron: "neuron-device-plugin-daemonset",
};

function coredns(planning: Planning, found: FoundKubernetes | undefined, object: DesiredCorednsOnFargate): Draft[] {
  const have = found?.corednsAnnotations;
  if (have && Object.entries(object.annotations).every(([key, value]) => have[key] === value)) return [];
  return [
    insideDraft({
      kind: "coredns-on-fargate",
      name: object.name,
      action: have ? "update" : "create",
      effect: have ? "rolling" : "none",
      why: [
        why(
          planning,
          "plan/changed",
          "a Fargate profile selects CoreDNS: its pods move onto Fargate",
          object.source[0],
        ),
      ],
      // A pod of Fargate takes a minute to start (experience, inferred).
      duration: 90,
      provides: [object.id],
      after: [...object.after],
      work: { do: "coredns-to-fargate", annotations: object.annotations },
    }),
  ];
}

function devicePlugin(planning: Planning, found: FoundKubernetes | undefined, object: DesiredDevicePlugin): Draft[] {
  const { plugin } = object;
  if (found?.daemonSets.has(pluginNames[plugin])) return [];
  const common = { kind: "device-plugin" as const, name: plugin, action: "create" as const };
  if (plugin === "neuron") {
    // Its roles and versions come as AWS's Helm chart, which lotse doesn't render.
    const text =
      "the Neuron device plugin isn't installed by lotse: helm upgrade --install neuron-helm-chart oci://public.ecr.aws/neuron/neuron-helm-chart --namespace kube-system";
    return [
      draft({
        ...common,
        pending: true,
        phase: "beside",
        why: [why(planning, "plan/by-hand", text, object.source[0])],
        duration: 0,
        after: [...object.after],
      }),
    ];
  }
  return [
    insideDraft({
      ...common,
      why: [
        why(planning, "plan/missing", "nodes with NVIDIA GPUs offer them by their device plugin", object.source[0]),
      ],
      provides: [object.id],
      after: [...object.after],
      work: { do: "install-device-plugin", plugin },
    }),
  ];
}

/** Steps for CoreDNS on Fargate and device plugins. */
export function workloads(planning: Planning, found: FoundKubernetes | undefined): Draft[] {
  return planning.objects.kubernetes.flatMap((object): Draft[] => {
    if (object.kind === "coredns-on-fargate") return coredns(planning, found, object);
    if (object.kind === "device-plugin") return devicePlugin(planning, found, object);
    return [];
  });
}

/** The step that makes the Platform document's class of volumes the default, and takes that from others. */
export function storageClass(planning: Planning, found: FoundKubernetes | undefined): Draft[] {
  const type = planning.cluster.platform?.storage?.defaultClass;
  if (type === undefined) return [];
  const classes = found?.storageClasses ?? [];
  const existing = classes.find(({ name }) => name === type);
  const instead = classes.filter(({ name, isDefault }) => isDefault && name !== type).map(({ name }) => name);
  const isAuto = planning.cluster.config.autoModeConfig?.enabled === true;
  const driver = planning.objects.aws.some(({ kind, name }) => kind === "addon" && name === "aws-ebs-csi-driver");
  if (!driver && !isAuto) {
    planning.notes.push({
      code: "plan/no-volume-driver",
      text: `The default storage class ${type} needs the add-on aws-ebs-csi-driver, which the file doesn't list: claims stay pending`,
    });
  }
  if (existing?.isDefault && instead.length === 0) return [];
  const texts = [
    ...(existing ? [] : [`there is no storage class ${type}`]),
    ...(existing && !existing.isDefault ? [`storage class ${type} isn't the default`] : []),
    ...instead.map((name) => `storage class ${name} is the default`),
  ];
  return [
    insideDraft({
      kind: "storage-class",
      name: type,
      action: existing ? "update" : "create",
      effect: existing ? "in place" : "none",
      why: texts.map((text) => ({ code: existing ? "plan/changed" : "plan/missing", text })),
      after: [`eksctl-${planning.found.name}-cluster`],
      work: {
        do: "default-storage-class",
        type,
        // Auto Mode brings a driver of its own.
        provisioner: isAuto ? "ebs.csi.eks.amazonaws.com" : "ebs.csi.aws.com",
        instead,
      },
    }),
  ];
}
