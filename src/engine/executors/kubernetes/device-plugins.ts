// The NVIDIA device plugin as a DaemonSet: name, image and mount are those of NVIDIA's own static deployment, so that
// either is recognised as the other (NVIDIA/k8s-device-plugin, deployments/static, v0.18.0).
import type { KubeObject } from "../../../kube/index.ts";

const labels = { name: "nvidia-device-plugin-ds" };
const socketFolder = { name: "device-plugin", path: "/var/lib/kubelet/device-plugins" };

/** Runs on every node; where there is no GPU it idles. */
export const nvidiaPlugin: KubeObject & { spec: object } = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "nvidia-device-plugin-daemonset", namespace: "kube-system" },
  spec: {
    selector: { matchLabels: labels },
    updateStrategy: { type: "RollingUpdate" },
    template: {
      metadata: { labels },
      spec: {
        priorityClassName: "system-node-critical",
        tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
        containers: [
          {
            name: "nvidia-device-plugin-ctr",
            image: "nvcr.io/nvidia/k8s-device-plugin:v0.18.0",
            env: [{ name: "FAIL_ON_INIT_ERROR", value: "false" }],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            volumeMounts: [{ name: socketFolder.name, mountPath: socketFolder.path }],
          },
        ],
        volumes: [{ name: socketFolder.name, hostPath: { path: socketFolder.path } }],
      },
    },
  },
};
