// Addresses that nodes take with the VPC CNI's own settings.
// https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/eni_max_pods.go
import { instanceType } from "../facts/index.ts";

/** Addresses of a full node: its own and every secondary one of every interface. Undefined for unknown types. */
export function addressesPerNode(types: readonly string[]): number | undefined {
  const known = types.map((name) => instanceType(name)).filter((type) => type !== undefined);
  if (known.length === 0) return undefined;
  return Math.max(...known.map(({ enis, ipv4PerEni }) => enis * ipv4PerEni));
}

/** Pods that a node of a type takes with secondary addresses; undefined for unknown types. */
export function podLimit(name: string): number | undefined {
  const type = instanceType(name);
  return type && type.enis * (type.ipv4PerEni - 1) + 2;
}
