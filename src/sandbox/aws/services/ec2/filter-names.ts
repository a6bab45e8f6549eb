// Filters that AWS documents and that are read from the item shown (see item-filters.ts), by operation.
import type { ItemFilter } from "./item-filters.ts";

const managed: readonly ItemFilter[] = ["operator.managed", "operator.principal"];

const interfacesOf = (names: readonly string[], path = ""): readonly ItemFilter[] =>
  names.map((name) => [`network-interface.${name}`, `network-interface.${path}${name.split(".").at(-1)}`] as const);

/** DescribeInstances. */
export const instanceItemFilters: readonly ItemFilter[] = [
  ...managed,
  ["affinity", "placement.affinity"],
  ["availability-zone-id", "placement.availability-zone-id"],
  "boot-mode",
  "capacity-reservation-id",
  "current-instance-boot-mode",
  "ebs-optimized",
  "ena-support",
  "enclave-options.enabled",
  ["host-id", "placement.host-id"],
  "ipv6-address",
  "kernel-id",
  "maintenance-options.auto-recovery",
  "metadata-options.http-protocol-ipv4",
  "metadata-options.http-protocol-ipv6",
  "metadata-options.state",
  ...interfacesOf(
    [
      "allocation-id",
      "association-id",
      "carrier-ip",
      "customer-owned-ip",
      "ip-owner-id",
      "public-dns-name",
      "public-ip",
    ].map((name) => `association.${name}`),
    "association.",
  ),
  ...interfacesOf(
    [
      "allocation-id",
      "association-id",
      "carrier-ip",
      "customer-owned-ip",
      "ip-owner-id",
      "public-dns-name",
      "public-ip",
    ].map((name) => `addresses.association.${name}`),
    "private-ip-addresses.association.",
  ),
  ...interfacesOf(["addresses.primary", "addresses.private-dns-name"], "private-ip-addresses."),
  "network-interface.attachment.attach-time",
  "network-interface.attachment.delete-on-termination",
  ["network-interface.attachment.instance-id", "instance-id"],
  ["network-interface.attachment.instance-owner-id", "network-interface.owner-id"],
  "network-interface.attachment.network-card-index",
  "network-interface.attachment.status",
  "network-interface.deny-all-igw-traffic",
  "network-interface.group.group-name",
  ["network-interface.group-name", "network-interface.group.group-name"],
  "network-interface.ipv4-prefixes.ipv4-prefix",
  ["network-interface.ipv6-address", "network-interface.ipv6-addresses.ipv6-address"],
  "network-interface.ipv6-addresses.ipv6-address",
  "network-interface.ipv6-addresses.is-primary-ipv6",
  "network-interface.ipv6-native",
  "network-interface.ipv6-prefixes.ipv6-prefix",
  "network-interface.operator.managed",
  "network-interface.operator.principal",
  "network-interface.outpost-arn",
  "network-interface.owner-id",
  "network-interface.private-ip-address",
  ["network-interface.public-dns-name", "network-interface.association.public-dns-name"],
  "network-interface.requester-id",
  "network-interface.requester-managed",
  "network-interface.status",
  "network-interface.source-dest-check",
  "network-interface.tag-key",
  "network-interface.tag-value",
  "network-performance-options.bandwidth-weighting",
  "outpost-arn",
  ["placement-partition-number", "placement.partition-number"],
  "private-dns-name-options.enable-resource-name-dns-a-record",
  "private-dns-name-options.enable-resource-name-dns-aaaa-record",
  "private-dns-name-options.hostname-type",
  ["product-code", "product-code.product-code-id"],
  ["product-code.type", "product-code.product-code-type"],
  "ramdisk-id",
  "spot-instance-request-id",
  "tpm-support",
  "usage-operation",
  "usage-operation-update-time",
];

/** DescribeInstanceStatus. */
export const statusItemFilters: readonly ItemFilter[] = [
  ...managed,
  "availability-zone-id",
  "event.description",
  "event.instance-event-id",
  "event.not-after",
  "event.not-before",
  "event.not-before-deadline",
  "attached-ebs-status.status",
  "application-status.status",
];

/** DescribeInstanceTypes. */
export const instanceTypeItemFilters: readonly ItemFilter[] = [
  "auto-recovery-supported",
  "dedicated-hosts-supported",
  "ebs-info.attachment-limit-type",
  "ebs-info.maximum-ebs-attachments",
  "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps",
  "ebs-info.ebs-optimized-info.baseline-iops",
  "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps",
  "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps",
  "ebs-info.ebs-optimized-info.maximum-iops",
  "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps",
  "ebs-info.ebs-optimized-support",
  "ebs-info.encryption-support",
  "ebs-info.nvme-support",
  "free-tier-eligible",
  "hibernation-supported",
  "instance-storage-info.disk.count",
  "instance-storage-info.disk.size-in-gb",
  "instance-storage-info.disk.type",
  "instance-storage-info.encryption-support",
  "instance-storage-info.nvme-support",
  "instance-storage-info.total-size-in-gb",
  "network-info.bandwidth-weightings",
  "network-info.efa-info.maximum-efa-interfaces",
  "network-info.ena-support",
  "network-info.flexible-ena-queues-support",
  "network-info.encryption-in-transit-supported",
  "network-info.ipv6-addresses-per-interface",
  "network-info.ipv6-supported",
  "network-info.maximum-network-cards",
  "network-info.network-performance",
  "nitro-enclaves-support",
  "nitro-tpm-support",
  "nitro-tpm-info.supported-versions",
  "processor-info.sustained-clock-speed-in-ghz",
  "processor-info.supported-features",
  "reboot-migration-support",
  "supported-boot-mode",
  "supported-root-device-type",
  "vcpu-info.valid-cores",
  "vcpu-info.valid-threads-per-core",
];

const fixes = ["critical", "high", "medium", "low", "informational"].map(
  (severity) => `scan-result.${severity}-fix-available-since`,
);

/** DescribeImages. */
export const imageItemFilters: readonly ItemFilter[] = [
  ["block-device-mapping.delete-on-termination", "block-device-mapping.ebs.delete-on-termination"],
  ["block-device-mapping.snapshot-id", "block-device-mapping.ebs.snapshot-id"],
  ["block-device-mapping.volume-size", "block-device-mapping.ebs.volume-size"],
  ["block-device-mapping.encrypted", "block-device-mapping.ebs.encrypted"],
  "free-tier-eligible",
  "image-allowed",
  "image-watermark.source-image-creation-time",
  "image-watermark.source-image-id",
  "image-watermark.source-image-region",
  "image-watermark.watermark-creation-time",
  "image-watermark.watermark-key",
  "kernel-id",
  ["manifest-location", "image-location"],
  ["product-code", "product-code.product-code-id"],
  ["product-code.type", "product-code.product-code-type"],
  "public-ssm-parameter-name",
  "ramdisk-id",
  "scan-result.finding-scan-date",
  "scan-result.highest-finding-severity-label",
  ...fixes,
  "source-image-id",
  "source-image-region",
  "source-instance-id",
  ["state-reason-code", "state-reason.code"],
  ["state-reason-message", "state-reason.message"],
  "sriov-net-support",
];

/** DescribeNetworkInterfaces. */
export const interfaceItemFilters: readonly ItemFilter[] = [
  ...managed,
  ["addresses.association.owner-id", "private-ip-addresses.association.ip-owner-id"],
  "association.public-dns-name",
  "attachment.attach-time",
  "availability-zone-id",
];

/** DescribeVolumes. */
export const volumeItemFilters: readonly ItemFilter[] = [
  ...managed,
  "availability-zone-id",
  "fast-restored",
  "multi-attach-enabled",
];

/** DescribeVolumesModifications. */
export const modificationItemFilters: readonly ItemFilter[] = [
  "modification-state",
  "original-iops",
  "original-size",
  "original-volume-type",
  ["originalMultiAttachEnabled", "original-multi-attach-enabled"],
  "start-time",
  "target-iops",
  "target-size",
  "target-volume-type",
  ["targetMultiAttachEnabled", "target-multi-attach-enabled"],
];

/** DescribeSubnets. */
export const subnetItemFilters: readonly ItemFilter[] = [
  "customer-owned-ipv4-pool",
  "enable-lni-at-device-index",
  "map-customer-owned-ip-on-launch",
];
