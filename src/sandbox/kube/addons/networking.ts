// vpc-cni, kube-proxy, coredns.
import type { AddonObject, AddonSettings } from "./parts.ts";
import { clusterRole, daemonSet, deployment, serviceAccount, setting } from "./parts.ts";

const read = ["get", "list", "watch"];

/** Of the environment of the shipped manifest what decides about addresses. */
const plainEnv = {
  AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "false",
  ENABLE_PREFIX_DELEGATION: "false",
  WARM_ENI_TARGET: "1",
  WARM_PREFIX_TARGET: "1",
};
const ipv6Env = { ENABLE_IPv4: "false", ENABLE_IPv6: "true", ENABLE_PREFIX_DELEGATION: "true" };

/** ENIConfigs of custom networking. */
const eniConfigs: AddonObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "eniconfigs.crd.k8s.amazonaws.com" },
  spec: {
    group: "crd.k8s.amazonaws.com",
    scope: "Cluster",
    names: { plural: "eniconfigs", singular: "eniconfig", kind: "ENIConfig" },
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

/** aws-node: two containers of 25m each. */
export function vpcCni(settings: AddonSettings): AddonObject[] {
  const env = setting<Record<string, string>>(settings, "env") ?? {};
  const policies = String(setting<string>(settings, "enableNetworkPolicy") ?? "false");
  return [
    eniConfigs,
    serviceAccount(settings, "aws-node"),
    ...clusterRole("aws-node", "aws-node", [
      { groups: ["crd.k8s.amazonaws.com"], resources: ["eniconfigs"], verbs: read },
      { groups: [""], resources: ["namespaces", "pods", "nodes"], verbs: read },
      { groups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "list"] },
      { groups: ["networking.k8s.aws"], resources: ["policyendpoints"], verbs: read },
    ]),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "amazon-vpc-cni", namespace: "kube-system", labels: { "k8s-app": "aws-node" } },
      data: {
        "enable-network-policy-controller": policies,
        "enable-windows-ipam": "false",
      },
    },
    daemonSet(settings, {
      name: "aws-node",
      labels: { "k8s-app": "aws-node" },
      serviceAccount: "aws-node",
      hostNetwork: true,
      hostPaths: { "cni-bin-dir": "/opt/cni/bin", "cni-net-dir": "/etc/cni/net.d", "run-dir": "/var/run/aws-node" },
      containers: [
        { name: "aws-node", cpu: "25m", env: { ...plainEnv, ...(settings.ipv6 ? ipv6Env : {}), ...env } },
        { name: "aws-eks-nodeagent", cpu: "25m", args: [`--enable-network-policy=${policies}`] },
      ],
    }),
  ];
}

/** kube-proxy, on every instance. */
export function kubeProxy(settings: AddonSettings): AddonObject[] {
  return [
    serviceAccount(settings, "kube-proxy"),
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "eks:kube-proxy" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:node-proxier" },
      subjects: [{ kind: "ServiceAccount", name: "kube-proxy", namespace: "kube-system" }],
    },
    daemonSet(settings, {
      name: "kube-proxy",
      labels: { "k8s-app": "kube-proxy" },
      serviceAccount: "kube-proxy",
      hostNetwork: true,
      containers: [{ name: "kube-proxy", cpu: "100m" }],
    }),
  ];
}

const corefile = `.:53 {
    errors
    health {
      lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
}
`;

/** CoreDNS: two replicas, on instances unless its computeType says Fargate. */
export function coredns(settings: AddonSettings): AddonObject[] {
  const labels = { "eks.amazonaws.com/component": "coredns", "k8s-app": "kube-dns" };
  const computeType = setting<string>(settings, "computeType") ?? "ec2";
  return [
    serviceAccount(settings, "coredns"),
    ...clusterRole("system:coredns", "coredns", [
      { groups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
      { groups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ]),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "coredns", namespace: "kube-system", labels },
      data: { Corefile: setting<string>(settings, "corefile") ?? corefile },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "kube-dns",
        namespace: "kube-system",
        labels: { ...labels, "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" },
      },
      spec: {
        clusterIP: settings.dnsAddress,
        selector: { "k8s-app": "kube-dns" },
        ports: [
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "dns-tcp", port: 53, protocol: "TCP" },
          { name: "metrics", port: 9153, protocol: "TCP" },
        ],
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "coredns", namespace: "kube-system", labels },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
    deployment(settings, {
      name: "coredns",
      labels,
      serviceAccount: "coredns",
      replicas: setting<number>(settings, "replicaCount") ?? 2,
      containers: [{ name: "coredns", cpu: "100m", memory: "70Mi", memoryLimit: "170Mi" }],
      annotations: { "eks.amazonaws.com/compute-type": computeType.toLowerCase() },
      tolerations: [
        { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
        { key: "CriticalAddonsOnly", operator: "Exists" },
      ],
    }),
  ];
}
